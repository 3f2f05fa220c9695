//! Repositories as `git init` makes them, made once and copied: a test run has thousands of them.

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{Git, Layout, TestRepo};

/// A file or a directory of a new repository.
struct Piece {
    /// Relative to the directory that git was run in.
    path: PathBuf,
    /// `None`: a directory.
    content: Option<Vec<u8>>,
    mode: u32,
}

type Templates = HashMap<(PathBuf, Layout), Arc<[Piece]>>;

/// Make in `dir`, which is empty, what `git init` does.
pub fn copy(git: &Git, layout: Layout, dir: &Path) {
    static TEMPLATES: Mutex<Option<Templates>> = Mutex::new(None);
    let pieces = {
        let mut known = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || pieces_of(TestRepo::initialised(git, layout).path());
        Arc::clone(known.get_or_insert_default().entry((git.path.clone(), layout)).or_insert_with(make))
    };
    for Piece { path, content, mode } in &*pieces {
        let path = dir.join(path);
        match content {
            Some(content) => fs::write(&path, content).expect("a file of the template"),
            None => fs::create_dir(&path).expect("a directory of the template"),
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).expect("its permissions");
    }
}

/// What is in `dir`, directories before what is in them.
fn pieces_of(dir: &Path) -> Arc<[Piece]> {
    let mut pieces = Vec::new();
    let mut left = vec![dir.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).expect("a directory").map(|entry| entry.expect("its entry")) {
            let (path, meta) = (entry.path(), entry.metadata().expect("a file"));
            let content = meta.is_file().then(|| fs::read(&path).expect("its content"));
            if content.is_none() {
                left.push(path.clone());
            }
            let mode = meta.permissions().mode() & 0o7777;
            pieces.push(Piece { path: path.strip_prefix(dir).expect("it is below").to_owned(), content, mode });
        }
    }
    pieces.into()
}
