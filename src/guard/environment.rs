//! What a line may ask of its surroundings: repositories, opened when the first question comes, and the environment.

use std::{
    cell::{OnceCell, RefCell},
    path::{Path, PathBuf},
    rc::Rc,
};

use bstr::{BStr, BString, ByteSlice as _, ByteVec as _};

use crate::{
    domain::text::list,
    error::{Error, Result, codes},
    git::{DiscoverError, Repo, discover, programs, remote},
    recovery::snapshot,
    shell::{Dir, World},
};

use super::nested;

/// The place where a line is run, and the repositories that it may reach.
#[derive(Default)]
pub(super) struct Environment {
    opened: RefCell<Vec<(PathBuf, Option<Rc<Repo>>)>>,
    /// The common git directory of the repository that the guard was started in.
    home: OnceCell<Option<PathBuf>>,
}

impl Environment {
    /// The directory that `dir` is.
    pub(super) fn path(dir: &Dir) -> PathBuf {
        match dir {
            Dir::Known(dir) if !dir.is_empty() => PathBuf::from(&*dir.to_os_str_lossy()),
            Dir::Known(_) | Dir::Unknown => PathBuf::from("."),
        }
    }

    /// The repository that `dir` is in, or will be in when it is made. `None` if there is none.
    pub(super) fn repo(&self, dir: &Path) -> Result<Option<Rc<Repo>>, DiscoverError> {
        let dir = dir.ancestors().find(|dir| dir.is_dir() || dir.as_os_str().is_empty()).unwrap_or(dir);
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        if let Some((_, repo)) = self.opened.borrow().iter().find(|(known, _)| known == dir) {
            return Ok(repo.clone());
        }
        let repo = match Repo::discover(dir) {
            Ok(repo) => {
                self.refuse_programs(dir, &repo)?;
                Some(Rc::new(repo))
            }
            Err(DiscoverError::None(_)) => None,
            Err(error) => return Err(error),
        };
        // One worktree is one repository, wherever in it one looks from.
        let mut opened = self.opened.borrow_mut();
        let known = repo.as_ref().and_then(|repo| {
            let same = |(_, other): &&(PathBuf, Option<Rc<Repo>>)| {
                // From inside of the git directory it has no work tree.
                let is_same = |other: &Rc<Repo>| {
                    other.work_dir().is_some() == repo.work_dir().is_some()
                        && real(other.git_dir()) == real(repo.git_dir())
                };
                other.as_ref().is_some_and(is_same)
            };
            opened.iter().find(same).and_then(|(_, other)| other.clone())
        });
        let repo = known.or(repo);
        opened.push((dir.to_owned(), repo.clone()));
        Ok(repo)
    }

    /// Refuse to save anything in `repo` if that would run programs which its configuration names, and the guard was not started in it:
    /// the command that is checked may run no git there.
    fn refuse_programs(&self, dir: &Path, repo: &Repo) -> Result<()> {
        let home = self.home.get_or_init(|| Repo::discover(Path::new(".")).ok().map(|home| real(home.common_dir())));
        // A worktree of it, or a submodule, whose git directory a clone has made in there.
        if home.as_ref().is_some_and(|home| real(repo.common_dir()).starts_with(home)) {
            return Ok(());
        }
        let found = programs::of(repo);
        if found.is_empty() {
            return Ok(());
        }
        let place = dir.display();
        Err(Error::new(
            codes::CANNOT_CAPTURE,
            format!("'{place}' is in another repository, whose configuration runs programs: {}", list(found)),
        )
        .hint(format!("check what they do; then run the command there: cd '{place}'")))
    }

    /// The repository whose work tree holds the one that git works on in `dir` when `git_dir` and `work_tree` are named:
    /// only what is saved there can be restored.
    pub(super) fn named(
        &self,
        dir: &Path,
        git_dir: Option<&BString>,
        work_tree: Option<&BString>,
    ) -> Result<Option<Rc<Repo>>> {
        let path = |name: &BString| dir.join(&*name.to_os_str_lossy());
        let git_dir = match git_dir {
            Some(name) => discover::named_git_dir(&path(name)).ok(),
            None => self.repo(dir)?.map(|repo| real(repo.git_dir())),
        };
        let top = work_tree.map_or_else(|| dir.to_owned(), path);
        let is_it = |repo: &Rc<Repo>| {
            let holds = |work_dir| top.is_dir() && real(&top).starts_with(real(work_dir));
            repo.work_dir().is_some_and(holds) && Some(real(repo.git_dir())) == git_dir
        };
        Ok(self.repo(&top)?.filter(is_it))
    }
}

impl World for Environment {
    fn alias(&self, dir: &Dir, name: &BStr) -> Option<BString> {
        // Names that git takes in a key; others are not aliases.
        let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let name = name.to_str().ok().filter(|_| is_name)?;
        let repo = self.repo(&Environment::path(dir)).ok()??;
        repo.config().text(&format!("alias.{name}")).map(BString::from)
    }

    fn is_dir(&self, path: &BStr) -> bool {
        Path::new(&*path.to_os_str_lossy()).is_dir()
    }

    fn submodules(&self, dir: &Dir) -> Option<Vec<BString>> {
        let repo = self.repo(&Environment::path(dir)).ok()??;
        let submodules = nested::submodules(self, &repo).ok()?;
        let top = |repo: &Rc<Repo>| <Vec<u8>>::from_path_buf(real(repo.work_dir()?)).ok().map(BString::from);
        Some(submodules.iter().filter_map(top).collect())
    }

    fn recurses(&self, dir: &Dir) -> bool {
        let repo = self.repo(&Environment::path(dir)).ok().flatten();
        repo.is_some_and(|repo| repo.config().flag("submodule.recurse"))
    }

    fn mirrors(&self, dir: &Dir, unless_asked: bool) -> bool {
        let Ok(Some(repo)) = self.repo(&Environment::path(dir)) else { return false };
        let is_over = |spec: &BString| {
            let destination = spec.rsplit_once_str(":").map_or(&b""[..], |(_, destination)| destination);
            destination.split_once_str("*").is_some_and(|(fixed, _)| snapshot::REFS.as_bytes().starts_with(fixed))
        };
        let remotes = remote::fetch_rules(&repo);
        remotes.iter().any(|rule| (rule.prunes || !unless_asked) && rule.refspecs.iter().any(is_over))
    }

    fn variable(&self, name: &BStr) -> Option<BString> {
        if name == "PWD" {
            return <Vec<u8>>::from_path_buf(std::env::current_dir().ok()?).ok().map(BString::from);
        }
        let value = std::env::var_os(name.to_str().ok()?)?;
        Some(value.into_encoded_bytes().into())
    }
}

pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// A repository that cannot be worked on, as a reason not to continue.
pub(super) fn cannot_open(error: Error) -> Error {
    let (message, hints) = (error.to_string(), error.hint_list().to_vec());
    Error::new(codes::CANNOT_CAPTURE, format!("cannot take a snapshot first: {message}")).hints(hints)
}
