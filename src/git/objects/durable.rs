//! Objects that are on the disk when the call returns, whatever becomes of the machine.
//!
//! git syncs neither loose objects nor refs by default, gix syncs nothing; after an unclean stop the newest of them are
//! empty files, and every fetch, push and gc of the repository fails.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use flate2::{Compression, write::ZlibEncoder};
use gix::{ObjectId, objs::Exists as _};
use tempfile::NamedTempFile;

use super::{
    Batch, TRIES,
    content::{Object, Readers, WriteError},
    gc::{self, KeptFor},
    loose_name, not_written, pack,
};
use crate::{
    error::{Context as _, Error, Result, codes},
    git::{files, repo::Repo},
};

/// More new objects than this, or more bytes, are one pack: one file to sync instead of many.
const MAX_LOOSE: usize = 8;
const MAX_LOOSE_BYTES: u64 = 4 << 20;
/// A new pack is begun after this many bytes: offsets in its index have 31 bits.
const PACK_BYTES: u64 = 1 << 30;
/// How many files are synced at the same time; the file system makes one commit of them.
const SYNCERS: usize = 8;

/// After this time the operating system has written a file by itself.
const SETTLED: Duration = Duration::from_secs(120);

/// How an object is in the repository.
enum There {
    Not,
    Packed,
    /// A file of its own that may not be on the disk yet.
    Loose(PathBuf),
}

impl Batch {
    /// Write what is staged; when this returns it is on the disk. Safe against a gc that is already running.
    ///
    /// # Errors
    ///
    /// `file-changed`, `object-not-written`. Nothing refers to what was written until then.
    pub fn write_durable(&self, repo: &Repo) -> Result<(), WriteError> {
        let (mut new, mut loose) = (Vec::new(), Vec::new());
        let running = gc::may_be_running(repo);
        // What another process has packed since packs were listed is written again: it costs less than to list them for every new object.
        let mut listed = repo.gix().objects.clone();
        listed.refresh_never();
        for object in &self.objects {
            match there(repo, &listed, object.id) {
                There::Not => new.push(object),
                // It is unknown whether a running gc leaves them alone.
                There::Packed | There::Loose(_) if running => new.push(object),
                There::Packed => {}
                There::Loose(path) if is_recent(&path) => loose.push(path),
                There::Loose(_) => {}
            }
        }
        for id in &self.relied_on {
            match there(repo, &listed, *id) {
                There::Loose(path) if is_recent(&path) => loose.push(path),
                _ => {}
            }
        }
        sync_all(loose.iter().map(PathBuf::as_path)).map_err(failed)?;
        let bytes: u64 = new.iter().map(|object| object.content.size()).sum();
        if running || new.len() > MAX_LOOSE || bytes > MAX_LOOSE_BYTES {
            return write_packs(repo, &new, KeptFor::Quiet);
        }
        gc::drop_keeps(repo);
        let (public, private): (Vec<&Object>, Vec<&Object>) =
            new.into_iter().partition(|object| object.readers == Readers::All);
        write_packs(repo, &private, KeptFor::Quiet)?;
        write_loose(repo, &public)
    }

    /// Write what is staged so that no gc, running or to come, deletes it before a later writer finds that none runs.
    ///
    /// # Errors
    ///
    /// `file-changed`, `object-not-written`.
    pub fn keep_durable(&self, repo: &Repo) -> Result<()> {
        Ok(write_packs(repo, &self.objects.iter().collect::<Vec<_>>(), KeptFor::Quiet)?)
    }

    /// Write what is staged so that no gc takes it before an operation that is in progress has come to its end, however many others
    /// write and collect in the meantime.
    ///
    /// # Errors
    ///
    /// `file-changed`, `object-not-written`.
    pub fn hold_durable(&self, repo: &Repo) -> Result<()> {
        Ok(write_packs(repo, &self.objects.iter().collect::<Vec<_>>(), KeptFor::Held)?)
    }
}

/// Kept packs; small and many objects together, large ones one by one.
pub(super) fn write_packs(repo: &Repo, objects: &[&Object], keep: KeptFor) -> Result<(), WriteError> {
    for readers in [Readers::All, Readers::Group, Readers::Owner] {
        let theirs: Vec<&Object> = objects.iter().copied().filter(|object| object.readers == readers).collect();
        // What not everyone may read stays in a separate pack, which no gc repacks.
        write_packs_for(repo, &theirs, if readers == Readers::All { keep } else { KeptFor::Private }, readers)?;
    }
    Ok(())
}

fn write_packs_for(repo: &Repo, objects: &[&Object], keep: KeptFor, readers: Readers) -> Result<(), WriteError> {
    let (mut pack, mut bytes) = (Vec::new(), 0);
    for object in objects {
        if bytes > 0 && bytes + object.content.size() > PACK_BYTES {
            pack::write_kept(repo, &std::mem::take(&mut pack), keep, readers)?;
            bytes = 0;
        }
        bytes += object.content.size();
        pack.push(*object);
    }
    if pack.is_empty() { Ok(()) } else { pack::write_kept(repo, &pack, keep, readers) }
}

fn is_recent(path: &Path) -> bool {
    path.exists() && files::age(path).unwrap_or_default() < SETTLED
}

fn there(repo: &Repo, listed: &gix::OdbHandle, id: ObjectId) -> There {
    let path = repo.objects_dir().join(loose_name(id));
    match fs::metadata(&path) {
        Ok(file) if file.len() > 0 => There::Loose(path),
        // What a crash leaves of an object.
        Ok(_) => There::Not,
        // Asked of the storage itself: to the repository, an empty tree is always there.
        Err(_) if listed.exists(&id) => There::Packed,
        Err(_) => There::Not,
    }
}

fn failed(error: io::Error) -> Error {
    not_written("objects", error)
}

/// All of them as files under other names, synced; then renamed; then the directories synced.
fn write_loose(repo: &Repo, objects: &[&Object]) -> Result<(), WriteError> {
    let root = repo.objects_dir();
    let mut files = Vec::with_capacity(objects.len());
    for object in objects {
        files.push((encode(repo, root, object)?, root.join(loose_name(object.id))));
    }
    sync_all(files.iter().map(|(file, _)| file.path())).map_err(failed)?;
    let place = || -> io::Result<()> {
        let mut dirs = BTreeSet::new();
        for (file, path) in files {
            let dir = path.parent().unwrap_or(root).to_owned();
            let mut put = Err(file);
            for _ in 0..TRIES {
                let Err(file) = put else { break };
                if !dir.is_dir() {
                    repo.make_dir(&dir)?;
                    dirs.insert(root.to_owned());
                }
                put = match file.persist(&path) {
                    Err(error) if error.error.kind() == io::ErrorKind::NotFound => Err(error.file),
                    other => Ok(other.map_err(|error| error.error)?),
                };
            }
            put.map_err(|_| io::ErrorKind::NotFound)?;
            dirs.insert(dir);
        }
        sync_all(dirs.iter().map(PathBuf::as_path))
    };
    Ok(place().map_err(failed)?)
}

/// `object` as a loose one, under another name.
fn encode(repo: &Repo, root: &Path, object: &Object) -> Result<NamedTempFile, WriteError> {
    let failed = |error: io::Error| not_written(object, error);
    let file = temporary(repo, root, Readers::All).map_err(failed)?;
    let mut zlib = ZlibEncoder::new(io::BufWriter::new(file), Compression::fast());
    let header = gix::objs::encode::loose_header(object.kind, object.content.size());
    zlib.write_all(&header).map_err(failed)?;
    object.send(repo, &mut zlib)?;
    let file = zlib.finish().and_then(|file| file.into_inner().map_err(io::IntoInnerError::into_error));
    Ok(file.map_err(failed)?)
}

/// A file in `dir` that is never written again, with the mode that git gives it: what the umask leaves, and what those who share the
/// repository need.
pub(super) fn temporary(repo: &Repo, dir: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mode = match readers {
        Readers::All => 0o444,
        Readers::Group => 0o440,
        Readers::Owner => 0o400,
    };
    let file = tempfile::Builder::new().permissions(fs::Permissions::from_mode(mode)).tempfile_in(dir)?;
    if readers == Readers::All {
        repo.share(file.path())?;
    }
    Ok(file)
}

/// Sync files and directories, several at a time.
fn sync_all<'p>(paths: impl Iterator<Item = &'p Path>) -> io::Result<()> {
    let paths: Vec<&Path> = paths.collect();
    let sync = |paths: &[&Path]| paths.iter().try_for_each(|path| File::open(path)?.sync_all());
    if paths.len() < 2 {
        return sync(&paths);
    }
    thread::scope(|scope| {
        let mut parts = paths.chunks(paths.len().div_ceil(SYNCERS));
        // This thread takes a part, too.
        let ours = parts.next().unwrap_or_default();
        let begin = |part| thread::Builder::new().spawn_scoped(scope, move || sync(part)).map_err(|_| part);
        let threads: Vec<_> = parts.map(begin).collect();
        let synced = sync(ours);
        let died = |_| Err(io::Error::other("a thread that syncs files panicked"));
        let others = threads.into_iter().try_for_each(|thread| match thread {
            Ok(thread) => thread.join().unwrap_or_else(died),
            // The system has no more threads for us.
            Err(part) => sync(part),
        });
        synced.and(others)
    })
}

/// Sync the directory that the ref file of `name` is in: git syncs the file, not its name.
pub(in crate::git) fn sync_dir(dir: &Path) -> Result<()> {
    match File::open(dir) {
        Ok(dir) => dir.sync_all().or_environment(|| "cannot sync a refs directory".to_owned()),
        // Packed in the meantime.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::new(codes::REF_NOT_SYNCED, format!("cannot open '{}'", dir.display())).because(error)),
    }
}
