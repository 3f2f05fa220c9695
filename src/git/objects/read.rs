//! Reading objects while another process repacks or prunes.
//!
//! A `git gc` in another worktree deletes packs that we have listed but not opened yet, and a writer whose objects it took
//! writes them again a moment later ([`super::Batch::secure`]). So an object that is not there is looked for again, a few
//! times, through a handle that lists the packs again; only then is it missing.

use std::{cell::Cell, path::Path, time::Duration};

use gix::{
    ObjectId,
    objs::{Find as _, Kind},
};

use crate::{
    error::{Context as _, Error, Result, codes},
    git::repo::Repo,
};

/// How long to wait before each new look, in milliseconds.
const PAUSES: [u64; 7] = [2, 5, 10, 20, 40, 80, 160];

/// How many objects may use up all pauses; after that a repository is taken to be damaged, and reading it must not be slow.
const MAX_FAILURES: usize = 3;

/// How often the search for a missing object is repeated.
#[derive(Debug, Default)]
pub struct RetryPolicy {
    failures: Cell<usize>,
}

impl RetryPolicy {
    /// `look` until it finds something or it is no use.
    fn look<T, E>(
        &self,
        repo: &Repo,
        replaced: Replaced,
        look: impl Fn(&gix::Repository) -> Result<T, E>,
    ) -> Result<T, E> {
        let store = match replaced {
            Replaced::AsGit => repo.gix(),
            Replaced::Never => repo.without_replacements(),
        };
        let mut found = look(store);
        if found.is_ok() || self.failures.get() >= MAX_FAILURES {
            return found;
        }
        for pause in PAUSES {
            std::thread::sleep(Duration::from_millis(pause));
            let mut fresh = gix::open_opts(repo.gix().git_dir(), repo.gix().open_options().clone());
            if let Ok(fresh) = &mut fresh {
                fresh.objects.ignore_replacements |= replaced == Replaced::Never;
            }
            found = look(fresh.as_ref().unwrap_or(store));
            if found.is_ok() {
                return found;
            }
        }
        self.failures.set(self.failures.get() + 1);
        found
    }
}

/// Whether `refs/replace/` counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Replaced {
    AsGit,
    /// An object is what its id says.
    Never,
}

impl Repo {
    /// The bytes of the object `id`.
    ///
    /// # Errors
    ///
    /// When the object is missing or damaged, or its id is of another hash.
    pub fn read(&self, id: ObjectId) -> Result<Vec<u8>> {
        self.check(id)?;
        let found = self.retry_policy().look(self, Replaced::AsGit, |gix| gix.find_object(id).map(gix::Object::detach));
        Ok(found.or_environment(|| format!("cannot read the object {id}"))?.data)
    }

    /// The bytes of the object `id`, which must be a `kind`.
    ///
    /// # Errors
    ///
    /// `wrong-object` for one of another kind; when the object is missing or damaged.
    pub fn read_as(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>> {
        self.read_kind(id, kind, Replaced::AsGit)
    }

    /// [`Repo::read_as`] into `buffer`, for a reader of many objects.
    ///
    /// # Errors
    ///
    /// As [`Repo::read_as`].
    pub fn read_into(&self, id: ObjectId, kind: Kind, buffer: &mut Vec<u8>) -> Result<()> {
        match self.gix().objects.try_find(&id, buffer) {
            Ok(Some(found)) if found.kind == kind => {}
            // A repack is running, or it is missing, or of another kind: this says which.
            _ => *buffer = self.read_as(id, kind)?,
        }
        Ok(())
    }

    /// The bytes of the object `id` of ours, which must be a `kind`: of the ledger, an operation, a snapshot. A replacement is for
    /// what the user reads; what is written on top of ours must not lose what it hides.
    ///
    /// # Errors
    ///
    /// As [`Repo::read_as`].
    pub fn read_own(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>> {
        self.read_kind(id, kind, Replaced::Never)
    }

    fn read_kind(&self, id: ObjectId, kind: Kind, replaced: Replaced) -> Result<Vec<u8>> {
        self.check(id)?;
        let found = self.retry_policy().look(self, replaced, |gix| gix.find_object(id).map(gix::Object::detach));
        let object = found.or_environment(|| format!("cannot read the {kind} {id}"))?;
        match object.kind == kind {
            true => Ok(object.data),
            false => Err(Error::new(codes::WRONG_OBJECT, format!("{id} is a {}, not a {kind}", object.kind))),
        }
    }

    /// The type and size of the object `id`.
    ///
    /// # Errors
    ///
    /// When the object is missing or damaged, or its id is of another hash.
    pub fn header(&self, id: ObjectId) -> Result<(Kind, u64)> {
        self.header_of(id, Replaced::AsGit)
    }

    /// As [`Repo::header`], of an object of ours: see [`Repo::read_own`].
    ///
    /// # Errors
    ///
    /// When the object is missing or damaged, or its id is of another hash.
    pub fn own_header(&self, id: ObjectId) -> Result<(Kind, u64)> {
        self.header_of(id, Replaced::Never)
    }

    fn header_of(&self, id: ObjectId, replaced: Replaced) -> Result<(Kind, u64)> {
        self.check(id)?;
        let look = |gix: &gix::Repository| gix.find_header(id).map(|header| (header.kind(), header.size()));
        let found = self.retry_policy().look(self, replaced, look);
        found.or_environment(|| format!("cannot read the object {id}"))
    }

    /// Whether the object `id` exists and is a commit.
    pub fn is_commit(&self, id: ObjectId) -> bool {
        self.names(id) && self.gix().find_header(id).is_ok_and(|header| header.kind() == Kind::Commit)
    }

    /// Where loose objects are.
    pub fn objects_dir(&self) -> &Path {
        self.gix().objects.store_ref().path()
    }

    /// Whether the object `id` exists at this moment.
    pub fn has(&self, id: ObjectId) -> bool {
        self.names(id) && self.gix().has_object(id)
    }

    /// Whether `id` is as long as the object ids of this repository: one that comes from a text may be of another hash, and
    /// cannot be looked up.
    pub fn names(&self, id: ObjectId) -> bool {
        id.kind() == self.gix().object_hash()
    }

    fn check(&self, id: ObjectId) -> Result<()> {
        match self.names(id) {
            true => Ok(()),
            false => Err(Error::new(codes::WRONG_OBJECT, format!("{id} is not an object id in this repository"))),
        }
    }
}
