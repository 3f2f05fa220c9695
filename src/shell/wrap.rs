//! Commands that run other commands: shells, `xargs`, and those in the table of [`super::wrappers`].

use bstr::{BString, ByteSlice as _};

use super::{
    Level, Loss,
    args::Args,
    files::existing,
    value::{Sort, Value, quote},
    walk::{CANNOT_TELL, Call, Walk},
    wrappers::{OWN_COMMANDS, Runs, WRAPPERS, Wrapper},
};

const SHELLS: [&[u8]; 9] = [b"sh", b"bash", b"dash", b"ash", b"ksh", b"mksh", b"zsh", b"fish", b"rbash"];

/// Look at what `program` runs, if it runs something.
pub(super) fn call(walk: &mut Walk<'_>, program: &[u8], words: &[Value], call: Call<'_>) {
    match program {
        b"eval" => walk.eval(&join(words), call),
        b"trap" => {
            let words: Vec<&Value> = words.iter().filter(|word| !word.is("--")).collect();
            if let [action, _, ..] = words[..]
                && !action.text.starts_with(b"-")
            {
                walk.shell(action, call);
            }
        }
        b"at" | b"batch" => match call.input {
            Some(text) => walk.shell(text, call),
            None if call.is_piped => walk.add(call, Level::Changes, &[Loss::Unknown], CANNOT_TELL, None),
            None => {}
        },
        b"xargs" | b"parallel" | b"sem" | b"xe" => xargs(walk, words, call),
        _ if SHELLS.contains(&program) => shell(walk, words, call),
        _ => {
            WRAPPERS.iter().find(|wrapper| wrapped(walk, wrapper, program, words, call));
        }
    }
}

fn shell(walk: &mut Walk<'_>, words: &[Value], call: Call<'_>) {
    let mut rest = words.iter();
    let (mut runs_text, mut reads_input) = (false, false);
    let mut script = None;
    while let Some(word) = rest.next() {
        match word.text.as_slice() {
            b"--" => {
                script = rest.next();
                break;
            }
            b"--rcfile" | b"--init-file" => {
                rest.next();
            }
            [b'-', b'-', ..] => {}
            [b'-' | b'+', letters @ ..] if !letters.is_empty() => {
                runs_text |= letters.contains(&b'c');
                reads_input |= letters.contains(&b's');
                if letters.contains(&b'o') || letters.contains(&b'O') {
                    rest.next();
                }
            }
            _ => {
                script = Some(word);
                break;
            }
        }
    }
    match (script, call.input) {
        (Some(text), _) if runs_text => walk.shell(text, call),
        // A script is a program like any other.
        (Some(script), _) if !reads_input && !script.is("-") && !script.is("/dev/stdin") => {}
        (_, Some(text)) => walk.shell(text, call),
        _ if call.is_piped => walk.add(call, Level::Changes, &[Loss::Unknown], CANNOT_TELL, None),
        _ => {}
    }
}

/// Options in front of a command.
struct Before {
    /// Where they end.
    at: usize,
    /// Whether `--` ends them.
    has_dashes: bool,
    /// Their names and values.
    options: Vec<(BString, Option<Value>)>,
}

impl Before {
    /// Read the options at the beginning of `words`; those in `valued` take a value.
    fn read(words: &[Value], valued: &str) -> Self {
        let takes_value = |name: &[u8]| valued.split_whitespace().any(|known| known.as_bytes() == name);
        let mut before = Before { at: 0, has_dashes: false, options: Vec::new() };
        while let Some(word) = words.get(before.at) {
            before.at += 1;
            let (name, attached) = match word.text.as_slice() {
                b"--" => {
                    before.has_dashes = true;
                    break;
                }
                // An empty environment, a login shell.
                b"-" => continue,
                [b'-', b'-', long @ ..] => match long.split_once_str("=") {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                },
                [b'-', letters @ ..] if !letters.is_empty() => {
                    let valued = letters.iter().position(|letter| takes_value(&[*letter]));
                    let plain = &letters[..valued.unwrap_or(letters.len())];
                    before.options.extend(plain.iter().map(|letter| (vec![*letter].into(), None)));
                    match valued {
                        Some(at) => (&letters[at..=at], Some(&letters[at + 1..]).filter(|rest| !rest.is_empty())),
                        None => continue,
                    }
                }
                _ => {
                    before.at -= 1;
                    break;
                }
            };
            let value = match attached {
                Some(value) => Some(Value { text: value.into(), sort: word.sort }),
                None if takes_value(name) => {
                    before.at += 1;
                    words.get(before.at - 1).cloned()
                }
                None => None,
            };
            before.options.push((name.into(), value));
        }
        before
    }

    fn find(&self, names: &str) -> Option<&(BString, Option<Value>)> {
        self.options.iter().rev().find(|(given, _)| names.split(' ').any(|name| !name.is_empty() && given == name))
    }

    fn value(&self, names: &str) -> Option<&Value> {
        self.find(names)?.1.as_ref()
    }
}

/// Look at what `program` runs, if it is `wrapper`.
fn wrapped(walk: &mut Walk<'_>, wrapper: &Wrapper, program: &[u8], words: &[Value], call: Call<'_>) -> bool {
    let Some((before, mut rest)) = wrapper.names.split('|').find_map(|name| begin(name, wrapper, program, words))
    else {
        return false;
    };
    if before.find(wrapper.asks).is_some() {
        return true;
    }
    let is_own = |word: &Value| OWN_COMMANDS.split_whitespace().any(|own| word.is(own));
    if wrapper.runs == Runs::Bin && rest.first().is_some_and(is_own) {
        return false;
    }
    if let Some(file) = before.value(wrapper.writes) {
        let targets = Some(vec![existing(file)]);
        walk.add(call, Level::Changes, &[Loss::Uncommitted], "truncates the file first", targets);
    }
    let text = before.value(wrapper.text);
    // `su - user -c text`, `flock file -c text`, `script file -c text`: options may follow what is theirs.
    let late = Args::read(rest, wrapper.valued);
    let takes_late = wrapper.own == usize::MAX || rest.get(wrapper.own).is_some_and(|word| word.text.starts_with(b"-"));
    let text = text.or_else(|| late.value(wrapper.text).filter(|_| takes_late)).cloned();
    // `nix develop -c command`.
    if wrapper.own == usize::MAX && wrapper.text.is_empty() {
        let is_it = |word: &Value| word.is("-c") || word.is("--command");
        rest = words.iter().position(is_it).and_then(|at| words.get(at + 1..)).unwrap_or_default();
    } else {
        rest = rest.get(wrapper.own..).unwrap_or_default();
        let has_dashes = wrapper.own > 0 && rest.first().is_some_and(|word| word.is("--"));
        rest = &rest[usize::from(has_dashes)..];
    }
    if wrapper.runs == Runs::Dashed && !before.has_dashes {
        rest = rest.iter().position(|word| word.is("--")).and_then(|at| rest.get(at + 1..)).unwrap_or_default();
    }
    let mut place = call.place.clone();
    while let Some(word) = rest.first().filter(|_| wrapper.runs == Runs::Assignments) {
        let Some((name, value)) = word.text.split_once_str("=") else { break };
        place = place.with(name, (word.sort == Sort::Known).then_some(value));
        rest = &rest[1..];
    }
    let call = Call { place: &place, ..call };
    walk.in_dir(before.value(wrapper.dir), |walk| match (text, wrapper.runs) {
        // What follows `env -S` belongs to it; elsewhere it is words for the text.
        (Some(text), Runs::Assignments) => {
            let quoted: Vec<Value> = std::iter::once(text).chain(rest.iter().map(quoted)).collect();
            walk.shell(&join(&quoted), call);
        }
        (Some(text), _) => walk.shell(&text, call),
        (None, Runs::Shell) => walk.shell(&join(rest), call),
        (None, Runs::Texts) if rest.iter().any(|word| word.text.contains(&b' ')) => {
            rest.iter().for_each(|text| walk.shell(text, call));
        }
        (None, Runs::Package | Runs::Bin) => {
            let rest: Vec<Value> = rest
                .iter()
                .enumerate()
                .map(|(at, word)| if at == 0 { unversioned(word) } else { word.clone() })
                .collect();
            walk.command(&rest, call);
        }
        (None, _) => walk.command(rest, call),
    });
    true
}

/// The options and the words after them, if `name` of `wrapper` (`uv run`) is what `program` and `words` begin with.
fn begin<'w>(name: &str, wrapper: &Wrapper, program: &[u8], words: &'w [Value]) -> Option<(Before, &'w [Value])> {
    let mut names = name.split(' ');
    if names.next()?.as_bytes() != program {
        return None;
    }
    let mut before = Before::read(words, wrapper.valued);
    for name in names {
        if !words.get(before.at)?.is(name) {
            return None;
        }
        let next = Before::read(words.get(before.at + 1..).unwrap_or_default(), wrapper.valued);
        before.at += 1 + next.at;
        before.has_dashes = next.has_dashes;
        before.options.extend(next.options);
    }
    let rest = words.get(before.at..).unwrap_or_default();
    Some((before, rest))
}

/// The program of a package: `rimraf` of `rimraf@5` and of `npm:rimraf`.
fn unversioned(word: &Value) -> Value {
    let text = word.text.strip_prefix(b"npm:").unwrap_or(&word.text);
    let at = text.iter().skip(1).position(|byte| *byte == b'@');
    Value { text: at.map_or(text, |at| &text[..=at]).into(), sort: word.sort }
}

/// The arguments of the command come from what it reads.
fn xargs(walk: &mut Walk<'_>, words: &[Value], call: Call<'_>) {
    let valued = b"aEdILnPsj";
    let mut at = 0;
    let mut placeholder: Option<BString> = None;
    while let Some(word) = words.get(at) {
        match word.text.as_slice() {
            b"--" => {
                at += 1;
                break;
            }
            [b'-', b'-', long @ ..] => {
                if long.starts_with(b"replace") {
                    placeholder = Some("{}".into());
                }
                let separate: [&[u8]; 6] =
                    [b"arg-file", b"delimiter", b"max-lines", b"max-args", b"max-procs", b"jobs"];
                at += usize::from(separate.contains(&long));
            }
            [b'-', letters @ ..] if !letters.is_empty() => {
                if letters[0] == b'i' {
                    placeholder = Some("{}".into());
                }
                if let Some(position) = letters.iter().position(|letter| valued.contains(letter)) {
                    let rest = &letters[position + 1..];
                    let value = if rest.is_empty() {
                        at += 1;
                        words.get(at).map(|word| word.text.clone())
                    } else {
                        Some(rest.into())
                    };
                    if letters[position] == b'I' {
                        placeholder = value;
                    }
                }
            }
            _ => break,
        }
        at += 1;
    }
    let rest = words.get(at..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    let placeholder = placeholder.unwrap_or_else(|| "{}".into());
    let mut command: Vec<Value> = rest.iter().map(|word| replace(word, &placeholder, &Value::unknown())).collect();
    if command == rest {
        command.push(Value::unknown());
    }
    walk.command(&command, Call { is_piped: false, input: None, ..call });
}

/// `word`, with `value` in the place of `placeholder`.
pub(super) fn replace(word: &Value, placeholder: &[u8], value: &Value) -> Value {
    match word.get() {
        Some(text) if text == placeholder => value.clone(),
        Some(text) if !placeholder.is_empty() && text.contains_str(placeholder) => {
            let before = text.find(placeholder).unwrap_or(0);
            Value { text: text[..before].into(), sort: Sort::Open }
        }
        _ => word.clone(),
    }
}

/// Words that a shell gets as one text.
pub(super) fn join(words: &[Value]) -> Value {
    let text = words.iter().map(|word| word.text.as_slice()).collect::<Vec<_>>().join(&b' ');
    let sort = if words.iter().all(|word| word.sort == Sort::Known) { Sort::Known } else { Sort::Open };
    Value { text: text.into(), sort }
}

fn quoted(word: &Value) -> Value {
    Value { text: quote(&word.text), sort: word.sort }
}
