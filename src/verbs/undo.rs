//! `undo`, `redo` and `resume`: take operations back, or bring an interrupted one to its end.

use bstr::BString;

use super::Caller;
use crate::{
    error::Result,
    git::{ObjectId, revwalk},
    recovery::{
        self, Outcome,
        operation::{Kind, OpLog, Operation, Recorded},
        undo,
    },
};

/// What an undo or a redo did.
#[derive(Debug)]
pub enum Answer {
    /// It undid this operation.
    Undone(Undone),
    /// It took back an operation that was interrupted.
    Interrupted(Ended),
}

/// An operation that was undone.
#[derive(Debug)]
pub struct Undone {
    /// The operation.
    pub undone: Operation,
    /// What was undone, and how it ended.
    pub outcome: Outcome,
    /// A commit that the branch has left and that a remote branch or a tag contains: a push is not undone.
    pub published: Option<ObjectId>,
}

/// An interrupted operation that was brought to one of its ends.
#[derive(Debug)]
pub struct Ended {
    /// The operation.
    pub operation: Operation,
    /// Paths that other processes wrote to in the meantime: what they wrote is in the operation.
    pub late: Vec<BString>,
    /// What did not work although the operation did.
    pub remarks: Vec<String>,
}

/// Undo the operation whose id begins with `word`; `None`: the last one. One that was interrupted is taken back first.
///
/// # Errors
///
/// `bare-repository`, `operation-interrupted` while another operation is, `nothing-to-undo`, those of [`OpLog::find`] and
/// [`undo::undo`].
pub fn undo(caller: &Caller, word: Option<&str>) -> Result<Answer> {
    let repo = caller.repo();
    repo.require_work_dir("undo")?;
    caller.put_back_operations()?;
    let log = OpLog::of(repo)?;
    if let Some(recorded) = log.interrupted()? {
        if let Some(word) = word
            && log.find(word)?.operation.id != recorded.operation.id
        {
            log.refuse_interrupted()?;
        }
        let (recorded, late) = recovery::take_back(repo)?;
        return Ok(Answer::Interrupted(Ended { operation: recorded.operation, late, remarks: Vec::new() }));
    }
    recovery::clear_up(repo)?;
    let log = OpLog::of(repo)?;
    let recorded = match word {
        Some(word) => log.find(word)?,
        None => undo::next(&log)?,
    };
    carry_out(caller, recorded, Kind::Undo).map(Answer::Undone)
}

/// Undo the last undo.
///
/// # Errors
///
/// `bare-repository`, `operation-interrupted`, `nothing-to-redo`, those of [`undo::undo`].
pub fn redo(caller: &Caller) -> Result<Undone> {
    let repo = caller.repo();
    repo.require_work_dir("redo")?;
    caller.put_back_operations()?;
    OpLog::of(repo)?.refuse_interrupted()?;
    recovery::clear_up(repo)?;
    carry_out(caller, undo::next_redo(&OpLog::of(repo)?)?, Kind::Redo)
}

/// Finish the operation that was interrupted.
///
/// # Errors
///
/// `bare-repository`, those of [`recovery::resume`].
pub fn resume(caller: &Caller) -> Result<Ended> {
    let repo = caller.repo();
    repo.require_work_dir("resume")?;
    let (operation, late, remarks) = caller.act(|author| recovery::resume(repo, author))?;
    Ok(Ended { operation, late, remarks })
}

fn carry_out(caller: &Caller, recorded: Recorded, kind: Kind) -> Result<Undone> {
    let outcome = caller.act(|author| undo::undo(caller.repo(), author, &recorded, kind))?;
    // What cannot be told is not worth a failure: the undo is done.
    let published = outcome.done().and_then(|done| published(caller, &done.operation).unwrap_or_default());
    Ok(Undone { undone: recorded.operation, outcome, published })
}

/// A commit that `operation` has moved the branch away from, and that a remote branch or a tag contains.
fn published(caller: &Caller, operation: &Operation) -> Result<Option<ObjectId>> {
    let (Some(before), Some(after)) = (operation.before.commit, operation.after.commit) else { return Ok(None) };
    let left = revwalk::between(caller.repo(), Some(after), before)?;
    let own = revwalk::unpublished(caller.repo(), Some(after), before)?;
    Ok(left.into_iter().map(|link| link.commit).find(|commit| !own.contains(commit)))
}
