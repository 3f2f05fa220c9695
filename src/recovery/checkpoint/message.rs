//! What a checkpoint says: the given message or one made from the task, the prefix, and the trailers, each once.

use bstr::BString;

use crate::domain::{
    id::TaskId,
    squash::message::subject_of,
    text::prefix as prefix_of,
    trailer::{
        Rules,
        block::{self, Syntax, Trailer},
        insert::{Form, insert},
    },
};

/// How long the title part of a subject may be, so that the whole stays in one line of `git log --oneline`.
const TITLE: usize = 54;

/// `Fix login (checkpoint 3)`.
pub fn default(title: &str, number: usize, rules: &Rules) -> String {
    let title = subject_of(title, rules);
    let shown: String = match title.char_indices().nth(TITLE) {
        None => title,
        Some(_) => title.chars().take(TITLE - 1).chain(['…']).collect(),
    };
    format!("{shown} (checkpoint {number})")
}

/// `text` with `prefix` before its subject (unless it is there) and a trailer for each of `tasks` that it does not name.
pub fn compose(text: &str, prefix: &str, tasks: &[TaskId], rules: &Rules) -> BString {
    let prefix = prefix_of(prefix);
    let mut message = BString::from(if text.starts_with(&prefix) { text.to_owned() } else { prefix + text });
    message.push(b'\n');
    let named = block::ids(&message, rules, &Syntax::default());
    let missing = tasks.iter().filter(|id| !named.iter().any(|named| *named == id.as_str()));
    let wanted: Vec<Trailer> =
        missing.map(|id| Trailer { key: rules.key().to_owned(), value: id.as_str().into() }).collect();
    insert(&message, &wanted, Form::Kept, &Syntax::default()).unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(text: &str, prefix: &str, tasks: &[&str]) -> String {
        let tasks: Vec<TaskId> = tasks.iter().map(|id| TaskId::parse(id).unwrap()).collect();
        compose(text, prefix, &tasks, &Rules::default()).to_string()
    }

    #[test]
    fn prefix_and_trailers_come_once() {
        assert_eq!(composed("Fix", "[AGENT] ", &["t-1"]), "[AGENT] Fix\n\nTask-Id: t-1\n");
        let again = "[AGENT] Fix\n\nWhy.\n\nTask-Id: t-1";
        assert_eq!(composed(again, "[AGENT] ", &["t-1"]), format!("{again}\n"));
        assert_eq!(composed(again, "", &["t-1", "t-2"]), format!("{again}\nTask-Id: t-2\n"));
        assert_eq!(composed("# not a comment", "", &["t-1"]), "# not a comment\n\nTask-Id: t-1\n");
        assert_eq!(composed("Fix", "a\nb", &[]), "abFix\n");
    }

    #[test]
    fn default_subjects_are_short() {
        assert_eq!(default("Fix login", 3, &Rules::default()), "Fix login (checkpoint 3)");
        assert!(default(&"ü".repeat(200), 1_000, &Rules::default()).chars().count() <= 72);
    }
}
