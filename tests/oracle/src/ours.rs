//! What the guard's reader finds in a line.

use crate::{
    command::Command,
    reader::{Item, Part, Word, read},
};

/// The commands of `line`; `None` if a part of it cannot be understood.
pub fn commands(line: &str) -> Option<Vec<Command>> {
    let mut commands = Vec::new();
    for item in read(line.as_bytes()) {
        match item {
            Item::Unclear => return None,
            Item::Command(simple) => {
                commands.push(Command {
                    words: simple.words.iter().map(word).collect(),
                    empties: simple.empties.iter().map(word).collect(),
                    input: simple.input.as_ref().map(word),
                });
            }
            Item::Enter(_) | Item::Leave | Item::Next | Item::Forget(_) => {}
        }
    }
    Some(commands)
}

fn word(word: &Word) -> String {
    let part = |part: &Part| match part {
        Part::Text(text, _) => text.to_string(),
        Part::Variable(name, _) => format!("${{{name}}}"),
        Part::Output(..) => "$(…)".to_owned(),
        Part::Opaque(_) => "$…".to_owned(),
    };
    word.parts.iter().map(part).collect()
}
