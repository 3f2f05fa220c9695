//! Commands that run other commands: shells, `xargs`, and those in the table of [`super::wrappers`].

use bstr::ByteSlice as _;

use super::{
    Level, Loss,
    args::Args,
    files::existing,
    value::{Sort, Value},
    walk::{CANNOT_TELL, Call, Walk},
    wrappers::{OWN_COMMANDS, Runs, WRAPPERS, Wrapper},
};
use crate::domain::text::shell_word;

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
    // `+o option` is the opposite of `-o option`.
    let words: Vec<Value> = words.iter().map(replace_sign).collect();
    let before = Args::leading(&words, "o O rcfile init-file");
    let (runs_text, reads_input) = (before.has("c"), before.has("s"));
    let script = words.get(before.length);
    match (script, call.input) {
        (Some(text), _) if runs_text => walk.shell(text, call),
        // A script is a program like any other.
        (Some(script), _) if !reads_input && !script.is("-") && !script.is("/dev/stdin") => {}
        (_, Some(text)) => walk.shell(text, call),
        _ if call.is_piped => walk.add(call, Level::Changes, &[Loss::Unknown], CANNOT_TELL, None),
        _ => {}
    }
}

fn replace_sign(word: &Value) -> Value {
    let text = word.text.strip_prefix(b"+").map(|rest| [b"-", rest].concat().into());
    Value { text: text.unwrap_or_else(|| word.text.clone()), sort: word.sort }
}

/// Look at what `program` runs, if it is `wrapper`.
fn wrapped(walk: &mut Walk<'_>, wrapper: &Wrapper, program: &[u8], words: &[Value], call: Call<'_>) -> bool {
    let Some((before, mut rest)) = wrapper.names.split('|').find_map(|name| begin(name, wrapper, program, words))
    else {
        return false;
    };
    if before.has(wrapper.asks) {
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
    if wrapper.runs == Runs::Dashed && before.dashes.is_none() {
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
fn begin<'w>(name: &str, wrapper: &Wrapper, program: &[u8], words: &'w [Value]) -> Option<(Args, &'w [Value])> {
    let mut names = name.split(' ');
    if names.next()?.as_bytes() != program {
        return None;
    }
    let mut before = Args::leading(words, wrapper.valued);
    for name in names {
        if !words.get(before.length)?.is(name) {
            return None;
        }
        before.and(Args::leading(words.get(before.length + 1..).unwrap_or_default(), wrapper.valued));
    }
    let rest = words.get(before.length..).unwrap_or_default();
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
    let before = Args::leading(words, "a E d I L n P s j arg-file delimiter max-lines max-args max-procs jobs");
    let rest = words.get(before.length..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    let placeholder = match before.find("I i replace") {
        Some((name, Some(value))) if name == "I" => value.text.clone(),
        _ => "{}".into(),
    };
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

pub(super) fn quoted(word: &Value) -> Value {
    Value { text: shell_word(&word.text), sort: word.sort }
}
