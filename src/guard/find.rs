//! What a risk concerns: the repository that it works on, other worktrees of it, submodules and repositories in it.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    rc::Rc,
};

use bstr::{BString, ByteSlice as _};

use super::nested;
use crate::{
    error::{Error, Result, codes},
    git::{DiscoverError, Repo, ignore, worktree},
    guard::{
        environment::{Environment, real},
        paths::{Relation, RepoPaths, locate},
    },
    shell::{GuardMode, Level, Loss, Onto, Risk, Target, Where, deep_parts, may_match},
};

#[derive(Default)]
pub(super) struct Found {
    /// The repositories with something to lose, and what of the risk is theirs.
    pub stakes: Vec<(Rc<Repo>, Risk)>,
    /// What goes without a snapshot, and is nowhere else's loss.
    pub remarks: Vec<String>,
}

/// The repositories that `risk` is one for, and how bad it is there; `None` if it works on a repository and there is none.
///
/// # Errors
///
/// `cannot-capture` if something at stake is where no snapshot can be.
pub(super) fn find(environment: &Environment, risk: &Risk) -> Result<Option<Found>> {
    let own = Environment::path(&risk.dir);
    match &risk.targets {
        None => {
            let Some(repo) = repository(environment, &own, risk)? else { return Ok(None) };
            whole_repository(environment, &repo, risk).map(Some)
        }
        Some(targets) if targets.iter().any(|target| matches!(target, Target::Worktree(_))) => {
            let Some(repo) = environment.repo(&own)? else { return Ok(None) };
            removed_worktrees(environment, &repo, &own, risk, targets).map(Some)
        }
        Some(targets) => paths(environment, &own, risk, targets).map(Some),
    }
}

/// The repository that a git command works on.
fn repository(environment: &Environment, own: &Path, risk: &Risk) -> Result<Option<Rc<Repo>>> {
    let named = match &risk.place {
        _ if risk.losses == [Loss::Remote] => return Ok(environment.repo(own)?),
        Where::Here => {
            return match environment.repo(own) {
                // git stops there, too.
                Err(DiscoverError::Broken(_)) => Ok(None),
                found => Ok(found?),
            };
        }
        Where::Named { git_dir, work_tree } => environment.named(own, git_dir.as_ref(), work_tree.as_ref())?,
        Where::Elsewhere => None,
    };
    let is_off =
        || environment.repo(own).is_ok_and(|repo| repo.is_some_and(|repo| repo.settings().guard() == GuardMode::Off));
    match named {
        None if !is_off() => {
            let message = "it operates on another repository, named by '--git-dir', '--work-tree' or a variable";
            Err(Error::new(codes::CANNOT_CAPTURE, message)
                .hint("run it there, or with 'git -C <directory>', so that a snapshot can be taken first"))
        }
        found => Ok(found),
    }
}

fn whole_repository(environment: &Environment, repo: &Rc<Repo>, risk: &Risk) -> Result<Found> {
    let mut found = Found::default();
    let is_own = |loss: &Loss| *loss != Loss::Submodules;
    let own: Vec<Loss> = risk.losses.iter().copied().filter(is_own).collect();
    let is_only_overwriting = own == [Loss::Overwritten];
    if !own.is_empty() {
        found.stakes.push((Rc::clone(repo), Risk { losses: own, ..risk.clone() }));
    }
    if risk.losses.contains(&Loss::Submodules) {
        let losses = match is_only_overwriting {
            true => vec![Loss::Overwritten],
            false => vec![Loss::Uncommitted, Loss::Untracked],
        };
        for (module, commit) in nested::checked_out(environment, repo)? {
            // That is where it goes, most often; a fetch, a remote or another tree may lead elsewhere.
            for onto in [Onto::Trees(vec![commit.to_string().into()]), Onto::Unknown] {
                found.stakes.push((Rc::clone(&module), Risk { losses: losses.clone(), onto, ..risk.clone() }));
            }
        }
    }
    if risk.losses.contains(&Loss::Nested) {
        let modules: Vec<PathBuf> = match risk.losses.contains(&Loss::Worktree) {
            true => worktree::abandoned(repo).iter().flat_map(|dir| nested::below(&dir.join("modules"))).collect(),
            false => {
                let known: Vec<_> = nested::submodules(environment, repo)?.iter().filter_map(top).collect();
                let all = repo.work_dir().map(|top| nested::below(&real(top))).unwrap_or_default();
                let all = all.into_iter().filter(|dir| !known.contains(dir) && Some(dir.clone()) != top(repo));
                // Without '-x', what is ignored stays.
                let goes = |dir: &PathBuf| {
                    risk.losses.contains(&Loss::Ignored) || matches!(ignore::is_ignored(repo, dir), Ok(Some(false)))
                };
                all.filter(goes).collect()
            }
        };
        modules.iter().try_for_each(|dir| taken_whole(environment, repo, dir, risk, &mut found))?;
    }
    Ok(found)
}

fn top(repo: &Rc<Repo>) -> Option<PathBuf> {
    repo.work_dir().map(real)
}

/// The repository at `dir` goes with all that it has, snapshots included.
fn taken_whole(environment: &Environment, outer: &Repo, dir: &Path, risk: &Risk, found: &mut Found) -> Result<()> {
    let Some(repo) = nested::at(environment, dir)? else { return Ok(()) };
    // A worktree of another repository: that one keeps what is saved of it.
    if repo.git_dir() != repo.common_dir() && !real(repo.common_dir()).starts_with(dir) {
        let losses = [risk.losses.as_slice(), &[Loss::Worktree]].concat();
        found.stakes.push((repo, Risk { losses, ..risk.clone() }));
        return Ok(());
    }
    let shown = outer.work_dir().and_then(|top| dir.strip_prefix(real(top)).ok()).unwrap_or(dir).display().to_string();
    let is_off = outer.settings().guard() == GuardMode::Off;
    if !is_off && risk.level >= Level::Destroys && nested::has_work_of_its_own(&repo)? {
        let message = format!("'{shown}' is a nested repository with work that is on none of its remotes");
        return Err(Error::new(codes::CANNOT_CAPTURE, message)
            .hint("commit and push that work, or move the repository elsewhere"));
    }
    found.remarks.push(format!("the repository '{shown}' is deleted, and no snapshot contains it"));
    Ok(())
}

/// `git worktree remove`, which takes a path or the end of one.
fn removed_worktrees(
    environment: &Environment,
    repo: &Repo,
    own: &Path,
    risk: &Risk,
    targets: &[Target],
) -> Result<Found> {
    let mut found = Found::default();
    let worktrees = worktrees(repo);
    for target in targets {
        let Target::Worktree(name) = target else { continue };
        let path = Path::new(OsStr::from_bytes(name));
        let exact = worktrees.iter().find(|top| !name.is_empty() && real(&own.join(path)) == **top);
        let meant: Vec<&PathBuf> = match exact {
            Some(top) => vec![top],
            None => worktrees.iter().filter(|top| name.is_empty() || top.ends_with(path)).collect(),
        };
        for top in meant {
            let Some(worktree) =
                nested::at(environment, top)?.filter(|worktree| worktree.git_dir() != worktree.common_dir())
            else {
                continue;
            };
            if risk.losses.contains(&Loss::Nested) {
                let modules = nested::below(&worktree.git_dir().join("modules"));
                let inside = nested::below(top).into_iter().filter(|dir| dir != top);
                let inside = inside.filter(|dir| !modules.iter().any(|module| is_of(environment, dir, module)));
                let all: Vec<PathBuf> = inside.chain(modules.iter().cloned()).collect();
                all.iter().try_for_each(|dir| taken_whole(environment, repo, dir, risk, &mut found))?;
            }
            // Small ignored files are in reach here as well.
            found.stakes.push((worktree, Risk { onto: Onto::Unknown, ..risk.clone() }));
        }
    }
    Ok(found)
}

/// Whether the work tree `dir` is that of the git directory `module`, which stands for both.
fn is_of(environment: &Environment, dir: &Path, module: &Path) -> bool {
    nested::at(environment, dir).is_ok_and(|repo| repo.is_some_and(|repo| real(repo.git_dir()) == real(module)))
}

/// The tops of the worktrees of `repo`, the main one included, as far as they are there.
fn worktrees(repo: &Repo) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(repo.common_dir().join("worktrees")).into_iter().flatten().flatten();
    let linked = listed.filter_map(|entry| {
        let link = std::fs::read(entry.path().join("gitdir")).ok()?;
        let link = entry.path().join(OsStr::from_bytes(link.trim()));
        link.exists().then(|| link.parent().map(real)).flatten()
    });
    let main = real(repo.common_dir());
    let main = main.parent().filter(|_| main.ends_with(".git")).map(Path::to_owned);
    linked.chain(main).collect()
}

/// The top of the work tree that the submodule `repo` is in.
fn around_submodule(environment: &Environment, repo: &Rc<Repo>) -> Option<PathBuf> {
    let is_submodule = real(repo.common_dir()).components().any(|part| part.as_os_str() == "modules");
    let top = top(repo).filter(|_| is_submodule)?;
    environment.repo(top.parent()?).ok().flatten().as_ref().and_then(self::top)
}

/// Files and directories.
fn paths(environment: &Environment, own: &Path, risk: &Risk, targets: &[Target]) -> Result<Found> {
    let from = std::env::current_dir().unwrap_or_else(|_| ".".into());
    let mut homes: Vec<Rc<Repo>> = Vec::new();
    let mut found = Found::default();
    for dir in [own, Path::new(".")] {
        match environment.repo(dir) {
            Ok(None) if risk.level >= Level::Destroys && takes_damaged(dir, &from, targets) => {
                return Err(Error::new(codes::BROKEN_REPOSITORY, "'.git' there is damaged, but not empty"));
            }
            Ok(repo) => {
                // In a git directory there is no work tree; around it is one.
                let inside = repo.as_ref().filter(|repo| repo.work_dir().is_none());
                let around = inside.and_then(|repo| environment.repo(repo.git_dir().parent()?).ok()?);
                for repo in repo.into_iter().chain(around) {
                    if !homes.iter().any(|known| Rc::ptr_eq(known, &repo)) {
                        homes.push(repo);
                    }
                }
            }
            Err(error) if touches_nothing(dir, &from, targets) => drop(error),
            // For git this is not a repository, and never was one that could save anything.
            Err(DiscoverError::Broken(error)) if !takes_damaged(dir, &from, targets) => {
                found.remarks = vec![format!("no snapshot is taken: {error}")];
            }
            Err(error) => return Err(error.into()),
        }
    }
    let takes_all = |target: &Target| risk.level >= Level::Destroys || matches!(target, Target::Whole(_));
    for repo in &homes {
        let repo_paths = RepoPaths::of(repo);
        let is_vital = |target: &&Target| {
            repo_paths.relation(&from, target) == Relation::Holds && takes_all(target)
                || repo_paths.holds_snapshots(&from, target)
        };
        if targets.iter().any(|target| is_vital(&target)) {
            found.stakes = vec![(Rc::clone(repo), fatal(risk))];
            return Ok(found);
        }
    }
    for repo in &homes {
        if touches(&RepoPaths::of(repo), &from, targets) {
            found.stakes.push((Rc::clone(repo), risk.clone()));
        }
    }
    let mut tops: Vec<PathBuf> = homes.iter().filter_map(top).collect();
    let mut others: Vec<PathBuf> =
        homes.iter().flat_map(|repo| worktrees(repo)).chain(linked(&from, targets)).collect();
    others.extend(homes.iter().filter_map(|repo| around_submodule(environment, repo)));
    for dir in others {
        if tops.contains(&dir) {
            continue;
        }
        // One that cannot be opened is one that git cannot work in either.
        let Ok(Some(worktree)) = nested::at(environment, &dir) else { continue };
        if touches(&RepoPaths::of(&worktree), &from, targets) {
            found.stakes.push((worktree, risk.clone()));
        }
        tops.push(dir);
    }
    for (repo, risk) in &mut found.stakes {
        let repo_paths = RepoPaths::of(repo);
        if repo.git_dir() != repo.common_dir() && targets.iter().any(|target| repo_paths.is_taken_away(&from, target)) {
            risk.losses.push(Loss::Worktree);
            risk.onto = Onto::Unknown;
        }
    }
    let Some(outer) = homes.first().cloned().or_else(|| found.stakes.first().map(|(repo, _)| Rc::clone(repo))) else {
        return Ok(found);
    };
    for dir in repositories_in(environment, &homes, &tops, &from, risk, targets)? {
        let Some(inner) = nested::at(environment, &dir)? else { continue };
        let repo_paths = RepoPaths::of(&inner);
        let holds =
            targets.iter().any(|target| repo_paths.relation(&from, target) == Relation::Holds && takes_all(target));
        match holds {
            true => taken_whole(environment, &outer, &dir, risk, &mut found)?,
            false if touches(&repo_paths, &from, targets) => found.stakes.push((inner, risk.clone())),
            false => {}
        }
    }
    Ok(found)
}

fn touches(repo_paths: &RepoPaths, from: &Path, targets: &[Target]) -> bool {
    targets.iter().any(|target| repo_paths.relation(from, target) != Relation::None)
}

/// Whether a repository that cannot be opened has nothing to do with `targets`.
fn touches_nothing(dir: &Path, from: &Path, targets: &[Target]) -> bool {
    let repo_paths = RepoPaths::around(dir);
    repo_paths
        .is_some_and(|repo_paths| targets.iter().all(|target| repo_paths.relation(from, target) == Relation::None))
}

/// Whether `targets` are, or hold, a git directory that git does not take for one but that may have objects.
fn takes_damaged(dir: &Path, from: &Path, targets: &[Target]) -> bool {
    let repo_paths = RepoPaths::around(dir);
    repo_paths
        .is_some_and(|repo_paths| targets.iter().any(|target| repo_paths.relation(from, target) == Relation::Holds))
}

fn fatal(risk: &Risk) -> Risk {
    let why = "deletes the repository and all its snapshots";
    Risk { level: Level::Fatal, losses: vec![Loss::Repository], why, ..risk.clone() }
}

/// Those of `targets` that are linked worktrees themselves, of whatever repository.
fn linked(from: &Path, targets: &[Target]) -> Vec<PathBuf> {
    let dir = |target: &Target| {
        let (Target::At(path) | Target::Whole(path)) = target else { return None };
        let dir = locate(from, path.as_bstr())?;
        dir.join(".git").symlink_metadata().is_ok_and(|meta| meta.is_file()).then_some(dir)
    };
    targets.iter().filter_map(dir).collect()
}

/// The repositories inside of the worktrees `tops` that `targets` reach.
fn repositories_in(
    environment: &Environment,
    homes: &[Rc<Repo>],
    tops: &[PathBuf],
    from: &Path,
    risk: &Risk,
    targets: &[Target],
) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = Vec::new();
    for target in targets {
        let below: BString;
        let path = match target {
            Target::At(path)
            | Target::Existing(path)
            | Target::Whole(path)
            | Target::Matching(path)
            | Target::Below(path) => path,
            Target::Deep(path) => {
                below = deep_parts(path).0.into();
                &below
            }
            Target::Worktree(_) => continue,
            Target::Any => {
                for repo in homes {
                    found.extend(nested::submodules(environment, repo)?.iter().filter_map(top));
                }
                continue;
            }
        };
        let Some(path) = locate(from, path.as_bstr()) else { continue };
        let matching = if matches!(target, Target::Matching(_)) { on_disk(&path) } else { vec![path] };
        for path in matching {
            let Some(top) = tops.iter().filter(|top| path.starts_with(top)).max_by_key(|top| top.as_os_str().len())
            else {
                continue;
            };
            found.extend(nested::around(&path, top));
            let is_dir = path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
            if is_dir && risk.losses.contains(&Loss::Nested) {
                found.extend(nested::below(&path));
            } else if is_dir && path.join(".git").symlink_metadata().is_ok() {
                found.push(path);
            }
        }
    }
    found.sort();
    found.dedup();
    found.retain(|dir| !tops.contains(dir));
    Ok(found)
}

/// The paths that a pattern stands for now.
fn on_disk(pattern: &Path) -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::new()];
    for part in pattern.components() {
        let name = part.as_os_str().as_bytes();
        if !name.iter().any(|byte| b"*?[".contains(byte)) {
            paths.iter_mut().for_each(|path| path.push(part));
            continue;
        }
        let listed = |dir: &PathBuf| std::fs::read_dir(dir).into_iter().flatten().flatten().collect::<Vec<_>>();
        let all = paths.iter().flat_map(listed).filter(|entry| may_match(name, entry.file_name().as_bytes()));
        paths = all.map(|entry| entry.path()).collect();
    }
    paths
}
