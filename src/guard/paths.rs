//! Where paths lie: in a work tree, around it, in the git directory, or elsewhere.

use std::path::{Component, Path, PathBuf};

use bstr::{BStr, BString, ByteSlice as _};

use crate::{
    git::Repo,
    shell::{Target, deep_parts, may_match},
};

/// What a path has to do with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Nothing, or nothing that matters.
    None,
    /// It is in the work tree, or around it, or unknown.
    Touches,
    /// The repository is in it, or does not work without it.
    Holds,
}

/// The directories of a repository, without links.
pub(super) struct RepoPaths {
    top: Option<PathBuf>,
    git_dir: PathBuf,
    common_dir: PathBuf,
}

/// Without these a repository is none.
const VITAL: [&[u8]; 7] = [b"objects", b"refs", b"reftable", b"packed-refs", b"HEAD", b"config", b"worktrees"];

/// In `refs`: the refs that hold snapshots and operations; and the file that any ref may be in.
const SNAPSHOTS: [&[&[u8]]; 2] = [&[b"refs", b"agent"], &[b"packed-refs"]];

/// What may be deleted from a git directory at any time.
const HARMLESS: [&[u8]; 8] =
    [b"hooks", b"gc.pid", b"gc.log", b"COMMIT_EDITMSG", b"FETCH_HEAD", b"ORIG_HEAD", b"description", b"branches"];

impl RepoPaths {
    pub(super) fn of(repo: &Repo) -> Self {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        RepoPaths { top: repo.work_dir().map(real), git_dir: real(repo.git_dir()), common_dir: real(repo.common_dir()) }
    }

    /// Those of a repository that cannot be opened, as far as they can be seen.
    pub(super) fn around(dir: &Path) -> Option<Self> {
        let dir = dir.canonicalize().ok()?;
        let is_git = |path: PathBuf| path.is_file() || path.join("objects").is_dir();
        let top = dir.ancestors().find(|dir| is_git(dir.join(".git")))?;
        let git_dir = top.join(".git");
        Some(RepoPaths { top: Some(top.to_owned()), common_dir: git_dir.clone(), git_dir })
    }

    /// What `target`, seen from `from`, has to do with this repository.
    pub(super) fn relation(&self, from: &Path, target: &Target) -> Relation {
        match target {
            Target::Worktree(_) => Relation::None,
            Target::Any => self.top.as_ref().map_or(Relation::None, |_| Relation::Touches),
            Target::At(path) | Target::Whole(path) => self.at(locate(from, path.as_bstr()).as_deref(), false),
            Target::Existing(path) => match from.join(&*path.to_os_str_lossy()).symlink_metadata() {
                Ok(_) => self.at(locate(from, path.as_bstr()).as_deref(), false),
                Err(_) => Relation::None,
            },
            Target::Matching(path) => self.at(locate(from, path.as_bstr()).as_deref(), true),
            Target::Deep(path) => {
                let (dir, name) = deep_parts(path);
                let is_vital = VITAL.iter().any(|vital| may_match(name, vital)) || may_match(name, b".git");
                match self.relation(from, &Target::Below(dir.into())) {
                    Relation::Touches if is_vital && self.is_around(from, dir.as_bstr()) => Relation::Holds,
                    relation => relation,
                }
            }
            // Some of what is there: not the whole of it.
            Target::Below(path) => match self.at(locate(from, path.as_bstr()).as_deref(), false) {
                Relation::None => Relation::None,
                Relation::Touches | Relation::Holds => Relation::Touches,
            },
        }
    }

    /// Whether `target` is, or is in, the files that hold snapshots and operations: those are not to be written to either.
    pub(super) fn holds_snapshots(&self, from: &Path, target: &Target) -> bool {
        let (Target::At(path) | Target::Existing(path)) = target else { return false };
        let Some(rest) = locate(from, path.as_bstr()).and_then(|path| below(&path, &self.common_dir, false)) else {
            return false;
        };
        SNAPSHOTS
            .iter()
            .any(|place| place.len() <= rest.len() && place.iter().zip(&rest).all(|(one, other)| one == other))
    }

    /// Whether `target` takes the top of the work tree with it.
    pub(super) fn is_taken_away(&self, from: &Path, target: &Target) -> bool {
        let (path, is_pattern) = match target {
            Target::At(path) | Target::Existing(path) | Target::Whole(path) => (path, false),
            Target::Matching(path) => (path, true),
            Target::Below(_) | Target::Deep(_) | Target::Worktree(_) | Target::Any => return false,
        };
        let path = locate(from, path.as_bstr());
        self.top.as_ref().zip(path).is_some_and(|(top, path)| covers(&path, top, is_pattern))
    }

    /// The path from the top of the work tree, if `target` is one plain path in it.
    pub(super) fn in_work_tree(&self, from: &Path, target: &Target) -> Option<BString> {
        let (Target::At(path) | Target::Existing(path)) = target else { return None };
        let path = locate(from, path.as_bstr())?;
        let is_in_git_dir = path.starts_with(&self.git_dir) || path.starts_with(&self.common_dir);
        let rest =
            path.strip_prefix(self.top.as_ref()?).ok().filter(|rest| !is_in_git_dir && *rest != Path::new(""))?;
        <[u8]>::from_path(rest).map(BString::from)
    }

    /// Whether `target`, seen from `from`, is the file `path` of the work tree, or in it, or something that it is in.
    pub(super) fn reaches(&self, from: &Path, target: &Target, path: &BStr) -> bool {
        let Some(top) = &self.top else { return false };
        if let Target::Deep(deep) = target {
            let (dir, name) = deep_parts(deep);
            let file = top.join(&*path.to_os_str_lossy());
            return locate(from, dir.as_bstr()).is_none_or(|dir| {
                let rest = below(&file, &dir, false);
                rest.is_some_and(|rest| rest.iter().any(|part| may_match(name, part)))
            });
        }
        let (name, is_pattern) = match target {
            Target::Any | Target::Worktree(_) | Target::Deep(_) => return true,
            Target::Matching(name) => (name, true),
            Target::At(name) | Target::Existing(name) | Target::Below(name) | Target::Whole(name) => (name, false),
        };
        let file = top.join(&*path.to_os_str_lossy());
        locate(from, name.as_bstr())
            .is_none_or(|name| covers(&name, &file, is_pattern) || below(&name, &file, is_pattern).is_some())
    }

    /// Whether the git directory is below `dir`.
    fn is_around(&self, from: &Path, dir: &BStr) -> bool {
        locate(from, dir).is_some_and(|dir| self.git_dir.starts_with(&dir) || self.common_dir.starts_with(&dir))
    }

    fn at(&self, path: Option<&Path>, is_pattern: bool) -> Relation {
        let Some(path) = path else { return Relation::Touches };
        if [&self.common_dir, &self.git_dir].iter().any(|dir| covers(path, dir, is_pattern)) {
            return Relation::Holds;
        }
        for dir in [&self.git_dir, &self.common_dir] {
            if let Some(rest) = below(path, dir, is_pattern) {
                return within_git_dir(&rest, is_pattern);
            }
        }
        match &self.top {
            Some(top) if covers(path, top, is_pattern) || below(path, top, is_pattern).is_some() => Relation::Touches,
            _ => Relation::None,
        }
    }
}

/// `path` without links on the way to it, `..` and `.`; `None` if that depends on what a pattern matches.
pub(super) fn locate(from: &Path, path: &BStr) -> Option<PathBuf> {
    let path = from.join(&*path.to_os_str_lossy());
    let mut done = PathBuf::new();
    let mut components = path.components().peekable();
    while let Some(component) = components.next() {
        match component {
            Component::ParentDir => {
                let name = done.file_name().map(|name| name.as_encoded_bytes().to_vec()).unwrap_or_default();
                if name.iter().any(|byte| b"*?[".contains(byte)) {
                    return None;
                }
                done.pop();
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => done.push(component),
            Component::Normal(name) => {
                done.push(name);
                // The last one itself is what is deleted, not what it leads to.
                if components.peek().is_some()
                    && let Ok(real) = done.canonicalize()
                {
                    done = real;
                }
            }
        }
    }
    Some(done)
}

fn names(path: &Path) -> Vec<&[u8]> {
    path.components().map(|component| component.as_os_str().as_encoded_bytes()).collect()
}

fn is_same(pattern: &[u8], name: &[u8], is_pattern: bool) -> bool {
    pattern == name || is_pattern && may_match(pattern, name)
}

/// Whether `path` is `dir`, or something that `dir` is in.
fn covers(path: &Path, dir: &Path, is_pattern: bool) -> bool {
    let (path, dir) = (names(path), names(dir));
    path.len() <= dir.len() && path.iter().zip(&dir).all(|(path, dir)| is_same(path, dir, is_pattern))
}

/// The names below `dir` that lead to `path`.
fn below(path: &Path, dir: &Path, is_pattern: bool) -> Option<Vec<Vec<u8>>> {
    let (path, dir) = (names(path), names(dir));
    let is_below = path.len() > dir.len() && path.iter().zip(&dir).all(|(path, dir)| is_same(path, dir, is_pattern));
    is_below.then(|| path[dir.len()..].iter().map(|name| name.to_vec()).collect())
}

fn within_git_dir(rest: &[Vec<u8>], is_pattern: bool) -> Relation {
    let Some(first) = rest.first() else { return Relation::Holds };
    if rest.last().is_some_and(|last| last.ends_with(b".lock")) || HARMLESS.contains(&first.as_slice()) {
        return Relation::None;
    }
    if VITAL.iter().any(|vital| is_same(first, vital, is_pattern)) { Relation::Holds } else { Relation::Touches }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(target: Target) -> Relation {
        let repo_paths = RepoPaths {
            top: Some("/srv/repo".into()),
            git_dir: "/srv/repo/.git".into(),
            common_dir: "/srv/repo/.git".into(),
        };
        repo_paths.relation(Path::new("/srv/repo/sub"), &target)
    }

    #[test]
    fn paths_in_and_around_a_repository() {
        let at = |path: &str| relation(Target::At(path.into()));
        for path in
            ["a", "../a", ".", "../sub/.", "/srv/repo/a/b", "../.git/index", "../.git/rebase-merge", "../.github"]
        {
            assert_eq!(at(path), Relation::Touches, "{path}");
        }
        for path in ["..", "/srv/repo", "/srv", "/", "../../repo", "../.git", "../.git/objects", "../.git/refs/heads/x"]
        {
            assert_eq!(at(path), Relation::Holds, "{path}");
        }
        for path in
            ["/tmp/x", "../../other", "/srv/repository", "../.git/index.lock", "../.git/hooks/commit-msg", "../../*"]
        {
            assert_eq!(at(path), Relation::None, "{path}");
        }
    }

    #[test]
    fn patterns_in_and_around_a_repository() {
        let matching = |path: &str| relation(Target::Matching(path.into()));
        for path in ["*", "../*", "../*/x", "a*/..", "/srv/*/sub", "../.git/MERGE*"] {
            assert_eq!(matching(path), Relation::Touches, "{path}");
        }
        for path in ["../.*", "../.g*", "../../r*", "/srv/*", "../.git/*", "../*/../.git"] {
            let expected = if path.contains("*/..") { Relation::Touches } else { Relation::Holds };
            assert_eq!(matching(path), expected, "{path}");
        }
        for path in ["/tmp/*", "../../x*", "../.git/*.lock"] {
            assert_eq!(matching(path), Relation::None, "{path}");
        }
    }

    #[test]
    fn what_is_found_below_is_not_all_of_it() {
        assert_eq!(relation(Target::Deep("../**/*.o".into())), Relation::Touches);
        assert_eq!(relation(Target::Deep("../**/.git".into())), Relation::Holds);
        assert_eq!(relation(Target::Deep("../**/HEAD".into())), Relation::Holds);
        assert_eq!(relation(Target::Deep("../a/**/HEAD".into())), Relation::Touches);
        assert_eq!(relation(Target::Deep("/tmp/**/.git".into())), Relation::None);
        assert_eq!(relation(Target::Below("..".into())), Relation::Touches);
        assert_eq!(relation(Target::Below("/tmp".into())), Relation::None);
        assert_eq!(relation(Target::Any), Relation::Touches);
        assert_eq!(relation(Target::Existing("nothing".into())), Relation::None);
    }
}
