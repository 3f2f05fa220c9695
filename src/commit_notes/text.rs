//! The text of a note about one task of its commit.

use bstr::ByteSlice as _;

use crate::{
    domain::{task::Task, text::visible},
    store::ledger::View,
};

/// Whether the text of a note says that its commit is `number` of `task`, as that is called now.
pub(super) fn names(note: &[u8], task: &Task, number: usize) -> bool {
    let name = name(task, Some(number));
    note.lines().any(|line| line == name.as_bytes())
}

/// The line of a note that names the task and its checkpoint.
fn name(task: &Task, number: Option<usize>) -> String {
    format!("{}{} {}", task.id, number.map(|number| format!("@{number}")).unwrap_or_default(), task.title)
}

/// `t-1@2 Add a login form`, and below it how the content of the commit was verified.
pub(super) fn of(view: &View<'_>, task: &Task, number: Option<usize>, tree: &str) -> String {
    let mut text = name(task, number) + "\n";
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
