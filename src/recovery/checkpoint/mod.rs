//! A checkpoint: everything that was done, as one commit that names its task.
//!
//! ```text
//! refuse? ── survey ── refuse? ── stage in a private index ── refuse? ── git commit ── the index follows
//!            (status)             (nobody sees it)            (secrets…)  (hooks…)
//! ```
//!
//! Up to the moment in which git moves HEAD, nothing of the user's has changed, and a checkpoint that fails or is killed
//! leaves index, work tree and HEAD as they were. See [`staging`] for what happens after that moment.

pub mod commit;
pub mod message;
pub mod operation;
pub mod pending;
pub mod refusal;
pub mod staged;
pub mod staging;
pub mod survey;

use std::{cell::Cell, path::PathBuf};

use bstr::{BString, ByteSlice as _};

use self::{
    commit::{Follow, Order, Talk},
    pending::Label,
    survey::Survey,
};
use crate::{
    domain::id::TaskId,
    error::{Error, Result, codes},
    git::{
        Head, ObjectId, Repo,
        entries::Entries,
        excludes::{self, Rules},
        index::PrivateIndex,
        objects::{Apart, Batch, gc, trees::Edits},
        revwalk,
        state::{self, Held},
    },
    recovery::checkpoint::staging::{Desk, Finished},
};

/// What goes into a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Everything that is not ignored.
    Everything,
    /// The index as it is.
    Staged,
    /// These paths, and nothing else that may be staged.
    Only(Vec<PathBuf>),
}

/// What is taken although it is refused otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Large new files.
    pub large: bool,
    /// What looks like a secret.
    pub secrets: bool,
    /// A checkpoint that changes nothing.
    pub empty: bool,
}

/// A checkpoint to be made.
pub struct Request<'a> {
    /// What it is called.
    pub label: Label,
    /// What goes into it.
    pub what: What,
    /// What is taken although it is refused otherwise.
    pub allow: Allow,
    /// The whole message.
    pub message: BString,
    /// The task for the hooks, where it was named.
    pub task: Option<&'a TaskId>,
    /// Where git and the hooks talk.
    pub talk: Talk,
    /// Refuse when something would stay behind: what is committed shall be verified in the work tree.
    pub whole: bool,
}

/// What came of it.
pub enum Outcome<'r> {
    /// There was nothing to commit.
    Nothing(Vec<String>),
    /// A commit.
    Made(Box<Made<'r>>),
}

/// A checkpoint that was made. Until it is dropped, the next command would record it if this process were killed.
pub struct Made<'r> {
    /// The commit.
    pub commit: ObjectId,
    /// What it changes.
    pub paths: Vec<BString>,
    /// What its reader should know although it worked.
    pub remarks: Vec<String>,
    /// What was there before.
    pub before: Before,
    /// It has everything that was in the work tree and not ignored.
    pub is_whole: bool,
    _desk: Desk<'r>,
}

/// What a checkpoint changes, as it was before.
pub struct Before {
    /// HEAD.
    pub head: Head,
    /// Index entries that differed from it.
    pub staged: Edits,
    /// The index.
    pub index: Entries,
    /// What git knew of a merge that was prepared (`git merge --squash`), which a commit ends.
    pub state: Vec<Held>,
    /// Ignore rules that the commit does not have.
    pub rules: Rules,
}

/// How often a checkpoint is tried whose objects a gc takes.
const TRIES: usize = 3;

/// Make a checkpoint. On an error nothing has changed.
///
/// # Errors
///
/// `objects-collected` when somebody else's gc takes what was staged, again and again; all refusals; `commit-refused`.
pub fn make<'r>(repo: &'r Repo, request: &Request<'_>) -> Result<Outcome<'r>> {
    for attempt in 1.. {
        // What git stages in an index that it does not know belongs to nobody: when a gc took it, the next one is told not to.
        let apart = if attempt == 1 { None } else { Some(Apart::new(repo)?) };
        let staged = Cell::new(None);
        let error = match try_once(repo, request, apart.as_ref(), &staged) {
            Err(error) if attempt <= TRIES => error,
            done => return done,
        };
        let is_lost = match staged.get() {
            Some(tree) => gc::is_running(repo) || !revwalk::is_connected(repo, &[tree])?,
            None => error.code() == codes::GIT_FAILED,
        };
        match is_lost {
            false => return Err(error),
            true if attempt == TRIES => {
                let message = "cannot make a checkpoint: a gc of somebody else took what was staged, again and again";
                return Err(Error::new(codes::OBJECTS_COLLECTED, message)
                    .because(error)
                    .hint("nothing was changed; try again when no 'git gc --prune=now' or 'git prune' is running"));
            }
            true => {}
        }
    }
    Err(Error::bug("a checkpoint came to no end"))
}

/// Make a checkpoint. With `apart`, what git stages is kept from every gc. `staged` is told what would be committed.
fn try_once<'r>(
    repo: &'r Repo,
    request: &Request<'_>,
    apart: Option<&Apart<'_>>,
    staged: &Cell<Option<ObjectId>>,
) -> Result<Outcome<'r>> {
    repo.require_work_dir("make a checkpoint")?;
    refusal::in_progress(repo)?;
    let (mut desk, finished) = Desk::take(repo)?;
    refusal::locked_index(repo)?;
    let mut remarks = Vec::new();
    if finished.is_some() {
        remarks.push(COMPLETE_NOW.to_owned());
    }
    let private = desk.copy_index()?;
    let survey = Survey::of(&private, None)?;
    refusal::unmerged(&survey.unmerged)?;
    let before = repo.head()?;
    let head = before.commit;
    let index = Entries::read(repo)?;
    // Rules that git was told not to look at are not committed.
    let hidden = index.all().filter(|entry| entry.assume_unchanged || entry.skip_worktree);
    let hidden = hidden.map(|entry| entry.path).filter(|path| excludes::is_rules(path));
    let rules = excludes::rules(repo, survey.rules.iter().map(|path| path.as_bstr()).chain(hidden))?;
    let before = Before { head: before, staged: survey.staged.clone(), index, state: state::held(repo)?, rules };
    let tree = match apart {
        None => {
            stage(repo, request, &survey, head, &private)?;
            private.write_tree()?
        }
        Some(apart) => {
            let hidden =
                PrivateIndex::existing(repo, private.path().to_owned()).with_objects_in(apart.path().to_owned());
            stage(repo, request, &survey, head, &hidden)?;
            let tree = hidden.write_tree()?;
            let mut batch = Batch::default();
            apart.take_in(&mut batch)?;
            batch.hold_durable(repo)?;
            tree
        }
    };
    staged.set(Some(tree));
    let base = match head {
        Some(head) => commit::read(repo, head)?.0,
        None => ObjectId::empty_tree(repo.gix().object_hash()),
    };
    let dirty = survey.dirty_submodules.iter();
    remarks.extend(dirty.map(|path| format!("submodule '{path}' has changes inside; only its commit is recorded")));
    if tree == base && !request.allow.empty {
        return Ok(Outcome::Nothing(remarks));
    }
    inspect(repo, request, base, tree, &mut remarks)?;
    if request.whole && request.what != What::Everything {
        nothing_stays_behind(repo, &desk, &survey, tree)?;
    }
    let follow = match request.what {
        What::Only(_) => Follow::Paths,
        What::Everything | What::Staged => Follow::Replace,
    };
    let order = Order { message: &request.message, task: request.task, talk: request.talk, follow };
    desk.note(&request.label, &before, tree, &request.what)?;
    let committed = commit::commit(repo, &mut desk, &private, &order)?;
    if let Some(why) = committed.index_waits {
        remarks.push(format!(
            "the index does not know of the checkpoint yet, the next 'git agent checkpoint' tells it: {why}"
        ));
    }
    let is_whole = request.what == What::Everything && has_all_of(repo, committed.commit, tree)?;
    let (commit, paths) = (committed.commit, committed.paths);
    Ok(Outcome::Made(Box::new(Made { commit, paths, remarks, before, is_whole, _desk: desk })))
}

/// What is said of a checkpoint that a dead process had begun.
pub const COMPLETE_NOW: &str = "a checkpoint that was interrupted before is complete now";

/// Finish the checkpoint that a dead process had made, if there is one: `record` it; when that fails, the next one does.
///
/// # Errors
///
/// `checkpoint-busy`, `index-locked`, those of `record`.
pub fn finish(repo: &Repo, record: impl FnOnce(&Finished) -> Result<()>) -> Result<bool> {
    if !staging::is_left(repo) {
        return Ok(false);
    }
    let (mut desk, finished) = Desk::take(repo)?;
    let Some(finished) = finished else { return Ok(false) };
    record(&finished).inspect_err(|_| desk.leave())?;
    Ok(true)
}

/// Whether `commit` has every path of `tree`: a hook may have taken some out.
pub fn has_all_of(repo: &Repo, commit: ObjectId, tree: ObjectId) -> Result<bool> {
    let made = commit::read(repo, commit)?.0;
    Ok(made == tree || staged::changes(repo, tree, made)?.iter().all(|change| change.new.is_some()))
}

/// Stage what was asked for, refusing first what can be refused without storing anything.
fn stage(
    repo: &Repo,
    request: &Request<'_>,
    survey: &Survey,
    head: Option<ObjectId>,
    private: &PrivateIndex<'_>,
) -> Result<()> {
    let asked;
    let (paths, survey) = match &request.what {
        What::Staged => return Ok(()),
        What::Everything => (None, survey),
        What::Only(paths) => {
            // Git takes a path inside a nested repository for one that has no changes.
            refusal::nested(survey.nested_around(repo, paths).into_iter())?;
            asked = Survey::of(private, Some(paths))?;
            (Some(paths.as_slice()), &asked)
        }
    };
    refusal::nested(survey.nested.iter())?;
    if !request.allow.large {
        let limit = repo.settings().max_file_size();
        refusal::large(survey.too_large(repo, limit)?.into_iter(), limit)?;
    }
    if paths.is_some() {
        private.reset_to(head)?;
    }
    private.add(paths, &[]).map_err(|error| {
        Error::new(codes::CANNOT_STAGE, "cannot make a checkpoint: git cannot stage what is there").because(error)
    })
}

/// Refuse what must not get into a history.
fn inspect(
    repo: &Repo,
    request: &Request<'_>,
    base: ObjectId,
    tree: ObjectId,
    remarks: &mut Vec<String>,
) -> Result<()> {
    let changes = staged::changes(repo, base, tree)?;
    refusal::nested(staged::nested(repo, tree, &changes)?.into_iter())?;
    if !request.allow.large {
        let limit = repo.settings().max_file_size();
        refusal::large(staged::too_large(repo, &changes, limit).into_iter(), limit)?;
    }
    if !request.allow.secrets {
        let scanned = staged::leaks(repo, &changes)?;
        refusal::secrets(&scanned.leaks)?;
        if scanned.skipped > 0 {
            remarks.push(format!("too large to be looked into for secrets: {} of the files", scanned.skipped));
        }
    }
    Ok(())
}

/// Refuse if the work tree holds more than what would be committed.
fn nothing_stays_behind(repo: &Repo, desk: &Desk<'_>, survey: &Survey, tree: ObjectId) -> Result<()> {
    let everything = PrivateIndex::copy(repo, &desk.before(), desk.before().with_extension("all"))?;
    everything.add(None, &survey.nested)?;
    if everything.write_tree()? == tree {
        return Ok(());
    }
    let message = "cannot verify the checkpoint: it would not hold everything that is in the work tree, so the command \
                   would run on something else";
    Err(Error::new(codes::PARTIAL_VERIFICATION, message)
        .hint("leave out --verify, or make a checkpoint of everything: git agent checkpoint --verify"))
}
