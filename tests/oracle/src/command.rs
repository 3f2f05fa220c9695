//! A command, as both readers are compared: `${name}` is a variable, `$(…)` the output of a command, `$…` any other expansion.

/// A simple command, or the redirections of a compound one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command {
    /// The command and its arguments, assignments first.
    pub words: Vec<String>,
    /// Files that it empties.
    pub empties: Vec<String>,
    /// What a here-document or here-string gives it to read.
    pub input: Option<String>,
}

/// `commands` in an order that does not depend on the reader, without empty ones.
pub fn sorted(mut commands: Vec<Command>) -> Vec<Command> {
    commands.retain(|command| *command != Command::default());
    commands.sort();
    commands
}
