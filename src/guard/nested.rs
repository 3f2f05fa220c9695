//! Repositories in a repository: submodules, and nested ones. No snapshot of the outer one holds them.

use std::{
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use crate::{
    error::Result,
    git::{
        ObjectId, Repo,
        index::entries::{self, Entries},
        unkept,
    },
    guard::environment::{Environment, real},
    recovery::snapshot,
};

/// How deep submodules are in submodules.
const DEPTH: usize = 16;

/// The submodules that are checked out in `repo`, those in submodules included.
pub(super) fn submodules(environment: &Environment, repo: &Repo) -> Result<Vec<Rc<Repo>>> {
    Ok(checked_out(environment, repo)?.into_iter().map(|(module, _)| module).collect())
}

/// [`submodules`], each with the commit that the index of the repository around it has for it.
pub(super) fn checked_out(environment: &Environment, repo: &Repo) -> Result<Vec<(Rc<Repo>, ObjectId)>> {
    let mut found = Vec::new();
    add_submodules(environment, repo, DEPTH, &mut found)?;
    Ok(found)
}

fn add_submodules(
    environment: &Environment,
    repo: &Repo,
    depth: usize,
    found: &mut Vec<(Rc<Repo>, ObjectId)>,
) -> Result<()> {
    if depth == 0 || repo.work_dir().is_none() {
        return Ok(());
    }
    let index = Entries::read(repo)?;
    let modules = index.all().filter(|entry| entry.leaf.is_submodule() && entry.stage == 0);
    for module in modules.filter(|module| entries::is_populated(repo, module.path)) {
        let Some(dir) = repo.in_work_dir(module.path) else { continue };
        if let Some(inner) = at(environment, &dir)? {
            add_submodules(environment, &inner, depth - 1, found)?;
            found.push((inner, module.leaf.id));
        }
    }
    Ok(())
}

/// The repository whose work tree, or whose git directory, is `dir` itself.
pub(super) fn at(environment: &Environment, dir: &Path) -> Result<Option<Rc<Repo>>> {
    let dir = real(dir);
    let is_it = |repo: &Rc<Repo>| repo.work_dir().is_some_and(|top| real(top) == dir) || real(repo.git_dir()) == dir;
    Ok(environment.repo(&dir)?.filter(is_it))
}

/// Directories at and below `dir` that are repositories: work trees, and git directories without one. Links are not followed.
pub(super) fn below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        // What cannot be read cannot be deleted either.
        let Ok(listed) = fs::read_dir(&dir) else { continue };
        let listed: Vec<_> = listed.flatten().map(|entry| (entry.file_name(), entry.file_type())).collect();
        let has = |name: &str| listed.iter().any(|(known, _)| known == name);
        let is_git_dir = has("HEAD") && has("objects") && has("refs");
        if has(".git") || is_git_dir {
            found.push(dir.clone());
        }
        // In a git directory only 'modules' has others.
        let is_other =
            |name: &std::ffi::OsStr| if is_git_dir { name == "modules" || name == "worktrees" } else { name != ".git" };
        let dirs = listed.iter().filter(|(name, kind)| kind.as_ref().is_ok_and(fs::FileType::is_dir) && is_other(name));
        open.extend(dirs.map(|(name, _)| dir.join(name)));
    }
    found.sort();
    found
}

/// The innermost repository that `path` is in, below `top`: a directory with `.git`, or a git directory.
pub(super) fn around(path: &Path, top: &Path) -> Option<PathBuf> {
    let is_repository = |dir: &&Path| {
        dir.join(".git").symlink_metadata().is_ok()
            || ["HEAD", "objects", "refs"].iter().all(|name| dir.join(name).symlink_metadata().is_ok())
    };
    let is_inside = |dir: &&Path| dir.starts_with(top) && *dir != top && !dir.ends_with(".git");
    path.ancestors().skip(1).take_while(is_inside).find(is_repository).map(Path::to_owned)
}

/// Whether `repo` has something that no remote of it has: files that are not committed, commits that are not pushed.
pub(super) fn has_work_of_its_own(repo: &Repo) -> Result<bool> {
    // The work tree may be gone; its git directory knows that it had one.
    if repo.work_dir().is_some_and(Path::is_dir) && !snapshot::capture(repo)?.is_all_committed()? {
        return Ok(true);
    }
    unkept::has_unpushed(repo)
}
