//! The text of a note about one task of its commit.

use bstr::ByteSlice as _;

use crate::{
    domain::{task::Task, text::visible},
    store::ledger::View,
};

/// Whether the text of a note says that its commit is `number` of `task`.
pub(super) fn names(note: &[u8], task: &Task, number: usize) -> bool {
    let name = format!("{}@{number} ", task.id);
    note.lines().any(|line| line.starts_with(name.as_bytes()))
}

/// `t-1@2 Add a login form`, and below it how the content of the commit was verified.
pub(super) fn of(view: &View<'_>, task: &Task, number: Option<usize>, tree: &str) -> String {
    let number = number.map(|number| format!("@{number}")).unwrap_or_default();
    let mut text = format!("{}{number} {}\n", task.id, task.title);
    if let Some(verification) = task.verification_of(tree) {
        let command = view.text(&verification.command);
        let command = visible(command.lines().next().unwrap_or_default(), &[]);
        text.push_str(&if verification.passed() {
            format!("✓ {command}\n")
        } else {
            format!("✗ {command} (exit code {})\n", verification.exit)
        });
    }
    text
}
