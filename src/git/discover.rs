//! Which repository a directory is in, by the rules of git's `setup.c`.
//!
//! gix looks for repositories in another way: it continues past a `.git` file that is broken, where git stops, takes a directory
//! without a valid HEAD for a repository, refuses ceilings that do not apply, and knows no `safe.bareRepository`.

use std::{
    fs,
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use bstr::{BString, ByteSlice as _};
use gix::{ObjectId, sec::Trust};

use super::worktree::dot_git;
use crate::error::{Error, Result, codes, reasons};

/// Whether both paths lead to the same place.
pub fn is_same_place(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// What is known about a repository before its configuration is read.
pub(super) struct Place {
    pub git_dir: PathBuf,
    /// The work tree, unless the configuration or a variable names another one.
    pub work_tree: Option<PathBuf>,
    /// Whether git may refuse it, because of its owner or of `safe.bareRepository`.
    pub needs_consent: bool,
}

reasons! {
    /// Why no repository is opened.
    pub enum DiscoverError {
        /// There is none (`not-a-repository`).
        None,
        /// git stops at something that is none (`broken-repository`).
        Broken,
    }
}

/// Longer `.git` files are none.
const LONGEST_GITFILE: u64 = 1 << 20;

/// The repository that `given` is in; `git_dir` names it if it is not to be looked for (`GIT_DIR`, relative to `given`).
///
/// # Errors
///
/// `not-a-repository` if git finds none, `broken-repository` if git stops at something that is none.
pub(super) fn find(given: &Path, git_dir: Option<&Path>) -> Result<Place, DiscoverError> {
    let start = given.canonicalize().map_err(|error| DiscoverError::None(none().because(error)))?;
    if let Some(named) = git_dir {
        let git_dir = named_git_dir(&start.join(named))?;
        let work_tree = linked_work_tree(&git_dir).filter(|dir| start.starts_with(dir)).unwrap_or(start);
        return Ok(Place { git_dir, work_tree: Some(work_tree), needs_consent: false });
    }
    let ceiling = ceilings().into_iter().filter(|ceiling| start != *ceiling && start.starts_with(ceiling)).max();
    let device = |dir: &Path| dir.metadata().map(|meta| meta.dev()).ok();
    let crosses = crosses_file_systems();
    for dir in start.ancestors() {
        if ceiling.as_deref() == Some(dir) || !crosses && device(dir) != device(&start) {
            break;
        }
        let dot_git = dir.join(".git");
        let target = gitfile(&dot_git)?;
        let is_file = target.is_some();
        let found = target.or_else(|| is_git_dir(&dot_git).then(|| dot_git.clone()));
        if let Some(found) = found {
            let git_dir = found.canonicalize().unwrap_or(found);
            // As people call it.
            let spelled = |path: &Path| match path.strip_prefix(&start) {
                Ok(rest) if rest == Path::new("") => given.to_owned(),
                Ok(rest) => given.join(rest),
                Err(_) => path.to_owned(),
            };
            let owned = [Some(&git_dir), is_file.then_some(&dot_git)].into_iter().flatten().all(|path| is_owned(path));
            // git asks who owns the link, too.
            let needs_consent = dot_git.is_symlink() || !(owned && is_owned(dir));
            return Ok(Place { git_dir: spelled(&git_dir), work_tree: Some(spelled(dir)), needs_consent });
        }
        if is_git_dir(dir) {
            return Ok(Place { git_dir: dir.to_owned(), work_tree: None, needs_consent: true });
        }
    }
    Err(DiscoverError::None(none()))
}

/// The work tree of the linked worktree whose git directory is `git_dir`.
///
/// Git takes the current directory for the work tree when `GIT_DIR` is set, as it is for the hooks of a linked worktree: a hook that
/// changes to a subdirectory would have us take that one for all there is.
fn linked_work_tree(git_dir: &Path) -> Option<PathBuf> {
    dot_git(git_dir)?.parent()?.canonicalize().ok()
}

/// The git directory that `path` is, or that the `.git` file at `path` names.
///
/// # Errors
///
/// `broken-repository` if git would not take it for one.
pub fn named_git_dir(path: &Path) -> Result<PathBuf, DiscoverError> {
    let git_dir = gitfile(path)?.unwrap_or_else(|| path.to_owned());
    match is_git_dir(&git_dir) {
        true => Ok(git_dir.canonicalize().unwrap_or(git_dir)),
        false => Err(broken(&git_dir, "is not a git repository")),
    }
}

fn none() -> Error {
    Error::new(codes::NOT_A_REPOSITORY, "not a git repository (or any of the parent directories): .git")
        .hint("change to a repository, or create one with 'git init'")
}

fn broken(path: &Path, what: &str) -> DiscoverError {
    DiscoverError::Broken(
        Error::new(codes::BROKEN_REPOSITORY, format!("'{}' {what}", path.display()))
            .hint("'git rev-parse --git-dir' shows git's error; 'git worktree repair' repairs links between worktrees"),
    )
}

/// Where the `.git` file at `path` leads to; `None` if it is a directory, or nothing.
fn gitfile(path: &Path) -> Result<Option<PathBuf>, DiscoverError> {
    let Ok(meta) = path.metadata() else { return Ok(None) };
    if meta.is_dir() {
        return Ok(None);
    }
    let mut text = Vec::new();
    let is_read = meta.is_file()
        && meta.len() <= LONGEST_GITFILE
        && fs::File::open(path).and_then(|mut f| f.read_to_end(&mut text)).is_ok();
    let target = text.strip_prefix(b"gitdir: ").filter(|_| is_read);
    let Some(target) = target else { return Err(broken(path, "is not a valid gitfile")) };
    let target = target.trim_end_with(|c| matches!(c, '\n' | '\r'));
    let target = path.parent().unwrap_or(path).join(&*target.to_os_str_lossy());
    match is_git_dir(&target) {
        true => Ok(Some(target)),
        false => Err(broken(path, &format!("names '{}', which is not a git repository", target.display()))),
    }
}

/// Whether `dir` has what git asks of a git directory: a valid HEAD, objects, refs.
fn is_git_dir(dir: &Path) -> bool {
    let can_enter = |path: PathBuf| rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    if !is_head(&dir.join("HEAD")) {
        return false;
    }
    let common = common_dir(dir);
    let objects = std::env::var_os("GIT_OBJECT_DIRECTORY").map_or_else(|| common.join("objects"), PathBuf::from);
    can_enter(objects) && can_enter(common.join("refs"))
}

fn common_dir(git_dir: &Path) -> PathBuf {
    let named = fs::read(git_dir.join("commondir")).ok();
    named.map_or_else(|| git_dir.to_owned(), |name| git_dir.join(&*name.trim_end().to_os_str_lossy()))
}

/// Whether `path` says where HEAD is: a branch, or a commit.
fn is_head(path: &Path) -> bool {
    if let Ok(target) = fs::read_link(path) {
        return target.starts_with("refs");
    }
    let mut text = Vec::new();
    if fs::File::open(path).and_then(|file| file.take(255).read_to_end(&mut text)).is_err() {
        return false;
    }
    let branch = text.strip_prefix(b"ref:").is_some_and(|name| name.trim_start().starts_with(b"refs/"));
    branch || [64, 40].iter().any(|length| text.get(..*length).is_some_and(|id| ObjectId::from_hex(id).is_ok()))
}

/// `GIT_CEILING_DIRECTORIES`: links are resolved up to an empty entry.
fn ceilings() -> Vec<PathBuf> {
    let mut resolves = true;
    let given = std::env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    let entries = std::env::split_paths(&given).filter_map(|entry| {
        if entry.as_os_str().is_empty() {
            resolves = false;
        }
        let entry = Some(entry).filter(|entry| entry.is_absolute())?;
        if resolves { entry.canonicalize().ok() } else { Some(entry) }
    });
    entries.collect()
}

fn crosses_file_systems() -> bool {
    let value = std::env::var_os("GIT_DISCOVERY_ACROSS_FILESYSTEM");
    let value = value.map(|value| BString::from(value.into_encoded_bytes()));
    value.is_some_and(|value| gix::config::Boolean::try_from(value).is_ok_and(|value| value.0))
}

fn is_owned(path: &Path) -> bool {
    Trust::from_path_ownership(path).is_ok_and(|trust| trust == Trust::Full)
}
