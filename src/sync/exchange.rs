//! Fetch, merge, push, until both sides have the same.

use std::time::Duration;

use ulid::Ulid;

use super::remote::{check, refspec};
use crate::{
    commit_notes,
    domain::{
        actor::Actor,
        id::TaskId,
        note::{self, Events},
        task::Task,
        text::shell_word,
        time::Timestamp,
    },
    error::{Advice, Error, Result, codes},
    git::{
        ObjectId, ObjectKind, RefChange, RefError, Repo, partial,
        remote::{self, Run, Transfer},
    },
    store::ledger::{
        self, View,
        audit::{self, LostLines},
        fetched_ref, merge, tree,
    },
};

/// How often a push is retried that lost a race against another clone.
pub(super) const PUSHES: u32 = 8;

/// The direction of a synchronization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Fetch and merge, then push.
    Both,
    /// Fetch and merge, but do not push.
    Fetch,
    /// Push, but do not fetch.
    Push,
}

/// The result of a synchronization.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Synced {
    /// Whether the remote has a ledger and it was fetched.
    pub fetched: bool,
    /// Events that were new here.
    pub merged_events: usize,
    /// Whether ours was pushed; false when there was nothing to push.
    pub pushed: bool,
    /// The number of attempts to push.
    pub attempts: u32,
    /// The tasks that changed here.
    pub tasks_changed: Vec<TaskId>,
    /// Tasks whose id was chosen for other work, too, as the merge brought out.
    pub rivals: Vec<Task>,
    /// Tasks that `actor` had claimed here until the merge brought an earlier claim of another actor.
    pub claims_lost: Vec<TaskId>,
    /// What the remote's ledger had, and has no more: kept here, and pushed back.
    pub dropped: Vec<LostLines>,
    /// Set when the remote had a ledger, and has none any more.
    pub vanished: bool,
    /// Tasks whose note cannot take the events of both sides, and the blob that holds those which it has no room for.
    pub apart: Vec<(String, ObjectId)>,
}

/// Bring the ledgers of this clone and `remote` together, or find out what that would do: a dry run moves no ref, here or there.
///
/// Only ever pushes the notes refs, unforced, in a push of their own: a server that refuses them must not take a branch
/// down with them.
///
/// # Errors
///
/// `no-such-remote`, `push-overtaken`; those of git when the remote does not answer or refuses.
pub fn sync(repo: &Repo, remote: &str, direction: Direction, run: Run, actor: &Actor) -> Result<Synced> {
    check(repo, remote)?;
    let mut synced = Synced::default();
    loop {
        let (ours, theirs) = if direction != Direction::Push || synced.attempts > 0 {
            let theirs = fetch(repo, remote, run)?;
            if run == Run::Dry {
                // What the last attempt would have merged was not.
                synced = Synced { attempts: synced.attempts, ..Synced::default() };
            }
            (take_in(repo, remote, theirs, run, actor, &mut synced)?, theirs)
        } else {
            (repo.find_ref(ledger::REF)?, repo.find_ref(&fetched_ref(remote))?)
        };
        let new = ours.filter(|_| ours != theirs && direction != Direction::Fetch);
        let Some(ours) = new else {
            if direction != Direction::Push && run == Run::Whole {
                agree(repo, remote, theirs)?;
            }
            return Ok(synced);
        };
        synced.attempts += 1;
        // A merge that is not written cannot be pushed; what the remote has already can, to see whether it accepts pushes.
        let what = theirs.filter(|_| run == Run::Dry && !repo.has(ours)).unwrap_or(ours);
        let failed = |error: Error| error.hint("the events stay in this clone, and the next sync pushes them");
        match remote::push(repo, remote, &what.to_string(), ledger::REF, run).map_err(failed)? {
            done @ (Transfer::Done | Transfer::UpToDate) => {
                synced.pushed = matches!(done, Transfer::Done) || what != ours;
                if run == Run::Whole {
                    agree(repo, remote, Some(ours))?;
                }
                return Ok(synced);
            }
            Transfer::Overtaken(_) if synced.attempts < PUSHES => std::thread::sleep(pause(synced.attempts)),
            Transfer::Overtaken(_) => return Err(overtaken(remote).hint(Advice::Sync)),
            Transfer::Refused(error) => return Err(failed(error)),
        }
    }
}

/// That others pushed first, time after time.
pub(super) fn overtaken(remote: &str) -> Error {
    let message = format!("other clones pushed to '{remote}' first, {PUSHES} times in a row");
    Error::new(codes::PUSH_OVERTAKEN, message)
}

/// Bring the notes on commits together, too, after a [`sync`] that went through.
///
/// # Errors
///
/// When the remote does not take them: they are a convenience, and made again by any clone.
pub fn sync_notes(repo: &Repo, remote: &str, direction: Direction, now: Timestamp) -> Result<()> {
    let fetched = format!("refs/agent/remotes/{remote}/agent");
    for attempt in 1..=PUSHES {
        let theirs = repo.find_ref(&fetched)?;
        if let Some(theirs) = theirs.filter(|_| direction != Direction::Push || attempt > 1) {
            commit_notes::merge(repo, theirs, now)?;
        }
        let ours = repo.find_ref(commit_notes::REF)?;
        if direction == Direction::Fetch || ours.is_none() || ours == theirs {
            return Ok(());
        }
        match remote::push(repo, remote, commit_notes::REF, commit_notes::REF, Run::Whole)? {
            Transfer::Done | Transfer::UpToDate => return Ok(()),
            Transfer::Overtaken(_) => {
                std::thread::sleep(pause(attempt));
                fetch(repo, remote, Run::Whole)?;
            }
            Transfer::Refused(error) => return Err(error),
        }
    }
    Ok(())
}

/// The ref of the last ledger of `remote` that was taken in here.
///
/// A plain `git fetch` moves the fetched one, and what the remote dropped would not be seen.
fn agreed_ref(remote: &str) -> String {
    format!("refs/agent/ledger/synced/{remote}")
}

/// Remember that `tip`, the ledger of `remote`, is taken in.
fn agree(repo: &Repo, remote: &str, tip: Option<ObjectId>) -> Result<()> {
    let name = agreed_ref(remote);
    let expected = repo.find_ref(&name)?;
    if tip == expected || tip.is_none() {
        return Ok(());
    }
    match repo.refs().change(repo, &[RefChange { name, expected, new: tip }], "git-agent: sync") {
        // Another sync remembers what it saw; either will do.
        Err(RefError::Failed(error)) => Err(error),
        _ => Ok(()),
    }
}

/// Fetch the ledger of `remote`, and answer where it is; a dry run brings only its objects.
fn fetch(repo: &Repo, remote: &str, run: Run) -> Result<Option<ObjectId>> {
    let fetched = [fetched_ref(remote), format!("refs/agent/remotes/{remote}/agent")];
    // git would write through a symbolic one.
    fetched.iter().try_for_each(|name| repo.find_ref(name).map(drop))?;
    for attempt in 1..=PUSHES {
        let asked = match run {
            Run::Whole => None,
            Run::Dry => remote::find_ref(repo, remote, ledger::REF)?,
        };
        // A ledger that the remote no longer has is not in sync: what was fetched of it goes, too.
        match remote::fetch(repo, remote, &refspec(remote), run)? {
            Transfer::Done | Transfer::UpToDate if asked.is_some_and(|tip| !repo.has(tip)) => {
                std::thread::sleep(pause(attempt));
            }
            Transfer::Done | Transfer::UpToDate => {
                let [ledger, notes] = fetched;
                let ledger = if run == Run::Dry { asked } else { repo.find_ref(&ledger)? };
                // A partial clone left the notes at the remote, and merging does not see what is not here.
                ledger.into_iter().chain(repo.find_ref(&notes)?).try_for_each(|tip| partial::bring(repo, tip))?;
                if let Some(tip) = ledger {
                    let (kind, _) = repo.own_header(tip)?;
                    if kind != ObjectKind::Commit {
                        return Err(no_ledger(remote, kind));
                    }
                }
                View::at(repo, ledger)?;
                return Ok(ledger);
            }
            Transfer::Overtaken(error) if attempt == PUSHES => return Err(error),
            Transfer::Refused(error) => return Err(error),
            Transfer::Overtaken(_) => std::thread::sleep(pause(attempt)),
        }
    }
    Err(overtaken(remote))
}

/// That `remote` has an object of this `kind` where its ledger would be.
fn no_ledger(remote: &str, kind: ObjectKind) -> Error {
    let message = format!("cannot read the ledger of '{remote}': {} is a {kind} there, not a commit", ledger::REF);
    let to_ref = format!("{} {}", shell_word(remote), ledger::REF);
    Error::new(codes::LEDGER_UNREADABLE, message).hint(format!("'git ls-remote {to_ref}' shows what it is")).hint(
        format!(
            "to replace it, and what other clones wrote there, by the tasks of this clone: git push --force {to_ref}"
        ),
    )
}

/// Merge `theirs`, what was fetched, and answer where our ledger is then.
fn take_in(
    repo: &Repo,
    remote: &str,
    theirs: Option<ObjectId>,
    run: Run,
    actor: &Actor,
    synced: &mut Synced,
) -> Result<Option<ObjectId>> {
    let agreed = repo.find_ref(&agreed_ref(remote))?.filter(|agreed| repo.has(*agreed));
    let Some(theirs) = theirs else {
        synced.vanished |= agreed.is_some();
        return repo.find_ref(ledger::REF);
    };
    synced.fetched = true;
    let us = ledger::clone::holder(repo, actor.clone());
    let before = View::now(repo)?;
    if let Some(known) = agreed.or_else(|| before.tip().and_then(|ours| merge::base(repo, ours, theirs))) {
        synced.dropped = dropped(repo, known, theirs)?;
    }
    let (merged, preview) = match run {
        Run::Whole => (merge::merge(repo, theirs)?, None),
        Run::Dry => {
            let (merged, batch) = merge::prepare(&before, theirs)?;
            (merged, Some(batch.preview(repo)?))
        }
    };
    synced.apart = merged.apart.iter().map(|(key, blob)| (note_of(repo, *key), *blob)).collect();
    let after = View::at(preview.as_ref().unwrap_or(repo), Some(merged.tip))?;
    let (before, after) = (Notes::new(&before, merged.changed.len())?, Notes::new(&after, merged.changed.len())?);
    for key in merged.changed {
        let (old, new) = (before.text(key)?, after.text(key)?);
        let Some(id) = note::task_of_anchor(&new) else { continue };
        let (old, new) = (Events::read(&old), Events::read(&new));
        synced.merged_events += new.events.len().saturating_sub(old.events.len());
        let task = |events: &Events| Task::from_events(id.clone(), &events.events);
        let (old, new) = (task(&old), task(&new));
        let is_ours = |task: &Task| task.claim.as_ref().is_some_and(|claim| claim.is_of(&us));
        if is_ours(&old) && !is_ours(&new) {
            synced.claims_lost.push(id.clone());
        }
        if new.rivals.len() > old.rivals.len() {
            synced.rivals.retain(|known| known.id != id);
            synced.rivals.push(new);
        }
        if !synced.tasks_changed.contains(&id) {
            synced.tasks_changed.push(id);
        }
    }
    Ok(Some(merged.tip))
}

/// What `theirs` lacks of `known`, which was theirs before.
fn dropped(repo: &Repo, known: ObjectId, theirs: ObjectId) -> Result<Vec<LostLines>> {
    let root = |tip| View::at(repo, Some(tip)).map(|view| view.root());
    match (root(known)?, root(theirs)?) {
        (Some(old), Some(new)) if old != new => audit::lost_between(repo, old, Some(new)),
        _ => Ok(Vec::new()),
    }
}

/// The task whose note has `key`, or the key itself.
fn note_of(repo: &Repo, key: ObjectId) -> String {
    let anchor = repo.has(key).then(|| repo.read(key).ok()).flatten();
    anchor.and_then(|anchor| note::task_of_anchor(&anchor)).map_or_else(|| key.to_string(), Into::into)
}

/// From this many notes on, listing them all is cheaper than looking each up: a first fetch takes every one.
const LIST_FROM: usize = 100;

/// The notes of a view.
struct Notes<'v> {
    view: &'v View<'v>,
    /// All of them, sorted by key, if many are wanted.
    list: Option<Vec<tree::Note>>,
}

impl<'v> Notes<'v> {
    /// To look up `count` of them.
    fn new(view: &'v View<'v>, count: usize) -> Result<Self> {
        let many = view.root().filter(|_| count >= LIST_FROM);
        let list = many.map(|root| tree::list_part(view.repo(), root, tree::Part::WHOLE)).transpose()?;
        Ok(Notes { view, list })
    }

    /// The note of `key`, as far as it can be read.
    fn text(&self, key: ObjectId) -> Result<Vec<u8>> {
        let Some(root) = self.view.root() else { return Ok(Vec::new()) };
        let blob = match &self.list {
            Some(list) => {
                list.get(list.partition_point(|note| note.0 < key)).filter(|note| note.0 == key).map(|note| note.1)
            }
            None => tree::find(self.view.repo(), root, key)?.first().copied(),
        };
        Ok(blob.and_then(|blob| self.view.repo().read(blob).ok()).unwrap_or_default())
    }
}

/// Longer with every attempt, and different in every clone.
pub(super) fn pause(attempt: u32) -> Duration {
    let random = (Ulid::generate().random() % 200) as u64;
    Duration::from_millis(u64::from(attempt) * 50 + random)
}
