//! Commands that run other commands.

use bstr::{BString, ByteSlice as _};

use super::{
    Level, Loss,
    args::Args,
    value::{Sort, Value, quote},
    walk::{CANNOT_TELL, Call, Walk},
};

/// A command in front of another one.
struct Wrapper {
    name: &'static str,
    /// Its options that take the next word.
    valued: &'static str,
    /// How many words of its own follow the options.
    own: usize,
}

const fn row(name: &'static str, valued: &'static str, own: usize) -> Wrapper {
    Wrapper { name, valued, own }
}

const WRAPPERS: [Wrapper; 27] = [
    row("builtin", "", 0),
    row("busybox", "", 0),
    row("caffeinate", "t w", 0),
    row("chrt", "T P D p", 1),
    row("chronic", "", 0),
    row("command", "", 0),
    row("doas", "u C", 0),
    row("env", "u C S unset chdir split-string", 0),
    row("exec", "a", 0),
    row("firejail", "", 0),
    row("flock", "w E timeout conflict-exit-code", 1),
    row("ionice", "c n p u P class classdata", 0),
    row("ltrace", "e o p u n s a", 0),
    row("nice", "n adjustment", 0),
    row("nocorrect", "", 0),
    row("noglob", "", 0),
    row("nohup", "", 0),
    row("setsid", "", 0),
    row("stdbuf", "i o e input output error", 0),
    row("strace", "e o p u s a b I O S E P X", 0),
    row("sudo", "u g h p C T r t D R U user group host prompt chdir chroot role type close-from other-user", 0),
    row("taskset", "", 1),
    row("time", "f o format output", 0),
    row("timeout", "k s kill-after signal", 1),
    row("unbuffer", "", 0),
    row("watch", "n interval", 0),
    row("winpty", "", 0),
];

const SHELLS: [&[u8]; 9] = [b"sh", b"bash", b"dash", b"ash", b"ksh", b"mksh", b"zsh", b"fish", b"rbash"];

/// Look at what `program` runs. False if it is no such command.
pub(super) fn call(walk: &mut Walk<'_>, program: &[u8], words: &[Value], call: Call<'_>) -> bool {
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
        b"xargs" | b"parallel" => xargs(walk, words, call),
        b"su" => {
            if let Some(command) = Args::read(words, "c command s g G shell").value("c command session-command") {
                walk.shell(command, call);
            }
        }
        b"script" => {
            if let Some(command) = Args::read(words, "c command").value("c command") {
                walk.shell(command, call);
            }
        }
        _ if SHELLS.contains(&program) => shell(walk, words, call),
        _ => match WRAPPERS.iter().find(|wrapper| wrapper.name.as_bytes() == program) {
            Some(wrapper) => wrapped(walk, wrapper, words, call),
            None => return false,
        },
    }
    true
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

fn wrapped(walk: &mut Walk<'_>, wrapper: &Wrapper, words: &[Value], call: Call<'_>) {
    let takes_value = |name: &[u8]| wrapper.valued.split(' ').any(|known| known.as_bytes() == name);
    let (mut at, mut dir, mut split) = (0, None, None);
    while let Some(word) = words.get(at) {
        let (name, attached) = match word.text.as_slice() {
            b"--" => {
                at += 1;
                break;
            }
            [b'-', b'-', long @ ..] => match long.split_once_str("=") {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            },
            [b'-', letters @ ..] if !letters.is_empty() => {
                let valued = letters.iter().position(|letter| takes_value(&[*letter]));
                match valued {
                    Some(at) => (&letters[at..=at], Some(&letters[at + 1..]).filter(|rest| !rest.is_empty())),
                    None => (letters, None),
                }
            }
            _ => break,
        };
        // `command -v x` only asks.
        if wrapper.name == "command" && (name.contains(&b'v') || name.contains(&b'V')) {
            return;
        }
        let value = match attached {
            Some(value) => Some(Value { text: value.into(), sort: word.sort }),
            None if takes_value(name) => {
                at += 1;
                words.get(at).cloned()
            }
            None => None,
        };
        match (wrapper.name, name) {
            ("env", b"C" | b"chdir") | ("sudo", b"D" | b"chdir") => dir = value,
            ("env", b"S" | b"split-string") => split = value,
            _ => {}
        }
        at += 1;
    }
    at += wrapper.own;
    let mut place = call.place;
    while let Some(word) = words.get(at).filter(|_| matches!(wrapper.name, "env" | "sudo" | "doas")) {
        let Some((name, _)) = word.text.split_once_str("=") else { break };
        if name.starts_with(b"GIT_DIR") || name.starts_with(b"GIT_WORK_TREE") {
            place = super::Where::Elsewhere;
        }
        at += 1;
    }
    let rest = words.get(at..).unwrap_or_default();
    let call = Call { place, ..call };
    walk.in_dir(dir.as_ref(), |walk| match (split, wrapper.name, rest) {
        (Some(text), _, rest) => {
            let quoted: Vec<Value> = std::iter::once(text).chain(rest.iter().map(quoted)).collect();
            walk.shell(&join(&quoted), call);
        }
        // These give what they have to a shell.
        (None, "watch", rest) => walk.shell(&join(rest), call),
        (None, "flock", [option, text, ..]) if option.is("-c") => walk.shell(text, call),
        (None, _, rest) => walk.command(rest, call),
    });
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
                    let value = match rest.is_empty() {
                        true => {
                            at += 1;
                            words.get(at).map(|word| word.text.clone())
                        }
                        false => Some(rest.into()),
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
