//! Options and operands of a command, as most programs read them.

use bstr::{BString, ByteSlice as _};

use super::value::Value;

/// The arguments of a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Args {
    /// Options by name, without dashes; letters one by one.
    options: Vec<(BString, Option<Value>)>,
    /// Arguments that are not options.
    pub operands: Vec<Value>,
    /// How many operands came before `--`, if that is there.
    pub dashes: Option<usize>,
    /// Whether an argument may be any option.
    pub is_open: bool,
    /// How many words were consumed.
    pub length: usize,
}

impl Args {
    /// Read `words`; options in `valued` (`m message C`) take a value. With a dash before each (`-out -in`) options of one dash
    /// are words; `-*` are all of them but those with `!` before them.
    pub fn read(words: &[Value], valued: &str) -> Self {
        Self::scan(words, valued, false)
    }

    /// Read the options in front of the first operand, which is at [`Args::length`].
    pub fn leading(words: &[Value], valued: &str) -> Self {
        Self::scan(words, valued, true)
    }

    fn scan(words: &[Value], valued: &str, is_leading: bool) -> Self {
        // Options of one dash are words, not letters.
        let dash = if valued.starts_with('-') { "-" } else { "" };
        let is_listed = |mark: &str, name: &[u8]| {
            let mut known = valued.split_whitespace().filter_map(|known| known.strip_prefix(mark));
            known.any(|known| known.as_bytes() == name)
        };
        let takes_value =
            |name: &[u8]| if is_listed(dash, b"*") { !is_listed("!", name) } else { is_listed(dash, name) };
        let mut args = Args::default();
        while let Some(word) = words.get(args.length) {
            args.length += 1;
            let (name, attached) = match word.text.as_slice() {
                b"--" if is_leading || word.is("--") => {
                    args.dashes = Some(args.operands.len());
                    args.operands.extend_from_slice(if is_leading { &[] } else { &words[args.length..] });
                    break;
                }
                [b'-', long @ ..] if long.starts_with(b"-") || !long.is_empty() && !dash.is_empty() => {
                    let long = long.strip_prefix(b"-").unwrap_or(long);
                    long.split_once_str("=").map_or((long, None), |(name, value)| (name, Some(value)))
                }
                [b'-', letters @ ..] if !letters.is_empty() => {
                    let valued = letters.iter().position(|letter| takes_value(&[*letter]));
                    let plain = &letters[..valued.unwrap_or(letters.len())];
                    args.options.extend(plain.iter().map(|letter| (vec![*letter].into(), None)));
                    let Some(at) = valued else { continue };
                    (&letters[at..=at], Some(&letters[at + 1..]).filter(|rest| !rest.is_empty()))
                }
                // An empty environment, a login shell.
                b"-" if is_leading => continue,
                _ if is_leading => {
                    args.length -= 1;
                    break;
                }
                _ => {
                    args.is_open |= word.may_be_anything();
                    args.operands.push(word.clone());
                    continue;
                }
            };
            let value = match attached {
                Some(value) => Some(Value { text: value.into(), sort: word.sort }),
                None if takes_value(name) => {
                    args.length += 1;
                    words.get(args.length - 1).cloned()
                }
                None => None,
            };
            args.options.push((name.into(), value));
        }
        args
    }

    /// These options, and `more`, which begin behind one further word.
    pub fn and(&mut self, more: Args) {
        self.length += 1 + more.length;
        self.dashes = more.dashes;
        self.options.extend(more.options);
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
        self.options.iter().filter(|(given, _)| is_one_of(given, names)).count()
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

    /// The last of `names` that was given, and its value.
    pub fn find(&self, names: &str) -> Option<&(BString, Option<Value>)> {
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
