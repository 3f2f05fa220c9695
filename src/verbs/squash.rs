//! `squash`: turn the commits of a task at the tip into one.

use bstr::{BString, ByteSlice as _};

use super::Caller;
use crate::{
    domain::{id::TaskId, message::tidy, revision::Which},
    error::{Error, Result, codes},
    query::revision,
    recovery::{
        Done, Outcome,
        operation::OpLog,
        squash::{self, Onto},
    },
    store::ledger::View,
};

pub use crate::recovery::squash::SquashPlan;

/// A squash that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The task; `None`: the active one.
    pub task: Option<String>,
    /// `--onto`: squash what came after this commit or checkpoint; `None`: as far down as possible.
    pub onto: Option<String>,
}

/// Which commits of the task can be squashed, and the message that is proposed for them.
///
/// # Errors
///
/// `bare-repository`, `operation-interrupted`, `bad-revision`, those of [`Caller::task`] and [`squash::prepare`].
pub fn plan(caller: &Caller, request: &Request) -> Result<SquashPlan> {
    let repo = caller.repo();
    repo.require_work_dir("squash")?;
    OpLog::of(repo)?.refuse_interrupted()?;
    let view = caller.view()?;
    let task = match request.task.as_deref() {
        // The trailers decide; the ledger need not know the task.
        Some(word) => revision::task(&view, word)?,
        None => caller.task(&view, None)?,
    };
    let onto = match &request.onto {
        Some(word) => given(caller, &view, word)?,
        None => Onto::Longest,
    };
    squash::prepare(&view, &task, &onto)
}

/// The whole message for `text`, or for the proposal: tidied, with the trailers of the commits.
///
/// # Errors
///
/// `empty-message`.
pub fn message(caller: &Caller, plan: &SquashPlan, text: Option<&str>) -> Result<BString> {
    let text = text.map_or_else(|| plan.proposal.clone(), BString::from);
    let text = tidy(text.lines());
    plan.message(caller.repo(), &text, &plan.others)
}

/// Squash as `plan` says, into a commit with this whole message.
///
/// # Errors
///
/// Those of [`squash::carry_out`]. Nothing was changed then, unless the error is `operation-interrupted`.
pub fn carry_out(caller: &Caller, plan: &SquashPlan, message: &BString) -> Result<Done> {
    let outcome = caller.act(|author| squash::carry_out(caller.repo(), author, plan, message))?;
    let Outcome::Done(done) = outcome else {
        return Err(Error::bug("a squash creates a commit, but there was nothing to do"));
    };
    let tasks = plan.tasks.iter().filter_map(|trailer| TaskId::parse(trailer.value.to_str().ok()?).ok());
    caller.refresh_notes(&tasks.collect::<Vec<_>>());
    Ok(*done)
}

/// The commit that `--onto` names.
fn given(caller: &Caller, view: &View<'_>, word: &str) -> Result<Onto> {
    let repo = caller.repo();
    if let Some(commit) = repo.resolve_commit(word)? {
        return Ok(Onto::Given(Some(commit), word.to_owned()));
    }
    let unknown = || {
        Error::new(codes::BAD_REVISION, format!("commit '{}' does not exist", word.escape_debug()))
            .hint("--onto takes a commit, or a checkpoint: t-1@2, t-1@start")
    };
    if !word.contains('@') {
        return Err(unknown());
    }
    let (task, which) = caller.task_and_checkpoint(view, Some(word))?;
    let (Some(which), Some(head)) = (which, repo.head()?.commit) else { return Err(unknown()) };
    let point = revision::find(view, &task, which, head, caller.now())?;
    caller.warn_if_cut(point.cut && which != Which::Start);
    if point.cut && which == Which::Start {
        return Err(revision::refuse_cut(&format!("squash onto {}@{which}", task.id)));
    }
    Ok(Onto::Given(point.commit, word.to_owned()))
}
