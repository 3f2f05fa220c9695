//! What has to happen so that the ledger says what a plan says.
//!
//! A plan moves a task forward, never back: what was completed, cancelled, failed, put down or taken up again *here* happened after the plan
//! was written, as far as anyone can know. Such a task is *kept*, and that is said.

use std::collections::HashSet;

use super::{
    follow,
    item::{Content, PlanItem},
    size,
};
use crate::domain::{
    claim::Holder,
    criteria,
    event::{Block, Cancel, Complete, Create, Decide, Edit, Event, Fail, Note, Payload, Reason, Start},
    id::TaskId,
    status::{Status, Verb},
    task::Task,
    text::{self, Text},
    time::{Timestamp, show_duration},
    words,
};

/// Why a task that a plan calls failed failed, if the plan does not say.
const NO_REASON: &str = "the plan says that it failed, but not why";

/// What a task in the ledger has to do with its item.
pub struct KnownTask<'a> {
    /// The task in the ledger.
    pub task: &'a Task,
    /// Everything that happened to it.
    pub events: &'a [Event],
    /// Reads the whole of a text.
    pub text: &'a dyn Fn(&Text) -> String,
    /// The actor who imports the plan.
    pub us: &'a Holder,
    /// The time of the import.
    pub now: Timestamp,
    /// The base of tasks that are started by the import.
    pub start: &'a Start,
    /// Tasks are completed only with a verification that passed.
    pub must_verify: bool,
}

/// An import would call a task that was begun something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The byte of the plan at which it does.
    pub at: usize,
    /// The id of the task.
    pub id: TaskId,
    /// The title in the ledger.
    pub old: String,
    /// The title in the plan.
    pub new: String,
}

/// What an import does with a task that is in the ledger.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskChange {
    /// What becomes another, field by field.
    pub fields: Vec<Field>,
    /// What stays although the plan says something else, with the reason.
    pub kept: Option<String>,
    /// The events to write.
    pub payloads: Vec<Payload>,
}

/// A field that becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name of the field in JSON.
    pub name: &'static str,
    /// As it is; empty where there is nothing.
    pub before: String,
    /// The new value.
    pub after: String,
}

/// What an import does to the ledger.
#[derive(Debug, Default)]
pub struct Difference {
    /// New tasks: id, title, feature.
    pub added: Vec<(TaskId, String, Option<TaskId>)>,
    /// Tasks that are there, if anything becomes of them or is kept.
    pub known: Vec<(TaskId, String, TaskChange)>,
    /// How many are as the plan says.
    pub unchanged: usize,
    /// Tasks that came from the same file, which no longer has them: id, title.
    pub missing: Vec<(TaskId, String)>,
    /// Tasks that were begun or ended here, and are something wholly different in the plan.
    pub renamed: Vec<Renamed>,
}

impl Difference {
    /// The tasks that change.
    pub fn changed(&self) -> impl Iterator<Item = &(TaskId, String, TaskChange)> {
        self.known.iter().filter(|(_, _, change)| !change.fields.is_empty())
    }

    /// Those of which something is kept, with the reason.
    pub fn kept(&self) -> impl Iterator<Item = (&TaskId, &str, &str)> {
        self.known.iter().filter_map(|(id, title, change)| Some((id, title.as_str(), change.kept.as_deref()?)))
    }
}

/// The events that make the task of `item`, which is not in the ledger, and comes from the file `plan`.
pub fn create(item: PlanItem, start: &Start, plan: Option<&str>) -> Vec<Payload> {
    let mut content = item.content;
    let mut payloads = size::create(Create {
        title: std::mem::take(&mut content.title),
        description: content.description.take().map(Text::Inline),
        after: item.after.unwrap_or_default(),
        parent: item.parent.flatten(),
        priority: content.priority,
        files: content.files.take().unwrap_or_default(),
        accept: content.accept.take().map(Text::Inline),
        estimate: content.estimate,
        labels: content.labels.take().unwrap_or_default(),
        refs: content.refs.take().unwrap_or_default(),
        plan: plan.map(ToOwned::to_owned),
    });
    payloads.extend(content.decisions.iter().map(decide));
    payloads.extend(content.notes.iter().map(|text| note(text)));
    let status = content.status.unwrap_or_default();
    let earlier = content.failures.len().saturating_sub(usize::from(status == Status::Failed));
    for failed in &content.failures[..earlier] {
        payloads.push(Payload::Fail(Fail { reason: failed.reason.clone().into(), kind: failed.kind.clone() }));
        payloads.push(Payload::Reopen(Reason::default()));
    }
    payloads.extend(content.blockers.iter().map(|text| block(text)));
    payloads.extend(moves(Status::Pending, &content, start));
    payloads
}

impl TaskChange {
    /// What becomes of a task that is in the ledger.
    pub fn of(item: &PlanItem, known: &KnownTask<'_>) -> TaskChange {
        let mut change = TaskChange::default();
        change.edit(item, known);
        change.parent(item, known.task);
        change.dependencies(item, known.task);
        change.words(&item.content, known);
        change.status(&item.content, known);
        change
    }

    /// What `item` would call a task that was begun or ended here, if that is no other wording of its title.
    pub fn renamed(item: &PlanItem, task: &Task) -> Option<Renamed> {
        let (old, new) = (&task.title, &item.content.title);
        let is_begun = task.status != Status::Pending || task.attempts > 0;
        let is_other = old != new && is_begun && !follow::is_alike(old, new);
        is_other.then(|| Renamed { at: item.at, id: item.id.clone(), old: old.clone(), new: new.clone() })
    }

    fn field(&mut self, name: &'static str, before: impl Into<String>, after: impl Into<String>) {
        self.fields.push(Field { name, before: before.into(), after: after.into() });
    }

    fn edit(&mut self, item: &PlanItem, known: &KnownTask<'_>) {
        let (content, task) = (&item.content, known.task);
        let (mut edit, mut ticks) = (Edit::default(), Vec::new());
        // The ledger shows a title clean, whatever hides in it.
        if *text::title(&content.title) != *task.title {
            self.field("title", &task.title, &content.title);
            edit.title = Some(content.title.clone());
        }
        let description = task.description.as_ref().map(known.text);
        if let Some(wanted) = content.description.as_ref().filter(|wanted| description.as_ref() != Some(wanted)) {
            self.field("description", description.unwrap_or_default(), wanted);
            edit.description = Some(Text::Inline(wanted.clone()));
        }
        let stored = task.accept.as_ref().map(known.text).unwrap_or_default();
        if let Some(wanted) = &content.accept {
            let found = criteria::difference(&stored, wanted, &task.ticks);
            if found.is_other || !found.met.is_empty() {
                self.field("accept", criteria::ticked(&stored, &task.ticks), wanted);
            }
            edit.accept = found.is_other.then(|| Text::Inline(wanted.clone()));
            ticks = size::ticks(&found.met);
        }
        if let Some(priority) = content.priority.filter(|priority| *priority != task.priority) {
            self.field("priority", task.priority.to_string(), priority.to_string());
            edit.priority = Some(priority);
        }
        if let Some(files) = content.files.as_ref().filter(|files| **files != task.files) {
            self.field("files", task.files.join(", "), files.join(", "));
            edit.files = Some(files.clone());
        }
        if let Some(estimate) = content.estimate.filter(|estimate| Some(*estimate) != task.estimate) {
            self.field("estimate", task.estimate.map(show_duration).unwrap_or_default(), show_duration(estimate));
            edit.estimate = Some(estimate);
        }
        let lists = [
            ("labels", &content.labels, &task.labels, &mut edit.labels, &mut edit.no_labels),
            ("refs", &content.refs, &task.refs, &mut edit.refs, &mut edit.no_refs),
        ];
        for (name, wanted, there, add, remove) in lists {
            let Some(wanted) = wanted else { continue };
            (*add, *remove) = (words::missing(wanted, there), words::missing(there, wanted));
            if !add.is_empty() || !remove.is_empty() {
                self.field(name, there.join(", "), wanted.join(", "));
            }
        }
        self.payloads.extend(size::edits(edit));
        self.payloads.extend(ticks);
    }

    fn parent(&mut self, item: &PlanItem, task: &Task) {
        if let Some(parent) = item.parent.as_ref().filter(|parent| **parent != task.parent) {
            let said = |parent: &Option<TaskId>| parent.as_ref().map(ToString::to_string).unwrap_or_default();
            self.field("parent", said(&task.parent), said(parent));
            self.payloads.push(Payload::Edit(Edit { parent: Some(parent.clone()), ..Edit::default() }));
        }
    }

    fn dependencies(&mut self, item: &PlanItem, task: &Task) {
        let Some(after) = &item.after else { return };
        let missing = |these: &[TaskId], those: &[TaskId]| -> Vec<TaskId> {
            let those: HashSet<&TaskId> = those.iter().collect();
            these.iter().filter(|id| !those.contains(id)).cloned().collect()
        };
        let (add, remove) = (missing(after, &task.after), missing(&task.after, after));
        if !add.is_empty() || !remove.is_empty() {
            let said = |ids: &[TaskId]| ids.iter().map(TaskId::as_str).collect::<Vec<_>>().join(", ");
            self.field("after", said(&task.after), said(after));
            self.payloads.extend(size::deps(add, remove));
        }
    }

    /// Decisions, remarks and blockers are only ever added.
    fn words(&mut self, content: &Content, known: &KnownTask<'_>) {
        let said: HashSet<String> = known.task.decisions.iter().map(|decision| (known.text)(&decision.text)).collect();
        for decided in content.decisions.iter().filter(|decided| !said.contains(&decided.text)) {
            self.field("decisions", "", &decided.text);
            self.payloads.push(decide(decided));
        }
        let said: HashSet<String> = known.task.notes.iter().map(|note| (known.text)(&note.text)).collect();
        for text in content.notes.iter().filter(|text| !said.contains(*text)) {
            self.field("notes", "", text);
            self.payloads.push(note(text));
        }
        // One that was removed here is not added again.
        let named = known.events.iter().filter_map(|event| match &event.payload {
            Payload::Block(block) => Some((known.text)(&block.text)),
            _ => None,
        });
        let named: HashSet<String> = named.collect();
        for text in &content.blockers {
            if !named.contains(text) {
                if known.task.status.is_closed() {
                    self.keep(known.task.status);
                    continue;
                }
                self.field("blockers", "", text);
                self.payloads.push(block(text));
            } else if !known.task.blockers.iter().any(|open| (known.text)(&open.text) == *text) {
                self.kept.get_or_insert_with(|| "a blocker of the plan no longer exists here".to_owned());
            }
        }
    }

    fn status(&mut self, content: &Content, known: &KnownTask<'_>) {
        let task = known.task;
        let Some(wanted) = content.status else { return };
        if wanted == task.status {
            let result = content.result.as_ref().filter(|_| wanted == Status::Completed);
            let is_known = |result| task.result.as_ref().is_some_and(|there| there.is(result, known.text));
            if result.is_some_and(|result| !is_known(result)) {
                self.kept.get_or_insert_with(|| "completed here, with a different result".to_owned());
            }
            return;
        }
        let is_forward = match (task.status, wanted) {
            (Status::Completed | Status::Cancelled, _)
            | (_, Status::Pending)
            | (Status::Failed, Status::InProgress) => false,
            (Status::Pending | Status::InProgress | Status::Failed, _) => true,
        };
        if !is_forward {
            return self.keep(task.status);
        }
        if known.events.iter().any(|event| leads_to(&event.payload) == Some(wanted)) {
            let words = format!("it was {} before, and is {} now", say(wanted), say(task.status));
            self.kept.get_or_insert(words);
            return;
        }
        if let Some(claim) = task.claim.as_ref().filter(|claim| claim.stops(known.us, known.now)) {
            self.kept.get_or_insert_with(|| format!("{} holds it", claim.holder_for(known.us)));
            return;
        }
        if wanted == Status::Completed && known.must_verify {
            self.kept.get_or_insert_with(|| "it is not verified, and agent.requireVerify is set".to_owned());
            return;
        }
        self.field("status", task.status.as_str(), wanted.as_str());
        self.payloads.extend(moves(task.status, content, known.start));
    }

    fn keep(&mut self, status: Status) {
        self.kept.get_or_insert_with(|| format!("{} here", say(status)));
    }
}

/// The events that bring a task from `from` to where `content` wants it, which is forward.
fn moves(from: Status, content: &Content, start: &Start) -> Vec<Payload> {
    let begin = || [Payload::Start(start.clone()), Payload::Release(Reason::default())];
    match content.status.unwrap_or_default() {
        Status::Pending => Vec::new(),
        // Writing it down does not claim it.
        Status::InProgress => begin().into(),
        Status::Completed => {
            let again = (from.after(Verb::Complete).is_none()).then(begin);
            let complete = Payload::Complete(Complete { result: content.result.clone(), ..Complete::default() });
            again.into_iter().flatten().chain([complete]).collect()
        }
        Status::Failed => {
            let (reason, kind) = match content.failures.last() {
                Some(failed) => (failed.reason.as_str(), failed.kind.clone()),
                None => (NO_REASON, None),
            };
            vec![Payload::Fail(Fail { reason: reason.into(), kind })]
        }
        Status::Cancelled => vec![Payload::Cancel(Cancel::default())],
    }
}

/// The state that an event leads to.
fn leads_to(payload: &Payload) -> Option<Status> {
    match payload {
        Payload::Start(_) => Some(Status::InProgress),
        Payload::Complete(_) => Some(Status::Completed),
        Payload::Fail(_) => Some(Status::Failed),
        Payload::Cancel(_) => Some(Status::Cancelled),
        _ => None,
    }
}

fn say(status: Status) -> &'static str {
    match status {
        Status::InProgress => "in progress",
        other => other.as_str(),
    }
}

fn decide(decided: &super::item::Decided) -> Payload {
    Payload::Decide(Decide { text: decided.text.clone().into(), why: decided.why.clone().map(Text::Inline) })
}

fn note(text: &str) -> Payload {
    Payload::Note(Note { text: text.into() })
}

fn block(text: &str) -> Payload {
    Payload::Block(Block { text: text.into() })
}
