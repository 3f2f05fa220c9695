//! What verifications say of trees, of all tasks together: derived, so that finding the last verified checkpoint does not read
//! every note.
//!
//! A disposable file, `agent/evidence` in the common git directory, keyed by the notes tree that it was made from. Missing,
//! damaged or old, it is made anew or brought up to date from the notes that differ; every answer is the same without it.
//!
//! ```text
//! gaevidence1 <crc32 of the rest, hex>
//! <notes tree>
//! <key of the note> <tree that was verified> <UTC ms> <1: passed, 0: failed>
//! …
//! ```

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    io::Write as _,
    path::PathBuf,
    thread,
};

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{
    View,
    tree::{self, Part},
    view::{NOTE_TOO_LARGE, read_note, task_of},
};
use crate::{
    core::{event::Payload, note::Events, time::Timestamp},
    error::{Error, Result},
    git::{Repo, partial},
};

/// The first word of the file; changes with its form.
const MAGIC: &str = "gaevidence1";
/// From this many changed notes on, the file is written anew; fewer are cheaper to read again each time.
const REWRITE_FROM: usize = 24;
/// Fewer notes than this are read before another thread has come up.
const WORTH_THREADS: usize = 500;

/// How a command ended on a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    /// The key of the note that says so.
    key: ObjectId,
    tree: String,
    at: i64,
    passed: bool,
}

/// What was read, and whether that is everything there is.
#[derive(Default)]
struct Read {
    verdicts: Vec<Verdict>,
    is_whole: bool,
}

/// When each of `trees` was verified last, by a verification of whatever task, and whether it passed.
///
/// # Errors
///
/// When the tree of the notes cannot be read. A note that cannot be read is left out; `doctor` tells of it.
pub fn verdicts(view: &View<'_>, trees: &HashSet<String>) -> Result<HashMap<String, (Timestamp, bool)>> {
    let mut newest: HashMap<String, (Timestamp, bool)> = HashMap::new();
    for verdict in load(view)?.into_iter().filter(|verdict| trees.contains(&verdict.tree)) {
        let said = (Timestamp::from_millis(verdict.at), verdict.passed);
        newest.entry(verdict.tree).and_modify(|known| *known = said.max(*known)).or_insert(said);
    }
    Ok(newest)
}

/// Remove the file; the next reader makes it anew.
///
/// # Errors
///
/// When it is there and cannot be removed.
pub fn forget(repo: &Repo) -> Result<()> {
    match std::fs::remove_file(path(repo)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::environment("read-only", "cannot remove the index of verifications").because(error))
        }
        _ => Ok(()),
    }
}

fn path(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("evidence")
}

fn load(view: &View<'_>) -> Result<Vec<Verdict>> {
    let Some(root) = view.root() else { return Ok(Vec::new()) };
    let repo = view.repo();
    let known = read_file(repo).filter(|(known, _)| known.kind() == root.kind());
    if let Some((known, mut verdicts)) = known {
        if known == root {
            return Ok(verdicts);
        }
        // The old tree may be gone (gc), or the two may have little in common.
        let changed = if repo.has(known) { tree::changed_keys(repo, known, root).ok() } else { None };
        if let Some(changed) = changed.filter(|changed| changed.len() < 1_000) {
            let blobs = changed.iter().map(|key| tree::find(repo, root, *key)).collect::<Result<Vec<_>>>()?;
            view.bring(blobs.iter().flatten().copied())?;
            let fresh = read_notes(repo, changed.iter().copied().zip(blobs));
            let count = changed.len();
            let changed: HashSet<ObjectId> = changed.into_iter().collect();
            verdicts.retain(|verdict| !changed.contains(&verdict.key));
            verdicts.extend(fresh.verdicts);
            if fresh.is_whole && count >= REWRITE_FROM {
                save(repo, root, &verdicts);
            }
            return Ok(verdicts);
        }
    }
    partial::bring(repo, root)?;
    let read = build(repo, root)?;
    if read.is_whole {
        save(repo, root, &read.verdicts);
    }
    Ok(read.verdicts)
}

/// Read every note, by all the processor's cores.
fn build(repo: &Repo, root: ObjectId) -> Result<Read> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    if threads == 1 || tree::estimate(repo, root)? < WORTH_THREADS {
        return read_part(repo, root, Part::WHOLE);
    }
    let parts = thread::scope(|scope| {
        let read = |part| {
            let repo = repo.for_another_thread();
            scope.spawn(move || read_part(&repo.into_repo(), root, part))
        };
        let workers: Vec<_> = Part::split(threads).map(read).collect();
        let panicked = |_| Error::bug("a thread that reads notes panicked");
        workers.into_iter().map(|worker| worker.join().map_err(panicked)?).collect::<Result<Vec<Read>>>()
    })?;
    Ok(Read {
        is_whole: parts.iter().all(|part| part.is_whole),
        verdicts: parts.into_iter().flat_map(|part| part.verdicts).collect(),
    })
}

fn read_part(repo: &Repo, root: ObjectId, part: Part) -> Result<Read> {
    let notes = tree::list_part(repo, root, part)?;
    let blobs = |notes: &[tree::Note]| (notes[0].0, notes.iter().map(|(_, blob)| *blob).collect());
    Ok(read_notes(repo, notes.chunk_by(|a, b| a.0 == b.0).map(blobs)))
}

fn read_notes(repo: &Repo, notes: impl IntoIterator<Item = (ObjectId, Vec<ObjectId>)>) -> Read {
    let mut read = Read { verdicts: Vec::new(), is_whole: true };
    for (key, blobs) in notes {
        let text = match read_note(repo, &blobs) {
            // Most notes hold no evidence; reading their events would be in vain.
            Ok(text) if text.find(" verify ").is_some() => text,
            Ok(_) => continue,
            Err(error) => {
                read.is_whole &= error.code() == NOTE_TOO_LARGE;
                continue;
            }
        };
        if task_of(repo, key, &text).is_none() {
            continue;
        }
        read.verdicts.extend(Events::read(&text).events.into_iter().filter_map(|event| match event.payload {
            Payload::Verify(verify) => {
                Some(Verdict { key, tree: verify.tree, at: event.at.millis(), passed: verify.exit == 0 })
            }
            _ => None,
        }));
    }
    read
}

/// The notes tree that the file was made from, and what it says; `None` if it is missing or damaged.
fn read_file(repo: &Repo) -> Option<(ObjectId, Vec<Verdict>)> {
    let text = std::fs::read_to_string(path(repo)).ok()?;
    let (head, body) = text.split_once('\n')?;
    if head != self::head(body) {
        return None;
    }
    let (root, rows) = body.split_once('\n')?;
    let row = |row: &str| {
        let mut words = row.split(' ');
        Some(Verdict {
            key: ObjectId::from_hex(words.next()?.as_bytes()).ok()?,
            tree: words.next()?.to_owned(),
            at: words.next()?.parse().ok()?,
            passed: words.next()? == "1",
        })
    };
    Some((ObjectId::from_hex(root.as_bytes()).ok()?, rows.lines().map(row).collect::<Option<_>>()?))
}

fn head(body: &str) -> String {
    format!("{MAGIC} {:08x}", crc32fast::hash(body.as_bytes()))
}

/// Write the file in place of the old one. A failure (read-only, disk full) costs the next reader time, nothing else.
fn save(repo: &Repo, root: ObjectId, verdicts: &[Verdict]) {
    let write = || -> Option<()> {
        let mut body = format!("{root}\n");
        for Verdict { key, tree, at, passed } in verdicts {
            // A tree comes from an event, which may say anything.
            if tree.bytes().all(|b| b.is_ascii_hexdigit()) && !tree.is_empty() {
                writeln!(body, "{key} {tree} {at} {}", u8::from(*passed)).ok()?;
            }
        }
        let dir = repo.agent_dir();
        std::fs::create_dir_all(&dir).ok()?;
        let mut file = tempfile::NamedTempFile::new_in(&dir).ok()?;
        write!(file, "{}\n{body}", head(&body)).ok()?;
        file.persist(path(repo)).ok().map(drop)
    };
    write().unwrap_or_default();
}
