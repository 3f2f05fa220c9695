//! Recording a new commit in the ledger of its tasks.
//!
//! Only a cache: the trailer in the commit is authoritative, and commits that no hook saw are found by it.

use bstr::ByteSlice as _;

use super::{Surroundings, settings::HookSettings};
use crate::{
    domain::{
        event::{self, Payload},
        id::TaskId,
        trailer::block,
    },
    error::Result,
    git::commit::Commit,
    store::ledger::{self, Author, Draft},
};

/// Append a `commit` event to the note of every task that HEAD names and the ledger knows.
///
/// Nothing is written twice: with hooks of both kinds installed, this runs twice.
pub fn record(here: &Surroundings<'_>, settings: &HookSettings<'_>) -> Result<()> {
    let Some(head) = here.repo.head()?.commit else { return Ok(()) };
    let commit = Commit::read(here.repo, head)?;
    let named = block::ids(&commit.message, &settings.rules(), &settings.syntax(&commit.message));
    let named: Vec<TaskId> = named.iter().filter_map(|id| TaskId::parse(id.to_str().ok()?).ok()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let actor = (here.actor)()?;
    let event = event::Commit { commit: head.to_string(), tree: Some(commit.tree.to_string()), subject: None };
    let written = ledger::write(
        here.repo,
        &Author { actor: &actor, now: here.now, is_held_to_it: true, command: None },
        |view| {
            let mut draft = Draft::nothing();
            for id in &named {
                let task = view.task(id)?;
                if task.is_some_and(|task| task.commits.iter().all(|known| known.commit != event.commit)) {
                    draft.and(id, Payload::Commit(event.clone()));
                }
            }
            Ok((draft, ()))
        },
    );
    written.map(|_| ())
}
