//! Reading redirections and here-documents of a shell line.

use bstr::{BString, ByteSlice as _};

use super::{
    Reader,
    script::{Item, Part, Quoting, Simple, Word},
};

/// A here-document whose lines are still to come.
pub(super) struct Document {
    command: usize,
    delimiter: BString,
    strips_tabs: bool,
    is_literal: bool,
}

impl Reader<'_> {
    /// The number of `2>file`.
    pub(super) fn is_at_descriptor(&self) -> bool {
        let rest = &self.text[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && matches!(rest.get(digits), Some(b'<' | b'>'))
    }

    pub(super) fn redirection(&mut self, command: &mut Simple) {
        if self.take("<<<") {
            self.blanks();
            let mut word = self.word();
            word.parts.push(Part::Text("\n".into(), Quoting::Quoted));
            command.input = Some(word);
        } else if self.take("<<") {
            let strips_tabs = self.take("-");
            self.blanks();
            let word = self.word();
            let is_literal = word.bare().is_none();
            let pieces = word.parts.iter().map(|part| match part {
                Part::Text(text, _) => text.as_slice(),
                _ => b"",
            });
            let delimiter = pieces.collect::<Vec<_>>().concat().into();
            self.documents.push(Document { command: command.id, delimiter, strips_tabs, is_literal });
        } else {
            let empties =
                ["&>>", "&>", ">>", ">&", ">|", "<&", "<>", ">", "<"].into_iter().find(|word| self.take(word));
            self.blanks();
            let target = self.word();
            let is_descriptor = target.bare().is_some_and(|text| text == b"-" || text.iter().all(u8::is_ascii_digit));
            match empties {
                Some(">" | ">|" | "&>") => command.empties.push(target),
                Some(">&") if !is_descriptor => command.empties.push(target),
                Some(_) => {}
                None => self.give_up(),
            }
        }
    }

    /// The lines of the here-documents that were announced on the line before.
    pub(super) fn documents(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            let mut body = BString::default();
            while self.at < self.text.len() {
                let rest = &self.text[self.at..];
                let line = &rest[..rest.find_byte(b'\n').map_or(rest.len(), |end| end + 1)];
                self.at += line.len();
                let stripped = if document.strips_tabs { line.trim_start_with(|c| c == '\t') } else { line };
                if stripped.strip_suffix(b"\n").unwrap_or(stripped) == document.delimiter.as_slice() {
                    break;
                }
                body.extend_from_slice(stripped);
            }
            let input = if document.is_literal {
                Word { parts: vec![Part::Text(body, Quoting::Quoted)] }
            } else {
                self.within(&body, |inner| inner.quoted(None))
            };
            let command = self.items.iter_mut().rev().find_map(|item| match item {
                Item::Command(command) if command.id == document.command => Some(command),
                _ => None,
            });
            if let Some(command) = command {
                command.input = Some(input);
            }
        }
    }
}
