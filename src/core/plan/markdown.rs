//! A checklist.
//!
//! ```markdown
//! ## Login
//! > What it is about, as long as it takes.
//!
//! - [x] Form <!-- login-form -->
//! - [~] Session `session-1` (after: login-form)
//!   - [ ] Cookie (after: Form)
//! - [!] Captcha (failed: the service is down)
//! - [-] Remember me
//! ```
//!
//! Headings with items below them are features, items below items are their parts. `[ ]` is pending, `[~]` in progress, `[x]`
//! completed, `[!]` failed, `[-]` cancelled. A single `#` above everything is the title of the document. Text under an item, and block quotes, describe it.

mod label;
mod line;
mod others;
mod write;

use std::collections::HashSet;

use super::{
    check, features,
    item::{Content, Failed, Parent, Rough, Word},
    place::Wrong,
};
use crate::core::task::LOWEST_PRIORITY;
pub(super) use line::is_checkbox;
use line::{Entry, entry};
pub(super) use write::write;

/// A feature or an item that others may be below of.
struct Open {
    /// Its place in the list; `None` for a heading that has no item so far.
    place: Option<usize>,
    /// The level of a heading; what is below has a higher one.
    level: usize,
    /// What a heading will be, and which entry it is.
    rough: Option<(Rough, usize)>,
}

/// Read a whole document.
pub(super) fn read(text: &str) -> Result<Vec<Rough>, Wrong> {
    let entries = entries(text)?;
    let named: HashSet<&str> =
        entries.iter().flat_map(|entry| entry.after.iter().flatten()).map(|word| word.text.as_str()).collect();
    let title = title_of(&entries);
    let mut rough: Vec<Rough> = Vec::new();
    let mut from: Vec<usize> = Vec::new();
    let (mut headings, mut items): (Vec<Open>, Vec<Open>) = (Vec::new(), Vec::new());
    for (number, entry) in entries.iter().enumerate() {
        if title == Some(number) {
            continue;
        }
        let item = item(entry, &named)?;
        if let Some(level) = entry.heading {
            headings.retain(|open| open.level < level);
            items.clear();
            headings.push(Open { place: None, level, rough: Some((item, number)) });
            continue;
        }
        items.retain(|open| open.level < entry.indent);
        for at in 0..headings.len() {
            if let Some((mut heading, number)) = headings[at].rough.take() {
                heading.parent =
                    headings[..at].last().and_then(|above| above.place).map_or(Parent::Unsaid, Parent::Within);
                headings[at].place = Some(rough.len());
                rough.push(heading);
                from.push(number);
            }
        }
        let above = items.last().or(headings.last()).and_then(|open| open.place);
        items.push(Open { place: Some(rough.len()), level: entry.indent, rough: None });
        rough.push(Rough { parent: above.map_or(Parent::Unsaid, Parent::Within), ..item });
        from.push(number);
    }
    let from: Vec<&Entry> = from.into_iter().map(|number| &entries[number]).collect();
    for (item, entry) in rough.iter_mut().zip(&from) {
        item.content.description = check::lines(item.at, "description", entry.text.join("\n").trim_matches('\n'))?;
    }
    others::understand(&mut rough, &from);
    for at in (0..rough.len()).rev() {
        if rough[at].content.status.is_none() {
            rough[at].content.status = features::follows(&rough, at);
        }
    }
    Ok(rough)
}

/// Headings and checkboxes, with the text below them.
fn entries(text: &str) -> Result<Vec<Entry>, Wrong> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut at, mut fence) = (0, None);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let inner = line.trim_start();
        let marker = ["```", "~~~"].into_iter().find(|marker| inner.starts_with(marker));
        let was_code = fence.is_some();
        match (fence, marker) {
            (None, Some(opened)) => fence = Some(opened),
            (Some(opened), Some(closed)) if opened == closed => fence = None,
            _ => {}
        }
        // What stands in a block of code is no task.
        let found = if was_code || fence.is_some() { None } else { entry(line, start)? };
        match (found, entries.last_mut()) {
            (Some(found), _) => entries.push(found),
            (None, Some(last)) => last.describe(line),
            (None, None) => {}
        }
    }
    Ok(entries)
}

/// The heading that is the title of the document: the only one of the first level, above others that have the items.
fn title_of(entries: &[Entry]) -> Option<usize> {
    let first =
        entries.first().filter(|entry| entry.heading == Some(1) && entry.status.is_none() && entry.id.is_none())?;
    let is_only = entries.iter().filter(|entry| entry.heading == first.heading).count() == 1;
    let has_sections = entries.get(1).is_some_and(|entry| entry.heading.is_some());
    (is_only && has_sections).then_some(0)
}

fn item(entry: &Entry, named: &HashSet<&str>) -> Result<Rough, Wrong> {
    let (mut title, mut id) = (entry.title.as_str(), entry.id.clone());
    if id.is_none()
        && let Some((before, word)) = entry.backticked()
        && (named.contains(word) || word.contains(['-', '_']) || word.contains(|c: char| c.is_ascii_digit()))
    {
        id = Some(Word { at: entry.at, text: word.to_owned() });
        title = before;
    }
    let failures = entry.failed.iter().map(|reason| Failed { reason: reason.clone(), kind: None }).collect();
    let priority = entry.is_optional.then_some(LOWEST_PRIORITY);
    let title = check::line(entry.at, "title", title)?;
    let content = Content { title, status: entry.status, priority, failures, ..Content::default() };
    Ok(Rough { at: entry.at, id, after: entry.after.clone(), content, ..Rough::default() })
}
