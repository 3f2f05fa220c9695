//! A row of the table, read where it lies.

use super::{
    STRANGER, Table,
    record::{EXISTS, FAILED, LINK, LINKED, Record, field},
};
use crate::domain::{actor::Actor, claim, id::TaskId, status::Status, summary::Summary, time::Timestamp};

/// The row of a task. A damaged table yields empty texts, never a panic.
#[derive(Clone, Copy)]
pub struct Row<'t> {
    pub(super) table: &'t Table,
    pub(super) record: &'t Record,
    pub(super) at: usize,
}

impl<'t> Row<'t> {
    /// The index of the row in the table.
    pub fn at(self) -> usize {
        self.at
    }

    /// The id as a string, unchecked.
    pub fn id_str(self) -> &'t str {
        std::str::from_utf8(self.id_bytes()).unwrap_or_default()
    }

    /// The bytes of the id, for comparisons without parsing.
    pub fn id_bytes(self) -> &'t [u8] {
        let at = self.u32(field::STRINGS) as usize;
        self.table.heap().get(at..at + usize::from(self.record[field::ID_LEN])).unwrap_or_default()
    }

    /// The id, parsed.
    pub fn id(self) -> TaskId {
        TaskId::known(self.id_str())
    }

    /// The title: one line.
    pub fn title(self) -> &'t str {
        self.text(self.after_id(), self.u32(field::TITLE_LEN) as usize)
    }

    /// The current status.
    pub fn status(self) -> Status {
        Status::ALL.get(usize::from(self.record[field::STATUS])).copied().unwrap_or_default()
    }

    /// 0 (highest) to 4.
    pub fn priority(self) -> u8 {
        self.record[field::PRIORITY]
    }

    /// Whether the ledger has its `create` event.
    pub fn exists(self) -> bool {
        self.record[field::FLAGS] & EXISTS != 0
    }

    /// Whether the ledger links or unlinks commits.
    pub fn has_links(self) -> bool {
        self.record[field::FLAGS] & LINKED != 0
    }

    /// The time of its `create` event, in milliseconds.
    pub fn created_at(self) -> i64 {
        self.i64(field::CREATED)
    }

    /// The time of its last event, in milliseconds.
    pub fn updated_at(self) -> i64 {
        self.i64(field::UPDATED)
    }

    /// The number of open blockers.
    pub fn blockers(self) -> u32 {
        field::u16(self.record, field::BLOCKERS)
    }

    /// The estimated effort in seconds, at most a hundred years.
    pub fn estimate(self) -> Option<u64> {
        field::some(self.record, field::ESTIMATE).map(u64::from)
    }

    /// The labels, in the order in which they were added.
    pub fn labels(self) -> impl Iterator<Item = &'t str> {
        let labels = self.text(self.after_failure(), self.u32(field::LABELS_LEN) as usize);
        labels.split('\n').filter(|label| !label.is_empty())
    }

    /// Whether it has all of these labels.
    pub fn has_labels(self, labels: &[String]) -> bool {
        labels.iter().all(|wanted| self.labels().any(|label| label == wanted))
    }

    /// The claim, valid or expired: holder and end.
    pub fn holder(self) -> Option<&'t str> {
        self.name(field::CLAIM_BY)
    }

    /// Whether a claim is live at `now`.
    pub fn is_held(self, now: Timestamp) -> bool {
        claim::is_live(Timestamp::from_millis(self.i64(field::CLAIM_UNTIL)), now)
    }

    /// The actor that last worked on it, or else added it.
    pub fn actor(self) -> Option<&'t str> {
        self.name(field::ACTOR)
    }

    /// The rows of the tasks to be completed first; `None` for one that is not here. For one that was cancelled as a duplicate, that of
    /// the task that has the same to be done.
    pub fn after(self) -> impl Iterator<Item = Option<Row<'t>>> {
        self.links().map(move |link| self.table.target(link).map(|at| self.table.row(at).original()))
    }

    /// The task that has the same to be done if this one was cancelled as a duplicate; else this one.
    pub fn original(self) -> Row<'t> {
        // Duplicates of each other can come by a merge.
        let next = |row: &Row<'t>| row.duplicate_of();
        std::iter::successors(Some(self), next).take(100).last().unwrap_or(self)
    }

    /// The task that it was cancelled as a duplicate of, if that is here.
    pub fn duplicate_of(self) -> Option<Row<'t>> {
        let link = field::some(self.record, field::DUPLICATE).filter(|_| self.status() == Status::Cancelled)?;
        self.table.target(link).map(|at| self.table.row(at))
    }

    /// Whether it is put off at `now`.
    pub fn is_put_off(self, now: Timestamp) -> bool {
        self.until().is_some_and(|until| now.seconds() < until)
    }

    fn until(self) -> Option<i64> {
        field::some(self.record, field::UNTIL).map(i64::from)
    }

    /// The row of its feature, if the ledger has it.
    pub fn parent(self) -> Option<Row<'t>> {
        let at = field::some(self.record, field::PARENT).and_then(|link| self.table.target(link));
        at.map(|at| self.table.row(at))
    }

    /// Whether it is a part, at any depth, of the feature at `feature` in the table.
    pub fn is_within(self, feature: Option<usize>) -> bool {
        // A cycle of parents can only come by a merge; no honest plan is this deep.
        let parents = std::iter::successors(self.parent(), |row| row.parent()).take(10_000);
        parents.into_iter().any(|parent| Some(parent.at()) == feature)
    }

    /// The row as an owned value.
    pub fn summary(self) -> Summary {
        let actor = |at: usize| self.name(at).and_then(Actor::new);
        let said = self.text(self.after_title(), self.u32(field::FAILURE_LEN) as usize);
        let is_failure = self.record[field::FLAGS] & FAILED != 0;
        Summary {
            id: self.id(),
            title: self.title().to_owned(),
            status: self.status(),
            priority: self.priority(),
            after: self.links().map(|link| self.linked(link)).collect(),
            parent: field::some(self.record, field::PARENT).map(|link| self.linked(link)),
            created_at: self.created_at(),
            updated_at: self.updated_at(),
            claim: actor(field::CLAIM_BY).map(|by| (by, self.i64(field::CLAIM_UNTIL))),
            actor: actor(field::ACTOR),
            blockers: self.blockers(),
            attempts: field::u16(self.record, field::ATTEMPTS),
            estimate: self.estimate(),
            labels: self.labels().map(str::to_owned).collect(),
            failure: is_failure.then(|| said.to_owned()),
            why: (!is_failure && !said.is_empty()).then(|| said.to_owned()),
            until: self.until(),
            duplicate_of: field::some(self.record, field::DUPLICATE).map(|link| self.linked(link)),
            exists: self.exists(),
            has_links: self.has_links(),
        }
    }

    /// The id that a link names.
    fn linked(self, link: u32) -> TaskId {
        match self.table.target(link) {
            Some(at) => self.table.row(at).id(),
            None => TaskId::known(self.table.name(link ^ STRANGER)),
        }
    }

    /// Id, title, failure and labels, as they lie in the heap.
    pub(super) fn strings(self) -> &'t [u8] {
        let end = self.after_labels();
        self.table.heap().get(self.u32(field::STRINGS) as usize..end).unwrap_or_default()
    }

    pub(super) fn links(self) -> impl Iterator<Item = u32> + 't {
        let at = self.after_labels();
        let count = self.u32(field::LINKS) as usize;
        let table = self.table;
        (count > 0).then(|| table.links(at, count)).into_iter().flatten()
    }

    fn name(self, at: usize) -> Option<&'t str> {
        field::some(self.record, at).map(|name| self.table.name(name))
    }

    fn after_id(self) -> usize {
        self.u32(field::STRINGS) as usize + usize::from(self.record[field::ID_LEN])
    }

    fn after_title(self) -> usize {
        self.after_id() + self.u32(field::TITLE_LEN) as usize
    }

    fn after_failure(self) -> usize {
        self.after_title() + self.u32(field::FAILURE_LEN) as usize
    }

    fn after_labels(self) -> usize {
        self.after_failure() + self.u32(field::LABELS_LEN) as usize
    }

    fn text(self, at: usize, len: usize) -> &'t str {
        std::str::from_utf8(self.table.heap().get(at..at + len).unwrap_or_default()).unwrap_or_default()
    }

    fn u32(self, at: usize) -> u32 {
        field::u32(self.record, at)
    }

    fn i64(self, at: usize) -> i64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.record[at..at + 8]);
        i64::from_le_bytes(bytes)
    }
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.summary().fmt(f)
    }
}

const _: () = assert!(LINK == size_of::<u32>(), "a link is a u32");
