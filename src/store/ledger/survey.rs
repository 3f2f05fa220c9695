//! Anomalies of a ledger: facts for `doctor`, which decides how serious they are.

use std::collections::BTreeMap;

use bstr::BString;

use super::{
    View, tree,
    view::{NoteError, read_note, task_of},
};
use crate::{
    domain::{
        event::{Event, Payload},
        graph::{Graph, cut_cycles, spell_cycle},
        id::TaskId,
        note::{self, Damaged, Events},
        summary::Summary,
        table::Table,
        task::Task,
        text,
    },
    error::Result,
    git::{ObjectId, ObjectKind, Repo},
};

/// The findings of reading every note of a ledger.
#[derive(Debug, Default)]
pub struct Survey {
    /// The number of notes.
    pub notes: usize,
    /// The number of event lines in them.
    pub events: usize,
    /// The tasks' rows, sorted by id, read from the notes.
    pub rows: Vec<Summary>,
    /// Notes that cannot be read: key, and why.
    pub unreadable: Vec<(ObjectId, String)>,
    /// Notes that exceed the size limit: key, task if known, and the reason.
    pub too_large: Vec<(ObjectId, Option<TaskId>, String)>,
    /// Lines that are not valid events.
    pub damaged: Vec<(TaskId, Damaged)>,
    /// How many further invalid lines there are in notes with very many of them.
    pub more_damaged: usize,
    /// Tasks with an event whose title is not one clean line.
    pub odd_titles: Vec<TaskId>,
    /// Events of kinds that this version does not know, by kind.
    pub unknown_kinds: BTreeMap<String, usize>,
    /// Entries of the tree that are not notes.
    pub foreign: Vec<BString>,
    /// Notes on objects that are not anchors of tasks.
    pub not_tasks: Vec<ObjectId>,
    /// Notes stored under a key that does not belong to the task they name.
    pub wrong_keys: Vec<(ObjectId, TaskId)>,
    /// Tasks with more than one note in the tree.
    pub duplicates: Vec<TaskId>,
    /// Tasks that were added more than once, with the titles.
    pub created_twice: Vec<(TaskId, Vec<String>)>,
    /// Tasks without a `create` event.
    pub fragments: Vec<TaskId>,
    /// Tasks whose anchor is missing: `git notes prune` would remove their notes.
    pub without_anchor: Vec<TaskId>,
    /// Long texts that are missing in the repository: task and blob.
    pub missing_texts: Vec<(TaskId, String)>,
    /// Dependencies on tasks that are not in the ledger.
    pub dangling_after: Vec<(TaskId, TaskId)>,
    /// Subtasks of features that are not in the ledger.
    pub dangling_parents: Vec<(TaskId, TaskId)>,
    /// Cycles of tasks that wait for each other, through dependencies or as features for their subtasks.
    pub cycles: Vec<Vec<TaskId>>,
    /// [`Survey::cycles`] as text.
    pub spelled_cycles: Vec<String>,
    /// Tasks that are their own ancestors.
    pub parent_cycles: Vec<TaskId>,
}

/// Read every note of `view`.
///
/// # Errors
///
/// When the ledger tree cannot be read.
pub fn survey(view: &View<'_>) -> Result<Survey> {
    let mut survey = Survey::default();
    let Some(root) = view.root() else { return Ok(survey) };
    let repo = view.repo();
    let (notes, foreign) = tree::list(repo, root)?;
    survey.foreign = foreign.into_iter().map(|entry| entry.path).collect();
    let mut blobs: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    notes.into_iter().for_each(|(key, blob)| blobs.entry(key).or_default().push(blob));
    survey.notes = blobs.len();
    for (key, blobs) in blobs {
        survey.look_at(repo, key, &blobs);
    }
    survey.rows.sort_by(|a, b| a.id.cmp(&b.id));
    // Found in the order of the keys, told in the order of the ids.
    survey.damaged.sort_by(|(a, x), (b, y)| (a, x.number).cmp(&(b, y.number)));
    survey.odd_titles.sort_unstable();
    survey.odd_titles.dedup();
    survey.missing_texts.sort_unstable();
    survey.created_twice.sort_unstable();
    for ids in [&mut survey.duplicates, &mut survey.fragments, &mut survey.without_anchor] {
        ids.sort_unstable();
    }
    survey.look_at_graph();
    Ok(survey)
}

impl Survey {
    fn look_at(&mut self, repo: &Repo, key: ObjectId, blobs: &[ObjectId]) {
        let text = match read_note(repo, blobs) {
            Ok(text) => text,
            Err(NoteError::TooLarge(error)) => {
                let anchor = repo.has(key).then(|| repo.read_own(key, ObjectKind::Blob).ok()).flatten();
                let id = anchor.and_then(|anchor| note::task_of_anchor(&anchor));
                return self.too_large.push((key, id, error.to_string()));
            }
            Err(NoteError::Failed(error)) => return self.unreadable.push((key, error.to_string())),
        };
        let Some(id) = task_of(repo, key, &text) else {
            return match note::task_of_anchor(&text) {
                Some(id) => self.wrong_keys.push((key, id)),
                None => self.not_tasks.push(key),
            };
        };
        if blobs.len() > 1 {
            self.duplicates.push(id.clone());
        }
        if !repo.has(key) {
            self.without_anchor.push(id.clone());
        }
        let Events { events, damaged, more_damaged } = Events::read(&text);
        self.events += events.len();
        self.more_damaged += more_damaged;
        self.damaged.extend(damaged.into_iter().map(|damaged| (id.clone(), damaged)));
        self.look_at_events(repo, &id, &events);
        self.rows.push(Summary::of(&Task::from_events(id, &events)));
    }

    fn look_at_events(&mut self, repo: &Repo, id: &TaskId, events: &[Event]) {
        match events.iter().filter(|event| matches!(event.payload, Payload::Create(_))).count() {
            0 => self.fragments.push(id.clone()),
            1 => {}
            _ => {
                let titles = events.iter().filter_map(|event| match &event.payload {
                    Payload::Create(create) => Some(text::title(&create.title).into_owned()),
                    _ => None,
                });
                self.created_twice.push((id.clone(), titles.collect()));
            }
        }
        for event in events {
            if event.payload.title().is_some_and(|title| text::title(title) != title) {
                self.odd_titles.push(id.clone());
            }
            if let Payload::Unknown(kind) = &event.payload {
                *self.unknown_kinds.entry(kind.clone()).or_default() += 1;
            }
            for text in event.payload.clone().texts_mut() {
                let Some(blob) = text.blob() else { continue };
                if !ObjectId::from_hex(blob.as_bytes()).is_ok_and(|blob| repo.has(blob)) {
                    self.missing_texts.push((id.clone(), blob.to_owned()));
                }
            }
        }
    }

    fn look_at_graph(&mut self) {
        let is_here = |id: &TaskId| find(&self.rows, id).is_some_and(|row| row.exists);
        let (mut after, mut parents) = (Vec::new(), Vec::new());
        for row in self.rows.iter().filter(|row| !row.status.is_closed()) {
            after.extend(row.after.iter().filter(|id| !is_here(id)).map(|id| (row.id.clone(), id.clone())));
            parents.extend(row.parent.iter().filter(|id| !is_here(id)).map(|id| (row.id.clone(), id.clone())));
        }
        let place = |id: &TaskId| self.rows.binary_search_by(|row| row.id.cmp(id)).ok();
        let parents_of: Vec<Option<usize>> = self.rows.iter().map(|row| row.parent.as_ref().and_then(place)).collect();
        let mut uncycled = parents_of.clone();
        cut_cycles(&mut uncycled);
        let is_own_part = |at: &usize| parents_of[*at] != uncycled[*at];
        let own_parts = (0..self.rows.len()).filter(is_own_part).map(|at| self.rows[at].id.clone()).collect();
        self.cycles = Graph::new(&Table::of(&self.rows)).cycles();
        // Parts of themselves are distinguished.
        let is_part =
            |step: &[TaskId]| find(&self.rows, &step[1]).is_some_and(|row| row.parent.as_ref() == Some(&step[0]));
        self.cycles.retain(|cycle| !cycle.windows(2).all(is_part));
        let is_part = |part: &TaskId, feature: &TaskId| is_part(&[feature.clone(), part.clone()]);
        self.spelled_cycles = self.cycles.iter().map(|cycle| spell_cycle(cycle, is_part)).collect();
        self.parent_cycles = own_parts;
        (self.dangling_after, self.dangling_parents) = (after, parents);
    }
}

/// The row of `id` in `rows`, which are sorted.
fn find<'r>(rows: &'r [Summary], id: &TaskId) -> Option<&'r Summary> {
    rows.binary_search_by(|row| row.id.cmp(id)).ok().map(|at| &rows[at])
}
