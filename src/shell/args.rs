//! Options and operands of a command, as most programs read them.

use bstr::BString;

use super::value::Value;

/// The arguments of a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Args {
    /// Options by name, without dashes; letters one by one.
    options: Vec<(BString, Option<Value>)>,
    /// What is not an option.
    pub operands: Vec<Value>,
    /// How many operands came before `--`, if that is there.
    pub dashes: Option<usize>,
    /// Whether an argument may be any option.
    pub is_open: bool,
}

impl Args {
    /// Read `words`; options in `valued` (`m message C`) take a value. With a dash before each (`-out -in`) options of one dash
    /// are words; `-*` are all of them but those with `!` before them.
    pub fn read(words: &[Value], valued: &str) -> Self {
        // Options of one dash are words, not letters.
        let dash = if valued.starts_with('-') { "-" } else { "" };
        let is_listed = |mark: &str, name: &[u8]| {
            valued
                .split_whitespace()
                .any(|known| known.strip_prefix(mark).is_some_and(|known| known.as_bytes() == name))
        };
        let takes_value =
            |name: &[u8]| if is_listed(dash, b"*") { !is_listed("!", name) } else { is_listed(dash, name) };
        let mut args = Args::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let text = word.text.as_slice();
            match text {
                b"--" if word.is("--") => {
                    args.dashes = Some(args.operands.len());
                    args.operands.extend(words.cloned());
                    break;
                }
                [b'-', b'-', long @ ..] => {
                    let (name, value) = match long.iter().position(|byte| *byte == b'=') {
                        Some(at) => (&long[..at], Some(Value { text: long[at + 1..].into(), sort: word.sort })),
                        None => (long, None),
                    };
                    let value = value.or_else(|| if takes_value(name) { words.next().cloned() } else { None });
                    args.options.push((name.into(), value));
                }
                [b'-', word @ ..] if !word.is_empty() && !dash.is_empty() => {
                    let (name, attached) = match word.iter().position(|byte| *byte == b'=') {
                        Some(at) => (&word[..at], Some(Value::known(&word[at + 1..]))),
                        None => (word, None),
                    };
                    let value = attached.or_else(|| if takes_value(name) { words.next().cloned() } else { None });
                    args.options.push((name.into(), value));
                }
                [b'-', short @ ..] if !short.is_empty() => {
                    for (at, letter) in short.iter().enumerate() {
                        if takes_value(&[*letter]) {
                            let rest = &short[at + 1..];
                            let attached = (!rest.is_empty()).then(|| Value { text: rest.into(), sort: word.sort });
                            let value = attached.or_else(|| words.next().cloned());
                            args.options.push((vec![*letter].into(), value));
                            break;
                        }
                        args.options.push((vec![*letter].into(), None));
                    }
                }
                _ => {
                    args.is_open |= word.may_be_anything();
                    args.operands.push(word.clone());
                }
            }
        }
        args
    }

    /// Whether one of `names` (`f force`) was given. Long names may be shortened, as git and GNU allow.
    pub fn has(&self, names: &str) -> bool {
        self.find(names).is_some()
    }

    /// The value of the last of `names` that was given.
    pub fn value(&self, names: &str) -> Option<&Value> {
        self.find(names)?.1.as_ref()
    }

    /// How often one of `names` was given.
    pub fn times(&self, names: &str) -> usize {
        let is_one = |given: &BString| names.split(' ').any(|name| given.as_slice() == name.as_bytes());
        self.options.iter().filter(|(given, _)| is_one(given)).count()
    }

    /// The values of all of `names` that were given.
    pub fn values<'a>(&'a self, names: &'a str) -> impl Iterator<Item = &'a Value> {
        self.options.iter().filter(|(given, _)| is_one_of(given, names)).filter_map(|(_, value)| value.as_ref())
    }

    /// What is behind `start` in the last option that begins with it.
    pub fn attached(&self, start: &str) -> Option<Value> {
        let rest = |(given, _): &(BString, Option<Value>)| given.strip_prefix(start.as_bytes()).map(BString::from);
        self.options.iter().rev().find_map(rest).map(Value::known)
    }

    fn find(&self, names: &str) -> Option<&(BString, Option<Value>)> {
        self.options.iter().rev().find(|(given, _)| is_one_of(given, names))
    }

    /// How many operands there are.
    pub fn count(&self) -> usize {
        self.operands.len()
    }

    /// The operand number `at`, if it is known.
    pub fn operand(&self, at: usize) -> &[u8] {
        self.operands.get(at).and_then(Value::get).unwrap_or_default()
    }

    /// The last operand but for those behind `--`, and those.
    pub fn around_dashes(&self) -> (&[Value], &[Value]) {
        self.operands.split_at(self.dashes.unwrap_or(self.operands.len()))
    }
}

/// Whether `given` is one of `names`, or the beginning of a long one.
fn is_one_of(given: &[u8], names: &str) -> bool {
    names.split(' ').any(|name| match name.len() {
        1 => given == name.as_bytes(),
        _ => given.len() > 1 && name.as_bytes().starts_with(given),
    })
}
