//! The JSONL of beads, read: an issue a line.
//!
//! `blocks` is what a task comes after, `parent-child` its feature; other dependencies, labels and kinds become one remark, which
//! [writing](super::write::beads) turns back. An issue that was deleted is left out, with what others say of it.

use std::collections::HashSet;

use super::{task, task::Tool, words};
use crate::plans::{
    item::Parent,
    json as reader,
    left::Reading,
    node::{Node, What},
    position::Wrong,
};

/// What beads calls an issue that was deleted.
const DELETED: &str = "tombstone";

/// What a remark about an issue begins with.
pub(super) const NAME: &str = "beads";

const TOOL: Tool = Tool { name: NAME, has_no_ids: false, has_categories: false, is_flat: false };

/// Read a whole document: objects a line each, or a list of them.
pub(super) fn read(text: &str) -> Result<Reading, Wrong> {
    let mut issues = Vec::new();
    if text.trim_start().starts_with('[') {
        let Node { at, what } = reader::parse_loose(text)?;
        match what {
            What::List(items) => issues = items,
            _ => return Err(Wrong::new(at, "the export is no list")),
        }
    } else {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                issues.push(reader::parse_at(line, at)?);
            }
            at += line.len();
        }
    }
    let (deleted, issues): (Vec<_>, Vec<_>) =
        issues.iter().partition(|issue| issue.get("status").is_some_and(|status| words::text(status) == DELETED));
    let deleted: HashSet<String> = deleted.into_iter().filter_map(|issue| issue.get("id").map(words::text)).collect();
    let mut reading = Reading::default();
    for issue in issues {
        // A store has more than issues.
        if issue.get("title").is_none() && issue.get("issue_type").is_none() {
            reading.leave(issue.at, "what is no issue is left out");
            continue;
        }
        let Some(mut rough) = task::read(issue, TOOL, &mut reading) else { continue };
        // Ids of beads are no numbers: they do not shift.
        rough.is_numbered = false;
        if let Some(after) = &mut rough.after {
            after.retain(|word| !deleted.contains(&word.text));
        }
        rough.after = rough.after.filter(|after| !after.is_empty());
        if matches!(&rough.parent, Parent::Named(word) if deleted.contains(&word.text)) {
            rough.parent = Parent::Unsaid;
        }
        reading.items.push(rough);
    }
    Ok(reading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::item::Word;

    #[test]
    fn deleted_issues_and_what_waits_for_them_are_left_out() {
        let text = concat!(
            r#"{"id":"bd-1","title":"Old","status":"tombstone"}"#,
            "\n\n",
            r#"{"id":"bd-2","title":"New","status":"open","dependencies":[{"depends_on_id":"bd-1","type":"blocks"},{"depends_on_id":"bd-9","type":"related"}]}"#,
        );
        let rough = read(text).unwrap().items;
        assert_eq!(rough.len(), 1);
        assert_eq!(rough[0].after, None);
        assert_eq!(rough[0].content.notes, ["beads: related bd-9"]);
        assert_eq!(rough[0].id, Some(Word { at: text.find("\"bd-2\"").unwrap(), text: "bd-2".into() }));
    }
}
