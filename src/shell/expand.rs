//! What the shell makes of a word: variables, braces, splitting; as far as the line shows.

use bstr::{BString, ByteSlice as _};

use super::{
    Dir,
    reader::{Part, Quoting, Word},
    value::{Sort, Value},
    walk::{Walk, join as join_paths},
};

/// How many words one word may become.
const WORDS: usize = 64;

/// Variables of the environment that mean what they say in any shell.
const VARIABLES: [&str; 3] = ["HOME", "PWD", "TMPDIR"];

impl Walk<'_> {
    /// What a variable holds, if that can be determined.
    pub(super) fn variable(&self, name: &[u8]) -> Option<Value> {
        match self.state.variables.get(name.as_bstr()) {
            Some(value) => value.clone(),
            None if name == b"PWD" => {
                let Dir::Known(dir) = &self.state.dir else { return None };
                let here = self.world.variable(name.as_bstr()).filter(|here| here.starts_with(b"/"));
                Some(Value::known(match here {
                    Some(here) => join_paths(&here, dir),
                    None if dir.is_empty() => ".".into(),
                    None => dir.clone(),
                }))
            }
            None if VARIABLES.iter().any(|known| known.as_bytes() == name) => {
                self.world.variable(name.as_bstr()).filter(|value| value.starts_with(b"/")).map(Value::known)
            }
            None => None,
        }
    }

    /// The value that an assignment gives.
    pub(super) fn assigned(&self, word: &Word) -> Option<Value> {
        if let [Part::Output(text, _)] | [Part::Text(_, Quoting::Quoted), Part::Output(text, _)] = &word.parts[..] {
            return makes_temporary(text).then(|| Value::known("/tmp/made-by-mktemp"));
        }
        Some(self.join(word)).filter(|value| value.sort == Sort::Known)
    }

    /// A word as one, without splitting and matching.
    pub(super) fn join(&self, word: &Word) -> Value {
        let mut text = BString::default();
        for part in &word.parts {
            let value = match part {
                Part::Text(text, _) => Some(Value::known(text.clone())),
                Part::Variable(name, _) => self.variable(name),
                Part::Output(..) | Part::Opaque(_) => None,
            };
            match value {
                Some(value) if value.sort == Sort::Known => text.extend_from_slice(&value.text),
                _ => return Value { text, sort: Sort::Open },
            }
        }
        Value { text, sort: Sort::Known }
    }

    /// The words that a word becomes.
    pub(super) fn expand(&self, word: &Word) -> Vec<Value> {
        let mut words: Vec<Value> = braces(word).iter().flat_map(|word| self.split(word)).collect();
        words.truncate(WORDS * WORDS);
        words
    }

    fn split(&self, word: &Word) -> Vec<Value> {
        let mut done = Vec::new();
        let mut open: Option<Value> = None;
        for (at, part) in word.parts.iter().enumerate() {
            match part {
                Part::Text(text, quoting) => {
                    let value = open.get_or_insert_with(|| Value::known(""));
                    let home = (at == 0 && *quoting == Quoting::Bare && text.starts_with(b"~"))
                        .then(|| self.variable(b"HOME").filter(|_| text.len() == 1 || text[1] == b'/'));
                    match home {
                        Some(Some(home)) => {
                            value.text.extend_from_slice(&home.text);
                            value.text.extend_from_slice(&text[1..]);
                        }
                        Some(None) => value.sort = Sort::Open,
                        None if value.sort != Sort::Open => value.text.extend_from_slice(text),
                        None => {}
                    }
                    let is_pattern = *quoting == Quoting::Bare && text.iter().any(|byte| b"*?[".contains(byte));
                    // The command `[` is none.
                    let is_pattern = is_pattern && !(text == "[" && word.parts.len() == 1);
                    if is_pattern && value.sort == Sort::Known {
                        value.sort = Sort::Pattern;
                    }
                }
                Part::Variable(name, Quoting::Bare) => match self.variable(name) {
                    Some(found) => {
                        let starts_apart = found.text.first().is_some_and(u8::is_ascii_whitespace);
                        let ends_apart = found.text.last().is_some_and(u8::is_ascii_whitespace);
                        for (at, field) in found.text.fields().enumerate() {
                            if at > 0 || starts_apart {
                                done.extend(open.take());
                            }
                            let value = open.get_or_insert_with(|| Value::known(""));
                            if value.sort != Sort::Open {
                                value.text.extend_from_slice(field);
                            }
                            if field.iter().any(|byte| b"*?[".contains(byte)) && value.sort == Sort::Known {
                                value.sort = Sort::Pattern;
                            }
                        }
                        if ends_apart {
                            done.extend(open.take());
                        }
                    }
                    None => open.get_or_insert_with(|| Value::known("")).sort = Sort::Open,
                },
                Part::Variable(name, Quoting::Quoted) => {
                    let value = open.get_or_insert_with(|| Value::known(""));
                    match self.variable(name) {
                        Some(found) if value.sort != Sort::Open => value.text.extend_from_slice(&found.text),
                        Some(_) => {}
                        None => value.sort = Sort::Open,
                    }
                }
                Part::Output(..) | Part::Opaque(_) => {
                    open.get_or_insert_with(|| Value::known("")).sort = Sort::Open;
                }
            }
        }
        done.extend(open);
        done
    }
}

/// `NAME=value` at the beginning of a command.
pub(super) fn assignment(word: &Word) -> Option<(BString, Word)> {
    let Some(Part::Text(text, Quoting::Bare)) = word.parts.first() else { return None };
    let (name, value) = text.split_once_str("=")?;
    let name = name.strip_suffix(b"+").unwrap_or(name);
    let is_name = name.first().is_some_and(|byte| *byte == b'_' || byte.is_ascii_alphabetic())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_[]".contains(byte));
    if !is_name {
        return None;
    }
    let mut parts = word.parts.clone();
    if value.is_empty() {
        drop(parts.remove(0));
    } else {
        parts[0] = Part::Text(value.into(), Quoting::Bare);
    }
    if text.contains_str("+=") {
        parts.push(Part::Opaque(Quoting::Quoted));
    }
    Some((name.into(), Word { parts }))
}

/// The words of `a{b,c}`; what is not a list, or too long a one, is one pattern.
fn braces(word: &Word) -> Vec<Word> {
    let mut words = vec![word.clone()];
    let mut at = 0;
    while at < words.len() {
        let list = words[at].parts.iter().enumerate().find_map(|(index, part)| match part {
            Part::Text(text, Quoting::Bare) => brace_list(text).map(|list| (index, list)),
            _ => None,
        });
        let Some((index, (before, choices, after))) = list else {
            at += 1;
            continue;
        };
        if words.len() + choices.len() > WORDS {
            words[at].parts[index] = Part::Opaque(Quoting::Bare);
            continue;
        }
        let parts = words.remove(at).parts;
        let with = |choice: &[u8]| {
            let mut parts = parts.clone();
            parts[index] = Part::Text([before.as_slice(), choice, &after].concat().into(), Quoting::Bare);
            Word { parts }
        };
        let new: Vec<Word> = choices.iter().map(|choice| with(choice)).collect();
        words.splice(at..at, new);
    }
    words
}

/// The first list in braces: what is before it, its choices, what is behind it.
fn brace_list(text: &[u8]) -> Option<(BString, Vec<BString>, BString)> {
    for (start, _) in text.iter().enumerate().filter(|(_, byte)| **byte == b'{').take(WORDS) {
        let (mut open, mut begin, mut choices) = (0_usize, start + 1, Vec::new());
        for (at, byte) in text.iter().enumerate().skip(start) {
            match byte {
                b'{' => open += 1,
                b',' if open == 1 => {
                    choices.push(BString::from(&text[begin..at]));
                    begin = at + 1;
                }
                b'}' if open == 1 => {
                    let inside = &text[start + 1..at];
                    if choices.is_empty() && inside.contains_str("..") {
                        choices.push("*".into());
                    } else if !choices.is_empty() {
                        choices.push(text[begin..at].into());
                    }
                    if !choices.is_empty() {
                        return Some((text[..start].into(), choices, text[at + 1..].into()));
                    }
                    break;
                }
                b'}' => open = open.saturating_sub(1),
                _ => {}
            }
        }
    }
    None
}

/// True for `mktemp` where it makes something in the directory for that.
fn makes_temporary(command: &[u8]) -> bool {
    let mut words = command.fields();
    words.next() == Some(b"mktemp")
        && words.all(|word| [&b"-d"[..], b"-q", b"-u", b"-dq", b"-t"].contains(&word) || word.starts_with(b"/tmp/"))
}
