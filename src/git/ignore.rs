//! Ignored files: which they are, as git says, and the rules that no commit has.
//!
//! These rules are `info/exclude`, the file that `core.excludesFile` names, and `.gitignore` files that are ignored themselves
//! (virtual environments and caches of test tools bring such). A snapshot keeps them as a tree: only with them can be determined later
//! which files were ignored then.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use bstr::{BStr, BString};
use gix::{ObjectId, objs::tree::EntryKind};

use super::{
    cmd::{self, Git},
    files, hooks,
    objects::{
        Batch,
        trees::{self, Edits},
    },
    repo::Repo,
    tree::Entry,
};
use crate::error::Result;

/// `info/exclude`, in the tree.
pub const EXCLUDE: &str = "exclude";
/// The file that `core.excludesFile` names, in the tree.
pub const CONFIGURED: &str = "configured";
/// The directory of the `.gitignore` files, in the tree.
pub const FILES: &str = "files/";

/// Has `git status` list what is ignored: a directory that a rule matches as a whole, without what is in it.
pub const LISTED: &str = "--ignored=matching";

/// Rules by their name in the tree.
pub type Rules = BTreeMap<BString, Vec<u8>>;

/// Whether `path` is a file of rules.
pub fn is_rules(path: &BStr) -> bool {
    path == ".gitignore" || path.ends_with(b"/.gitignore")
}

/// The rules of this moment, with those in the files `others` of the work tree.
///
/// A file that cannot be read is one that git does not read either.
///
/// # Errors
///
/// When a file has a name that is not a path here.
pub fn rules<'p>(repo: &Repo, others: impl IntoIterator<Item = &'p BStr>) -> Result<Rules> {
    let read = |place: Option<PathBuf>| place.and_then(|place| fs::read(place).ok());
    let mut rules = Rules::from([
        (EXCLUDE.into(), read(Some(repo.common_dir().join("info/exclude"))).unwrap_or_default()),
        (CONFIGURED.into(), read(user_file(repo, "core.excludesFile", "ignore")).unwrap_or_default()),
    ]);
    for path in others {
        // As git, which does not follow a link there.
        let place = repo.in_work_dir(path).filter(|place| place.symlink_metadata().is_ok_and(|meta| meta.is_file()));
        let bytes = read(place);
        rules.extend(bytes.map(|bytes| ([FILES.as_bytes(), path].concat().into(), bytes)));
    }
    Ok(rules)
}

/// `rules` as a tree, staged in `batch`.
///
/// # Errors
///
/// When an object cannot be made.
pub fn store(repo: &Repo, batch: &mut Batch, rules: &Rules) -> Result<ObjectId> {
    let mut edits = Edits::new();
    for (name, bytes) in rules {
        edits.insert(name.clone(), Some(Entry { kind: EntryKind::Blob, id: batch.blob(repo, bytes.clone())? }));
    }
    trees::edit(repo, batch, None, &edits)
}

/// The file of the user that `key` configures, or the one called `name` where git reads it when nothing is configured.
pub(super) fn user_file(repo: &Repo, key: &'static str, name: &str) -> Option<PathBuf> {
    if let Some(configured) = repo.gix().config_snapshot().trusted_path(key).ok().flatten() {
        return Some(configured);
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("git").join(name))
}

/// Whether `path` is ignored; `None` when git cannot say: it is in another repository.
///
/// # Errors
///
/// `git-not-runnable`.
pub fn is_ignored(repo: &Repo, path: &Path) -> Result<Option<bool>> {
    let status = repo.git().args(["check-ignore", "-q", "--"]).arg(path).output()?.status;
    Ok(status.code().filter(|code| *code <= 1).map(|code| code == 0))
}

/// Whether git tracks `path`, relative to the top of the work tree.
///
/// # Errors
///
/// `git-not-runnable`.
pub fn is_tracked(repo: &Repo, path: &Path) -> Result<bool> {
    let words = ["--literal-pathspecs", "ls-files", "--error-unmatch", "-z", "--"];
    Ok(hooks::git(repo).args(words).arg(path).output()?.status.success())
}

/// Whether the rules of this repository, without those of one command line, ignore `path`, be it tracked or not.
///
/// # Errors
///
/// `git-not-runnable`.
pub fn is_matched(repo: &Repo, path: &Path) -> Result<bool> {
    let git = hooks::git(repo).args(["check-ignore", "--quiet", "--no-index", "--"]).arg(path);
    Ok(git.output()?.status.success())
}

/// Those of `paths` that are ignored and not tracked; none where git cannot say.
///
/// # Errors
///
/// `git-not-runnable`.
pub fn among(repo: &Repo, paths: &[BString]) -> Result<Vec<BString>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let output = repo.git().args(["check-ignore", "-z", "--stdin"]).stdin(cmd::nul_ended(paths)).output()?;
    Ok(cmd::nul_separated(&output.stdout))
}

/// Everything that is ignored; a directory that is ignored as a whole with `/` at the end.
///
/// # Errors
///
/// `git-failed`.
pub fn list(repo: &Repo) -> Result<Vec<BString>> {
    let words = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
    Ok(cmd::nul_separated(&repo.git().args(["-c", "core.fsmonitor=false"]).args(words).run()?))
}

/// The sources of ignore rules, in addition to the `.gitignore` files of a work tree.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// The configuration of the repository.
    Present,
    /// A git directory with only `info/exclude`, and a file that replaces `core.excludesFile`.
    Stored {
        git_dir: &'a Path,
        /// The file that replaces `core.excludesFile`.
        configured: Option<&'a Path>,
    },
}

/// Those of `paths` that would be ignored if `top` were the work tree.
///
/// # Errors
///
/// `git-failed`.
pub fn among_files_of(repo: &Repo, top: &Path, rules: Source<'_>, paths: &[BString]) -> Result<Vec<BString>> {
    let git = match rules {
        Source::Present => repo.git().env("GIT_DIR", files::absolute(repo.git_dir())?),
        Source::Stored { git_dir, configured } => {
            let folds = repo.config().flag("core.ignoreCase");
            let mut setting = OsString::from("core.excludesFile=");
            setting.push(configured.unwrap_or(Path::new("")));
            stored(repo, git_dir).args(["-c", &format!("core.ignoreCase={folds}")]).arg("-c").arg(setting)
        }
    };
    let git = git.env("GIT_WORK_TREE", top).arg("-C").arg(top);
    let output = git.args(["check-ignore", "-z", "--stdin", "--no-index"]).stdin(cmd::nul_ended(paths)).output()?;
    match output.status.code() {
        Some(0 | 1) => Ok(cmd::nul_separated(&output.stdout)),
        _ => Err(output.into_error()),
    }
}

fn stored(repo: &Repo, git_dir: &Path) -> Git {
    repo.git().env("GIT_DIR", git_dir).without("GIT_COMMON_DIR")
}
