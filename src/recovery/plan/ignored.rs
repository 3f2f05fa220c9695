//! Which paths the ignore rules of another tree ignore.

use std::{collections::BTreeSet, fs};

use bstr::{BString, ByteSlice as _};

use crate::{
    error::{Context as _, Result},
    git::Repo,
    recovery::restore::{disk, side::Side},
};

/// Those of `paths` that would be ignored if the work tree were that of `side`.
///
/// `git check-ignore` is asked, in a directory that has the `.gitignore` files of that tree and nothing else; the rules
/// of `info/exclude` and `core.excludesFile` apply as always.
pub fn at(repo: &Repo, side: &Side<'_>, paths: &[BString]) -> Result<Vec<BString>> {
    let failed = || "cannot find out what was ignored".to_owned();
    let scratch = tempfile::tempdir().or_environment(failed)?;
    let mut rules: BTreeSet<BString> = BTreeSet::from([".gitignore".into()]);
    for path in paths {
        for at in path.find_iter("/") {
            rules.insert([&path[..=at], b".gitignore"].concat().into());
        }
    }
    for rule in &rules {
        if let Some(want) = side.file(rule.as_bstr())? {
            disk::make_parents(scratch.path(), rule.as_bstr())?;
            let bytes = repo.read(want.entry.id)?;
            fs::write(disk::place(scratch.path(), rule.as_bstr())?, bytes).or_environment(failed)?;
        }
    }
    let mut list = Vec::new();
    for path in paths {
        list.extend_from_slice(path);
        list.push(0);
    }
    let git_dir = std::path::absolute(repo.git_dir()).or_environment(failed)?;
    let git = repo.git().env("GIT_DIR", git_dir).env("GIT_WORK_TREE", scratch.path()).args(["-C"]).arg(scratch.path());
    let output = git.args(["check-ignore", "-z", "--stdin", "--no-index"]).stdin(list).output()?;
    match output.status.code() {
        Some(0 | 1) => Ok(output.stdout.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect()),
        _ => Err(output.into_error()),
    }
}
