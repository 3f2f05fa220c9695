//! Reading a word of a shell line: quotes, escapes, variables, substitutions.

use bstr::{BString, ByteSlice as _};

use super::{
    DEPTH, End, Reader,
    script::{
        Item, Part,
        Quoting::{self, Bare, Quoted},
        Scope, Word,
    },
};

/// How often `((` may turn out not to be arithmetic.
const FAILURES: usize = 100;

impl Reader<'_> {
    /// A word. What is not a word is passed by one byte, so that reading always continues.
    pub(super) fn word(&mut self) -> Word {
        let start = self.at;
        let mut word = Word::default();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b')' => break,
                b'<' | b'>' if self.text.get(self.at + 1) == Some(&b'(') => {
                    self.at += 2;
                    self.substitution();
                    word.parts.push(Part::Opaque(Quoted));
                }
                // `!(keep)`: a pattern of bash's.
                b'(' if self.at > start && b"?*+@!".contains(&self.text[self.at - 1]) => {
                    self.skip_parentheses();
                    word.push(b"*", Bare);
                }
                b'<' | b'>' | b'(' => break,
                b'\\' => {
                    let escaped = self.text.get(self.at + 1);
                    self.at += 2;
                    match escaped {
                        Some(b'\n') => {}
                        Some(escaped) => word.push(&[*escaped], Quoted),
                        None => {
                            self.at = self.text.len();
                            word.push(b"\\", Quoted);
                        }
                    }
                }
                b'\'' => {
                    self.at += 1;
                    let rest = &self.text[self.at..];
                    match rest.find_byte(b'\'') {
                        Some(end) => {
                            word.push(&rest[..end], Quoted);
                            self.at += end + 1;
                        }
                        None => self.give_up(),
                    }
                }
                b'"' => {
                    self.at += 1;
                    let quoted = self.quoted(Some(b'"'));
                    word.push(b"", Quoted);
                    word.parts.extend(quoted.parts);
                }
                b'`' => self.backticks(&mut word, Bare),
                b'$' => self.dollar(&mut word, Bare),
                byte => {
                    word.push(&[byte], Bare);
                    self.at += 1;
                }
            }
        }
        if self.at == start && self.at < self.text.len() {
            self.items.push(Item::Unclear);
            self.at += 1;
        }
        word
    }

    /// Text in which only `$`, backticks and backslashes mean something: in double quotes up to `end`, or all of it.
    pub(super) fn quoted(&mut self, end: Option<u8>) -> Word {
        let mut word = Word::default();
        while let Some(byte) = self.peek() {
            match byte {
                _ if Some(byte) == end => {
                    self.at += 1;
                    return word;
                }
                b'\\' => {
                    let escaped = self.text.get(self.at + 1).copied();
                    self.at = (self.at + 2).min(self.text.len());
                    match escaped {
                        Some(b'\n') => {}
                        // In a here-document a double quote is text, and so is the backslash before it.
                        Some(b'"') if end.is_none() => word.push(b"\\\"", Quoted),
                        Some(byte @ (b'$' | b'`' | b'"' | b'\\')) => word.push(&[byte], Quoted),
                        Some(byte) => word.push(&[b'\\', byte], Quoted),
                        None => word.push(b"\\", Quoted),
                    }
                }
                b'`' => self.backticks(&mut word, Quoted),
                b'$' => self.dollar(&mut word, Quoted),
                byte => {
                    word.push(&[byte], Quoted);
                    self.at += 1;
                }
            }
        }
        if end.is_some() {
            self.items.push(Item::Unclear);
        }
        word
    }

    fn dollar(&mut self, word: &mut Word, quoting: Quoting) {
        let next = self.text.get(self.at + 1).copied();
        match next {
            Some(b'(') => {
                let before = self.at;
                self.at += 1;
                if self.looks_at("((") && self.arithmetic() {
                    return word.parts.push(Part::Opaque(quoting));
                }
                self.at = before + 2;
                let text = self.substitution();
                word.parts.push(output(text, quoting));
            }
            Some(b'{') => {
                self.at += 2;
                let start = self.at;
                self.skip_to(b'}');
                let name = self.text[start..self.at].strip_suffix(b"}").unwrap_or_default();
                word.parts.push(if is_name(name) {
                    Part::Variable(name.into(), quoting)
                } else {
                    Part::Opaque(quoting)
                });
            }
            Some(b'[') => {
                self.at += 2;
                self.skip_to(b']');
                word.parts.push(Part::Opaque(quoting));
            }
            Some(b'\'') if quoting == Bare => {
                self.at += 2;
                self.escaped(word);
            }
            Some(b'"') if quoting == Bare => {
                self.at += 2;
                let quoted = self.quoted(Some(b'"'));
                word.parts.extend(quoted.parts);
            }
            Some(byte) if byte == b'_' || byte.is_ascii_alphabetic() => {
                let rest = &self.text[self.at + 1..];
                let length = rest.iter().take_while(|&&byte| byte == b'_' || byte.is_ascii_alphanumeric()).count();
                word.parts.push(Part::Variable(rest[..length].into(), quoting));
                self.at += 1 + length;
            }
            Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                word.parts.push(Part::Opaque(quoting));
                self.at += 2;
            }
            _ => {
                word.push(b"$", quoting);
                self.at += 1;
            }
        }
    }

    /// The commands of `$(…)`, `<(…)`, `>(…)`; its beginning was read. Answers the text.
    fn substitution(&mut self) -> BString {
        let start = self.at;
        self.items.push(Item::Enter(Scope::Subshell));
        self.list(End::Parenthesis);
        self.items.push(Item::Leave);
        let text = &self.text[start..self.at.max(start)];
        text.strip_suffix(b")").unwrap_or(text).into()
    }

    fn backticks(&mut self, word: &mut Word, quoting: Quoting) {
        let mut text = BString::default();
        self.at += 1;
        loop {
            match self.text[self.at.min(self.text.len())..] {
                [] => return self.give_up(),
                [b'`', ..] => break,
                [b'\\', escaped @ (b'`' | b'$' | b'\\'), ..] => {
                    text.push(escaped);
                    self.at += 2;
                }
                [byte, ..] => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        self.items.push(Item::Enter(Scope::Subshell));
        self.within(&text, |inner| inner.list(End::Text));
        self.items.push(Item::Leave);
        word.parts.push(output(text, quoting));
    }

    /// `((…))`: goes beyond it if it is arithmetic; `((` may also begin two subshells.
    pub(super) fn arithmetic(&mut self) -> bool {
        if self.failures > FAILURES || self.depth > DEPTH {
            self.items.push(Item::Unclear);
            return false;
        }
        let before = (self.at, self.items.len());
        self.depth += 1;
        let mut open = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' => open += 1,
                b')' if open == 2 => {
                    let is_arithmetic = self.looks_at("))");
                    if is_arithmetic {
                        self.at += 2;
                        self.depth -= 1;
                        return true;
                    }
                    break;
                }
                b')' => open -= 1,
                b'\n' | b'\'' => break,
                b'$' | b'`' => {
                    self.skip_one();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.failures += 1;
        self.depth -= 1;
        self.at = before.0;
        self.items.truncate(before.1);
        false
    }

    /// Beyond `end`; commands on the way count.
    fn skip_to(&mut self, end: u8) {
        self.depth += 1;
        if self.depth > DEPTH {
            self.give_up();
        }
        loop {
            match self.peek() {
                None => {
                    self.items.push(Item::Unclear);
                    break;
                }
                Some(byte) if byte == end => {
                    self.at += 1;
                    break;
                }
                Some(_) => self.skip_one(),
            }
        }
        self.depth -= 1;
    }

    /// Beyond one byte, or the quotation or substitution that it begins.
    fn skip_one(&mut self) {
        let mut skipped = Word::default();
        match self.peek() {
            Some(b'\\') => self.at = (self.at + 2).min(self.text.len()),
            Some(b'"') => {
                self.at += 1;
                self.quoted(Some(b'"'));
            }
            Some(b'`') => self.backticks(&mut skipped, Quoted),
            Some(b'$') => self.dollar(&mut skipped, Quoted),
            Some(_) => self.at += 1,
            None => {}
        }
    }

    fn skip_parentheses(&mut self) {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
            self.skip_one();
            if open == 0 {
                return;
            }
        }
        self.items.push(Item::Unclear);
    }

    /// `$'…'`, whose beginning was read.
    fn escaped(&mut self, word: &mut Word) {
        loop {
            let rest = &self.text[self.at..];
            let Some(&byte) = rest.first() else { return self.items.push(Item::Unclear) };
            self.at += 1;
            match byte {
                b'\'' => return word.push(b"", Quoted),
                b'\\' => {
                    let (bytes, length) = escape(&rest[1..]);
                    word.push(&bytes, Quoted);
                    self.at += length;
                }
                byte => word.push(&[byte], Quoted),
            }
        }
    }
}

impl Word {
    fn push(&mut self, bytes: &[u8], quoting: Quoting) {
        match self.parts.last_mut() {
            Some(Part::Text(text, same)) if *same == quoting => text.extend_from_slice(bytes),
            _ => self.parts.push(Part::Text(bytes.into(), quoting)),
        }
    }
}

/// What an escape in `$'…'` stands for, and how long it is without its backslash.
fn escape(rest: &[u8]) -> (BString, usize) {
    let number = |from: usize, most: usize, radix: u32| {
        let digits = rest[from..].iter().take(most).take_while(|byte| char::from(**byte).is_digit(radix)).count();
        let text = rest[from..from + digits].to_str().unwrap_or_default();
        (u32::from_str_radix(text, radix).unwrap_or(0), from + digits)
    };
    let byte = |(number, length): (u32, usize)| (BString::from(vec![number as u8]), length);
    let character = |(number, length): (u32, usize)| {
        let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
        (BString::from(character.to_string()), length)
    };
    match rest.first() {
        Some(b'n') => ("\n".into(), 1),
        Some(b't') => ("\t".into(), 1),
        Some(b'r') => ("\r".into(), 1),
        Some(b'a' | b'b' | b'e' | b'E' | b'f' | b'v') => ("\u{b}".into(), 1),
        Some(b'0'..=b'7') => byte(number(0, 3, 8)),
        Some(b'x') => byte(number(1, 2, 16)),
        Some(b'u') => character(number(1, 4, 16)),
        Some(b'U') => character(number(1, 8, 16)),
        Some(b'c') => (BString::default(), rest.len().min(2)),
        Some(&other) => (vec![other].into(), 1),
        None => (BString::default(), 0),
    }
}

fn is_name(name: &[u8]) -> bool {
    matches!(name, [first, rest @ ..] if (*first == b'_' || first.is_ascii_alphabetic())
        && rest.iter().all(|byte| *byte == b'_' || byte.is_ascii_alphanumeric()))
}

/// What a substitution gives: `$(pwd)` is `$PWD`.
fn output(text: BString, quoting: Quoting) -> Part {
    match text.trim() {
        b"pwd" | b"pwd -P" | b"pwd -L" => Part::Variable("PWD".into(), quoting),
        _ => Part::Output(text, quoting),
    }
}
