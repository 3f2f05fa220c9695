//! Making the index from nothing: every note is read, by all the processor's cores.

use std::thread;

use super::{file, read_rows};
use crate::{
    domain::table::{Loose, Run, Table},
    error::{Error, Result},
    git::{ObjectId, Repo},
    store::ledger::tree::{self, Part},
};

/// Fewer notes than this are read before another thread has come up.
const WORTH_THREADS: usize = 500;

/// Read every note, and remember what they say. Also answers whether all of them could be read.
pub(super) fn build(repo: &Repo, root: ObjectId) -> Result<(Table, bool)> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    let parts = match threads == 1 || tree::estimate(repo, root)? < WORTH_THREADS {
        true => vec![read_part(repo, root, Part::WHOLE)?],
        false => in_parallel(repo, root, threads)?,
    };
    let is_whole = parts.iter().all(|(_, is_whole)| *is_whole);
    let runs: Vec<Run> = parts.into_iter().map(|(run, _)| run).collect();
    let table = Table::join(&runs);
    if is_whole {
        file::save(repo, root, &table);
    }
    Ok((table, is_whole))
}

fn in_parallel(repo: &Repo, root: ObjectId, threads: usize) -> Result<Vec<(Run, bool)>> {
    thread::scope(|scope| {
        let read = |part| {
            let repo = repo.for_another_thread();
            scope.spawn(move || read_part(&repo.into_repo(), root, part))
        };
        let workers: Vec<_> = Part::split(threads).map(read).collect();
        let panicked = |_| Error::bug("a thread that reads notes panicked");
        workers.into_iter().map(|worker| worker.join().map_err(panicked)?).collect()
    })
}

/// The rows of the notes in `part` of the tree, and whether all of them could be read.
fn read_part(repo: &Repo, root: ObjectId, part: Part) -> Result<(Run, bool)> {
    let notes = tree::list_part(repo, root, part)?;
    let blobs = |notes: &[tree::Note]| (notes[0].0, notes.iter().map(|(_, blob)| *blob).collect());
    let mut rows = Loose::default();
    let read = read_rows(repo, notes.chunk_by(|a, b| a.0 == b.0).map(blobs), |row| rows.push(&row));
    Ok((rows.sorted(), read.is_whole))
}
