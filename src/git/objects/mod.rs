//! Writing objects so that they are still there when a ref points to them.
//!
//! Objects are staged in a [`Batch`], written, and *secured* after the ref that makes them reachable has moved. In
//! between, a concurrent `git gc --prune=now` may have decided that they are garbage:
//!
//! ```text
//!   us:   write objects ─────────── move ref ── secure
//!   gc:        take gc.pid … mark what is reachable … delete the rest
//! ```
//!
//! gc holds `gc.pid` long before it marks. When we see it before writing or after the ref moved, the objects go into a
//! pack with a `.keep` file, which no gc deletes; the `.keep` is dropped by a later writer when no gc is running. `git prune` takes
//! no lock: one that marked before the ref moved is still among the processes after that, or has deleted what it will. Objects
//! that vanished are written again from memory.

mod apart;
mod bases;
mod content;
mod durable;
pub(crate) mod gc;
mod pack;
mod read;
pub(crate) mod tidy;
pub(crate) mod trees;

pub use apart::Apart;
pub(super) use bases::DeltaBases;
pub use content::{Content, Hasher, Readers, WriteError};
pub(super) use durable::sync_dir;
pub use read::RetryPolicy;

use content::Object;
use gc::KeptFor;

use std::path::Path;

use bstr::{BStr, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{Kind, Tree, Write as _, WriteTo as _},
};

use super::{cmd, files, repo::Repo};
use crate::{
    domain::time::Timestamp,
    error::{Context as _, Error, Result, codes},
};

/// From this many objects on, one pack is cheaper than loose files.
const PACK_FROM: usize = 128;

/// How often an object is put into its directory again, which a prune removes while it is empty.
const TRIES: usize = 16;

/// Staged objects, which are not written yet.
#[derive(Debug, Default)]
pub struct Batch {
    objects: Vec<Object>,
    ids: std::collections::HashSet<ObjectId>,
    /// Objects written by others that must be as durable as these.
    relied_on: Vec<ObjectId>,
}

impl Batch {
    /// Stage `bytes` as a blob.
    ///
    /// # Errors
    ///
    /// When the hash fails, as for bytes that are made to collide.
    pub fn blob(&mut self, repo: &Repo, bytes: Vec<u8>) -> Result<ObjectId> {
        self.stage(repo, Kind::Blob, bytes)
    }

    /// Stage a tree, its entries in git's order.
    ///
    /// # Errors
    ///
    /// When the tree cannot be encoded.
    pub fn tree(&mut self, repo: &Repo, tree: &Tree) -> Result<ObjectId> {
        let mut bytes = Vec::new();
        tree.write_to(&mut bytes).or_environment(|| "cannot encode a tree".to_owned())?;
        self.stage(repo, Kind::Tree, bytes)
    }

    /// Stage a commit by git-agent itself (of the ledger, of a snapshot): unsigned, no hooks, no clean-up.
    ///
    /// # Errors
    ///
    /// When the commit cannot be encoded.
    pub fn commit(&mut self, repo: &Repo, commit: &NewCommit<'_>) -> Result<ObjectId> {
        let bytes = encode(repo, commit)?;
        self.stage(repo, Kind::Commit, bytes)
    }

    /// [`Batch::commit`] with the seal of this repository: the ref `place` will lead to it.
    ///
    /// # Errors
    ///
    /// When there is no secret yet and none can be made.
    pub fn sealed_commit(&mut self, repo: &Repo, commit: &NewCommit<'_>, place: &str) -> Result<ObjectId> {
        let bytes = repo.seal(place, &encode(repo, commit)?)?;
        self.stage(repo, Kind::Commit, bytes)
    }

    fn stage(&mut self, repo: &Repo, kind: Kind, bytes: Vec<u8>) -> Result<ObjectId> {
        let id = gix::objs::compute_hash(repo.gix().object_hash(), kind, &bytes)
            .or_environment(|| "cannot hash an object".to_owned())?;
        self.add(id, kind, Content::Held(bytes));
        Ok(id)
    }
    fn add(&mut self, id: ObjectId, kind: Kind, content: Content) {
        self.add_for(id, kind, content, Readers::All);
    }

    fn add_for(&mut self, id: ObjectId, kind: Kind, content: Content, readers: Readers) {
        if self.ids.insert(id) {
            self.objects.push(Object { id, kind, content, readers });
        }
    }

    /// [`Batch::write_durable`] has these on the disk, too: objects of the index, which `git add` leaves to the operating
    /// system.
    pub fn rely_on(&mut self, ids: impl IntoIterator<Item = ObjectId>) {
        self.relied_on.extend(ids);
    }

    /// Stage `content`, which is known to be the blob `id`.
    pub fn known_blob(&mut self, id: ObjectId, content: Content) {
        self.add(id, Kind::Blob, content);
    }

    /// [`Self::known_blob`] for `readers` alone: it goes into a separate pack that stays unchanged, because git's gc lets everyone read
    /// what it packs.
    pub fn private_blob(&mut self, id: ObjectId, content: Content, readers: Readers) {
        self.add_for(id, Kind::Blob, content, readers);
    }

    /// Drop all but the first `count` staged objects.
    pub fn back_to(&mut self, count: usize) {
        for object in self.objects.drain(count..) {
            self.ids.remove(&object.id);
        }
    }

    /// Drop staged objects whose content is in files.
    pub fn forget_files(&mut self) {
        self.objects.retain(|object| matches!(object.content, Content::Held(_)));
        self.ids = self.objects.iter().map(|object| object.id).collect();
    }

    /// Whether the object `id` is staged.
    pub fn has(&self, id: ObjectId) -> bool {
        self.ids.contains(&id)
    }

    /// The bytes of the object `id`, if it is staged and in memory.
    pub fn held(&self, id: ObjectId) -> Option<&[u8]> {
        let staged = self.has(id).then(|| self.objects.iter().find(|object| object.id == id))??;
        match &staged.content {
            Content::Held(bytes) => Some(bytes),
            Content::File { .. } => None,
        }
    }

    /// The number of staged objects.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether nothing is staged.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Whether all staged objects are in the repository now.
    pub fn is_there(&self, repo: &Repo) -> bool {
        self.ids.iter().all(|id| repo.has(*id))
    }

    /// `repo` as if what is staged were written, but for content in files.
    ///
    /// # Errors
    ///
    /// When an object cannot be held.
    pub fn preview(&self, repo: &Repo) -> Result<Repo> {
        let gix = repo.gix().clone().with_object_memory();
        for object in &self.objects {
            if let Content::Held(bytes) = &object.content {
                let held = gix.objects.write_buf_with_known_id(object.kind, bytes, object.id);
                held.or_environment(|| format!("cannot hold {object}"))?;
            }
        }
        Ok(repo.with(gix))
    }

    /// Write what is staged. Safe against a gc that is already running.
    ///
    /// # Errors
    ///
    /// `file-changed`, `object-not-written`.
    pub fn write(&self, repo: &Repo) -> Result<()> {
        if self.objects.len() >= PACK_FROM || gc::is_locked(repo) {
            return self.keep_durable(repo);
        }
        gc::drop_keeps(repo);
        Ok(self.objects.iter().try_for_each(|object| write_loose(repo, object))?)
    }

    /// Make sure that what is staged, and reachable by now, is not collected by a gc that began in the meantime.
    ///
    /// # Errors
    ///
    /// `file-changed`, `object-not-written`.
    pub fn secure(&self, repo: &Repo) -> Result<()> {
        if gc::is_running(repo) {
            return self.keep_durable(repo);
        }
        for object in self.objects.iter().filter(|object| !repo.has(object.id)) {
            write_loose(repo, object)?;
        }
        Ok(())
    }
}

/// The id of the blob that git would make of `file` if it were added as `path`, through its filters; `None` when a filter fails.
///
/// # Errors
///
/// `git-not-runnable`; when `path` is not a path here.
pub fn filtered_id(repo: &Repo, file: &Path, path: &BStr) -> Result<Option<ObjectId>> {
    let option = [b"--path=", path.as_bytes()].concat();
    let option = gix::path::from_byte_slice(&option).or_environment(|| format!("'{path}' is not a valid path here"))?;
    let output = repo.git().arg("hash-object").arg(option).arg("--").arg(files::absolute(file)?).output()?;
    Ok(cmd::id(&output.stdout))
}

/// The bytes of a commit.
fn encode(repo: &Repo, commit: &NewCommit<'_>) -> Result<Vec<u8>> {
    let identity = commit.identity.clone().unwrap_or_else(|| identity(repo));
    let time = gix::date::Time::new(commit.at.seconds(), 0);
    let who = gix::actor::Signature { name: identity.name, email: identity.email, time };
    let commit = gix::objs::Commit {
        tree: commit.tree,
        parents: commit.parents.iter().copied().collect(),
        author: who.clone(),
        committer: who,
        encoding: None,
        message: commit.message.into(),
        extra_headers: Vec::new(),
    };
    let mut bytes = Vec::new();
    commit.write_to(&mut bytes).or_environment(|| "cannot encode a commit".to_owned())?;
    Ok(bytes)
}

fn write_loose(repo: &Repo, object: &Object) -> Result<(), WriteError> {
    if object.readers != Readers::All {
        return durable::write_packs(repo, &[object], KeptFor::Quiet);
    }
    // An empty file is what a crash of the machine leaves of an object; it must not pass for one.
    let path = repo.objects_dir().join(loose_name(object.id));
    if std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
        return Ok(());
    }
    let share = || {
        path.parent().map_or(Ok(()), |dir| repo.share(dir))?;
        repo.share(&path)
    };
    match &object.content {
        Content::Held(bytes) => {
            let mut written = repo.gix().objects.write_buf(object.kind, bytes);
            for _ in 0..TRIES {
                match &written {
                    Err(error) if is_not_found(error) => written = repo.gix().objects.write_buf(object.kind, bytes),
                    _ => break,
                }
            }
            written.map_err(|error| not_written(object, anyhow::anyhow!(error)))?;
            Ok(share().map_err(|error| not_written(object, error))?)
        }
        Content::File { .. } => pack::write_kept(repo, &[object], KeptFor::Quiet, Readers::All),
    }
}

/// Whether a file or a directory was missing.
fn is_not_found(error: &(dyn std::error::Error + 'static)) -> bool {
    let is = |error: &(dyn std::error::Error + 'static)| {
        error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    };
    std::iter::successors(Some(error), |error| error.source()).any(is)
}

fn not_written(what: impl std::fmt::Display, error: impl Into<anyhow::Error>) -> Error {
    Error::new(codes::OBJECT_NOT_WRITTEN, format!("cannot write {what}"))
        .because(error)
        .hint("the git directory must be writable and have free disk space; nothing was recorded")
}

fn loose_name(id: ObjectId) -> String {
    let hex = id.to_string();
    format!("{}/{}", &hex[..2], &hex[2..])
}

/// The content of a commit that git-agent writes itself.
#[derive(Debug)]
pub struct NewCommit<'a> {
    /// The tree, which must exist or be staged.
    pub tree: ObjectId,
    /// The parents, the first one first.
    pub parents: &'a [ObjectId],
    /// The complete commit message.
    pub message: &'a [u8],
    /// The author and committer date.
    pub at: Timestamp,
    /// Author and committer; `None`: the user, as configured in git.
    pub identity: Option<Identity>,
}

/// A name and an email address for commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name, as in `user.name`.
    pub name: bstr::BString,
    /// The email address, without `<>`.
    pub email: bstr::BString,
}

impl Identity {
    /// The identity of git-agent, for merges of the ledger, snapshots and operations.
    pub fn ours() -> Self {
        Identity { name: "git-agent".into(), email: "git-agent@localhost".into() }
    }
}

/// Who commits, as git is configured; or, where git does not know, a fixed name: the ledger must work without one.
///
/// Not asked of gix: that also finds out the local time, for which it reads the whole time zone database.
pub fn identity(repo: &Repo) -> Identity {
    let name = of_environment(&["GIT_COMMITTER_NAME"]).or_else(|| configured(repo, &["committer.name", "user.name"]));
    let email =
        of_environment(&["GIT_COMMITTER_EMAIL"]).or_else(|| configured(repo, &["committer.email", "user.email"]));
    match (name, email.or_else(|| of_environment(&["EMAIL"]))) {
        (Some(name), Some(email)) => Identity { name, email },
        _ => Identity::ours(),
    }
}

/// The person who works in this repository, by the names that git knows for authors and committers, or that of the login.
///
/// Settings come first: git tells its hooks the author of the commit that is being made, who may be another person.
pub fn person(repo: &Repo) -> Option<bstr::BString> {
    configured(repo, &["author.name", "user.name", "committer.name"])
        .or_else(|| of_environment(&["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "USER"]))
}

fn of_environment(names: &[&str]) -> Option<bstr::BString> {
    let given = names.iter().find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()));
    given.map(|value| value.into_encoded_bytes().into())
}

fn configured(repo: &Repo, keys: &[&str]) -> Option<bstr::BString> {
    let config = repo.gix().config_snapshot();
    // What gix takes from variables of git's is not a setting: in a hook they say who wrote the commit that is being made.
    let is_setting = |meta: &gix::config::file::Metadata| meta.source != gix::config::Source::EnvOverride;
    let mut values = keys.iter().filter_map(|key| config.plumbing().string_filter(*key, is_setting));
    values.find(|value| !value.trim_ascii().is_empty())
}

/// [`identity`] as the signature of a reflog entry, now.
pub(super) fn committer(repo: &Repo) -> gix::actor::Signature {
    let identity = identity(repo);
    let time = gix::date::Time::now_utc();
    gix::actor::Signature { name: identity.name, email: identity.email, time }
}
