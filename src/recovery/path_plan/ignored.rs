//! Which paths the ignore rules of another time ignore.

use std::{collections::BTreeSet, fs, path::Path};

use bstr::{BString, ByteSlice as _};

use crate::{
    error::{Context as _, Result},
    git::{
        ObjectId, Repo,
        ignore::{self, CONFIGURED, EXCLUDE, FILES, Source},
        objects::trees,
        tree::Entry,
    },
    recovery::restore::{disk, state_view::StateView},
};

/// Those of `paths` that would be ignored if the work tree were that of `side`, and the rules that no commit has were `rules`
/// (`None`: those of today).
///
/// `git check-ignore` is asked, in a work tree that has the `.gitignore` files of that time and nothing else, of a repository
/// that has nothing but the other rules.
pub(crate) fn at(
    repo: &Repo,
    side: &StateView<'_>,
    rules: Option<ObjectId>,
    paths: &[BString],
) -> Result<Vec<BString>> {
    let failed = || "cannot determine which files were ignored".to_owned();
    let scratch = tempfile::tempdir().or_environment(failed)?;
    let top = scratch.path().join("files");
    fs::create_dir(&top).or_environment(failed)?;
    let mut wanted: BTreeSet<BString> = BTreeSet::from([".gitignore".into()]);
    for path in paths {
        for at in path.find_iter("/") {
            wanted.insert([&path[..=at], b".gitignore"].concat().into());
        }
    }
    for rules in &wanted {
        if let Some(want) = side.file(rules.as_bstr())? {
            put(repo, &top, rules, want.entry.id)?;
        }
    }
    let git_dir = scratch.path().join("git");
    let mut configured = None;
    let rules = match rules {
        Some(rules) => {
            for dir in ["info", "objects", "refs"] {
                fs::create_dir_all(git_dir.join(dir)).or_environment(failed)?;
            }
            fs::write(git_dir.join("HEAD"), "ref: refs/heads/main\n").or_environment(failed)?;
            trees::leaves(repo, rules, &mut |name: BString, Entry { id, .. }| {
                match name.strip_prefix(FILES.as_bytes()) {
                    Some(path) if wanted.contains(path.as_bstr()) => put(repo, &top, &path.into(), id)?,
                    None if name == EXCLUDE => put(repo, &git_dir, &"info/exclude".into(), id)?,
                    None if name == CONFIGURED => {
                        put(repo, scratch.path(), &name, id)?;
                        configured = Some(scratch.path().join(CONFIGURED));
                    }
                    _ => {}
                }
                Ok(())
            })?;
            Source::Stored { git_dir: &git_dir, configured: configured.as_deref() }
        }
        None => Source::Present,
    };
    ignore::among_files_of(repo, &top, rules, paths)
}

/// Write the blob `id` as `path` below `top`, replacing an existing file.
fn put(repo: &Repo, top: &Path, path: &BString, id: ObjectId) -> Result<()> {
    disk::make_parents(top, path.as_bstr())?;
    let bytes = repo.read(id)?;
    fs::write(disk::place(top, path.as_bstr())?, bytes)
        .or_environment(|| "cannot determine which files were ignored".to_owned())
}
