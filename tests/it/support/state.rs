//! Everything of the user's that a refused or failed command must not change, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{TestRepo, whole::places};

/// Index, HEAD, branches and work tree at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The bytes of the index file.
    pub index: Option<Vec<u8>>,
    /// `HEAD`, and what the refs under `refs/heads` point to.
    pub refs: String,
    /// Every file outside of the git directory: mode and content, or the target of a link.
    pub files: BTreeMap<PathBuf, (u32, Vec<u8>)>,
    /// What git-agent left in its directory, but for lock and index of the ledger.
    pub litter: Vec<PathBuf>,
}

impl State {
    /// The state of `repo` now.
    #[track_caller]
    pub fn of(repo: &TestRepo) -> State {
        let [top, git_dir] = places(repo);
        repo.advance(1);
        let head = fs::read_to_string(git_dir.join("HEAD")).expect("a HEAD");
        let refs = head + &repo.git(&["for-each-ref", "refs/heads"]).success().stdout;
        let mut files = BTreeMap::new();
        walk(&top, &mut files);
        let mut litter = Vec::new();
        for entry in fs::read_dir(git_dir.join("agent")).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().expect("a name");
            if name.starts_with("checkpoint") && !name.ends_with(".lock") || name.starts_with("verify") {
                litter.push(entry.path());
            }
        }
        litter.extend(Some(git_dir.join("index.lock")).filter(|path| path.exists()));
        State { index: fs::read(git_dir.join("index")).ok(), refs, files, litter }
    }
}

fn walk(dir: &Path, files: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) {
    for entry in fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry")) {
        let path = entry.path();
        let meta = path.symlink_metadata().expect("it is there");
        if entry.file_name() == ".git" {
            continue;
        }
        match () {
            () if meta.is_symlink() => {
                let target = fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes();
                files.insert(path, (0, target));
            }
            () if meta.is_dir() => walk(&path, files),
            // Unreadable on purpose in some tests.
            () => drop(files.insert(path.clone(), (meta.permissions().mode(), fs::read(&path).unwrap_or_default()))),
        }
    }
}
