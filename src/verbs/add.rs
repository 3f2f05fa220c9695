//! Add tasks, and change what they say.

use ulid::Ulid;

use super::{
    Caller,
    task::{self, ChangedTask},
    text,
};
use crate::{
    domain::{
        criteria::{self, Criterion},
        event::{Create, Edit, Payload, TICKS, Tick},
        id::TaskId,
        task::Task,
        text::Text,
        words,
    },
    error::{Error, Result, codes},
    store::ledger::{Draft, View, tree},
};

/// A task to add.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The title: one line.
    pub title: String,
    /// Its id; `None`: generated from `agent.idPrefix` and a random part.
    pub id: Option<String>,
    /// Description, priority and other fields.
    pub fields: Fields,
    /// Ids of the tasks that it depends on.
    pub after: Vec<String>,
    /// The feature that it becomes a subtask of.
    pub parent: Option<String>,
}

/// Fields of a task that `add` sets and `edit` changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The description, which may have several lines; `None`: unchanged.
    pub description: Option<String>,
    /// 0 (highest) to 4; `None`: unchanged, and 2 for a new task.
    pub priority: Option<u8>,
    /// Paths that it is expected to change, relative to the top of the work tree; empty: unchanged.
    pub files: Vec<String>,
    /// Acceptance criteria.
    pub accept: Vec<String>,
    /// Expected effort in seconds.
    pub estimate: Option<u64>,
    /// Labels to add.
    pub labels: Vec<String>,
    /// References to add: URLs, or keys of other trackers.
    pub refs: Vec<String>,
}

/// Changes to a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditRequest {
    /// The new title; `None`: unchanged.
    pub title: Option<String>,
    /// The new values; what is absent is unchanged.
    pub fields: Fields,
    /// Clear the list of files; [`Fields::files`] is empty then.
    pub no_files: bool,
    /// Criteria to tick: numbers, beginnings of their text, or `all`.
    pub tick: Vec<String>,
    /// Criteria to untick, named the same way.
    pub untick: Vec<String>,
    /// Labels that it no longer has.
    pub no_labels: Vec<String>,
    /// References that it no longer has.
    pub no_refs: Vec<String>,
    /// A new parent; `Some(None)`: it is a part of nothing.
    pub parent: Option<Option<String>>,
}

/// Add a task.
///
/// # Errors
///
/// `bad-text`, `bad-task-id`, `task-exists`, `bad-id-prefix`, `no-free-id`, `task-not-found`, `dependency-cycle`,
/// `parent-cycle`.
pub fn add(caller: &Caller, request: &Request) -> Result<Task> {
    let title = text::line("title", &request.title)?;
    let description = text::optional_lines("description", request.fields.description.as_deref())?;
    let accept = text::optional_lines("acceptance text", criteria::join(&request.fields.accept).as_deref())?;
    let (labels, refs) = sets(&request.fields)?;
    let wanted = request.id.as_deref().map(parse_id).transpose()?;
    let (written, ()) = caller.write(|view| {
        let id = match &wanted {
            Some(id) => unused(view, id)?,
            None => generate(caller, view)?,
        };
        let after = task::named(&request.after, |word| view.find(word).map(|task| task.id))?;
        let parent = request.parent.as_deref().map(|word| view.find(word)).transpose()?;
        let feature = parent.as_ref().map(|parent| &parent.id);
        // Nothing waits for an id that was just made.
        if wanted.is_some() || feature.is_some() {
            task::refuse_cycles(view, &id, &after, feature)?;
        }
        let create = Create {
            title: title.clone(),
            description: description.clone().map(Into::into),
            after,
            parent: parent.map(|parent| parent.id),
            priority: request.fields.priority,
            files: request.fields.files.clone(),
            accept: accept.clone().map(Into::into),
            estimate: request.fields.estimate,
            labels: labels.clone(),
            refs: refs.clone(),
            plan: None,
        };
        Ok((Draft::one(&id, Payload::Create(create)), ()))
    })?;
    written.tasks.into_iter().next().ok_or_else(|| Error::bug("nothing was added"))
}

/// The labels and the references of `fields`.
fn sets(fields: &Fields) -> Result<(Vec<String>, Vec<String>)> {
    let labels = fields.labels.iter().map(|label| text::word("label", label, words::label));
    let refs = fields.refs.iter().map(|text| text::word("reference", text, words::reference));
    Ok((labels.collect::<Result<_>>()?, refs.collect::<Result<_>>()?))
}

fn parse_id(text: &str) -> Result<TaskId> {
    TaskId::parse(text)
        .map_err(|why| Error::new(codes::BAD_TASK_ID, format!("'{}' cannot be an id: {why}", text.escape_debug())))
}

/// `id`, unless a task has it.
fn unused(view: &View<'_>, id: &TaskId) -> Result<TaskId> {
    match view.task(id)? {
        None => Ok(id.clone()),
        Some(task) => Err(Error::new(codes::TASK_EXISTS, format!("task {} already exists", task.name()))
            .hint(format!("'git agent edit {id}' changes it; without --id an id is generated"))),
    }
}

/// An id that no task has.
fn generate(caller: &Caller, view: &View<'_>) -> Result<TaskId> {
    let prefix = caller.repo().settings().id_prefix();
    let existing = view.root().map_or(Ok(0), |root| tree::estimate(view.repo(), root))?;
    for _ in 0..100 {
        let id = TaskId::generate(&prefix, existing, Ulid::generate().random())
            .map_err(|why| Error::new(codes::BAD_ID_PREFIX, format!("agent.idPrefix is '{prefix}': {why}")))?;
        if view.note(&id)?.is_empty() {
            return Ok(id);
        }
    }
    // Chance does not do that; a hostile tree in which every key exists does.
    Err(Error::new(codes::NO_FREE_ID, "a hundred generated ids were all in use")
        .hint("'git agent doctor' checks the ledger; --id sets your own id"))
}

/// Change what the tasks that `words` name say: of all of them, or of none.
///
/// # Errors
///
/// `bad-text`, `task-not-found`, `parent-cycle`, `nothing-to-edit`.
pub fn edit(caller: &Caller, words: &[String], request: &EditRequest) -> Result<Vec<ChangedTask>> {
    let fields = &request.fields;
    let (labels, refs) = sets(fields)?;
    let edit = Edit {
        title: request.title.as_deref().map(|title| text::line("title", title)).transpose()?,
        description: text::optional_lines("description", fields.description.as_deref())?.map(Into::into),
        priority: fields.priority,
        parent: None,
        files: (request.no_files || !fields.files.is_empty()).then(|| fields.files.clone()),
        accept: text::optional_lines("acceptance text", criteria::join(&fields.accept).as_deref())?.map(Into::into),
        estimate: fields.estimate,
        labels,
        no_labels: request.no_labels.clone(),
        refs,
        no_refs: request.no_refs.clone(),
    };
    task::change_each(caller, words, |view, task| {
        let parent = match &request.parent {
            Some(Some(word)) => {
                let parent = view.find(word)?;
                task::refuse_cycles(view, &task.id, &task.after, Some(&parent.id))?;
                Some(Some(parent.id))
            }
            Some(None) => Some(None),
            None => None,
        };
        let edit = Edit { parent, ..edit.clone() };
        let ticks = ticks(view, task, edit.accept.as_ref(), request)?;
        if edit == Edit::default() && request.tick.is_empty() && request.untick.is_empty() {
            let message = format!("no change to {} was specified", task.id);
            return Err(
                Error::new(codes::NOTHING_TO_EDIT, message).hint("'git agent edit --help' lists what can be changed")
            );
        }
        let edit = news(view, task, edit);
        let edit = (edit != Edit::default()).then_some(Payload::Edit(edit));
        Ok(edit.into_iter().chain(ticks).collect::<Vec<_>>())
    })
}

/// `edit`, without the values that `task` has already.
fn news(view: &View<'_>, task: &Task, edit: Edit) -> Edit {
    let is_news =
        |text: &Text, known: &Option<Text>| known.as_ref().is_none_or(|known| view.text(known) != view.text(text));
    let changes = |known: &[String], add: &[String], gone: &[String], check| {
        let mut words = known.to_vec();
        words::change(&mut words, add, gone, check);
        words != known
    };
    let only_if = |is_news: bool, words: Vec<String>| if is_news { words } else { Vec::new() };
    let labels = changes(&task.labels, &edit.labels, &edit.no_labels, words::label);
    let refs = changes(&task.refs, &edit.refs, &edit.no_refs, words::reference);
    Edit {
        title: edit.title.filter(|title| *title != task.title),
        description: edit.description.filter(|text| is_news(text, &task.description)),
        priority: edit.priority.filter(|priority| *priority != task.priority),
        parent: edit.parent.filter(|parent| *parent != task.parent),
        files: edit.files.filter(|files| *files != task.files),
        accept: edit.accept.filter(|text| is_news(text, &task.accept)),
        estimate: edit.estimate.filter(|estimate| Some(*estimate) != task.estimate),
        labels: only_if(labels, edit.labels),
        no_labels: only_if(labels, edit.no_labels),
        refs: only_if(refs, edit.refs),
        no_refs: only_if(refs, edit.no_refs),
    }
}

/// The events that tick and untick what `request` names, of the criteria of `task` with the acceptance text `accept` if there is a new one.
fn ticks(view: &View<'_>, task: &Task, accept: Option<&Text>, request: &EditRequest) -> Result<Vec<Payload>> {
    let stored = task.accept.as_ref().map(|text| view.text(text)).unwrap_or_default();
    let accept = accept.map(|text| view.text(text));
    let tick = |keys: &[String], off| Payload::Tick(Tick { criteria: keys.to_vec(), off });
    // What was met stays so in the new text.
    let kept = accept.as_ref().map(|accept| criteria::difference(&stored, accept, &task.ticks).met).unwrap_or_default();
    let mut payloads: Vec<Payload> = kept.chunks(TICKS).map(|keys| tick(keys, false)).collect();
    let known = criteria::of(accept.as_ref().unwrap_or(&stored), &task.ticks);
    for (words, off) in [(&request.tick, false), (&request.untick, true)] {
        let mut keys: Vec<String> = Vec::new();
        for word in words {
            for criterion in criterion(task, &known, word)? {
                let key = criteria::key(&criterion.text);
                if criterion.is_met == off && !keys.iter().any(|known| known == key) {
                    keys.push(key.to_owned());
                }
            }
        }
        payloads.extend(keys.chunks(TICKS).map(|keys| tick(keys, off)));
    }
    Ok(payloads)
}

/// Those of `criteria` that `word` names: its number, the beginning of its words, or `all`.
fn criterion<'c>(task: &Task, criteria: &'c [Criterion], word: &str) -> Result<&'c [Criterion]> {
    if word == "all" && !criteria.is_empty() {
        return Ok(criteria);
    }
    let number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|at| *at < criteria.len());
    let word = word.trim().to_lowercase();
    let begins = |at: &usize| !word.is_empty() && criteria[*at].text.to_lowercase().starts_with(&word);
    let found: Vec<usize> = number.map_or_else(|| (0..criteria.len()).filter(begins).collect(), |at| vec![at]);
    if let [at] = found[..] {
        return Ok(&criteria[at..=at]);
    }
    let list = criteria.iter().enumerate().map(|(at, criterion)| format!("{}: {}", at + 1, criterion.text));
    let (what, count) = (word.escape_debug(), found.len());
    let (code, message) = match count {
        0 => (codes::CRITERION_NOT_FOUND, format!("{} has no acceptance criterion '{what}'", task.id)),
        _ => (codes::CRITERION_AMBIGUOUS, format!("'{what}' matches {count} acceptance criteria of {}", task.id)),
    };
    let hint = match criteria {
        [] => format!("'git agent edit {} --accept <text>' adds criteria", task.id),
        _ => "name one by its number or the beginning of its text, or use 'all'".to_owned(),
    };
    Err(Error::new(code, message).hints(list).hint(hint))
}
