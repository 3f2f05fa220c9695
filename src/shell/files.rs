//! What programs do to the files that they are given: reading the table of [`super::programs`].

use crate::domain::text::file_name;
use bstr::{BString, ByteSlice as _};

use super::{
    Level::{Changes, Destroys},
    Loss::{self, Nested, Overwritten, Uncommitted, Untracked},
    Onto, Target,
    args::Args,
    programs::{AS_FILES, DELETING, INTERPRETERS, ROWS, Row, SCRIPTS, Touch},
    value::{Sort, Value},
    walk::{Call, Walk, is_device},
    wrap::replace,
};

const LOSSES: [Loss; 2] = [Uncommitted, Untracked];
/// Of one that takes directories with all that is in them.
const WHOLE: [Loss; 3] = [Uncommitted, Untracked, Nested];

/// The programs in the table.
pub(super) fn programs() -> impl Iterator<Item = &'static str> {
    ROWS.iter().flat_map(|row| row.names.split('|')).chain(["find", "fd"])
}

/// Look at what `program` does to files.
pub(super) fn call(walk: &mut Walk<'_>, program: &[u8], words: &[Value], call: Call<'_>) {
    match program {
        b"find" | b"gfind" => return find(walk, words, call),
        b"fd" | b"fdfind" => return fd(walk, words, call),
        _ => {}
    }
    one_liner(walk, program, words, call);
    run_as_file(walk, program, words, call);
    for (row, subcommands) in ROWS.iter().filter_map(|row| Some((row, subcommand(row, program)?))) {
        let Some(args) = read(row, program, words, &subcommands) else { continue };
        if args.has("help version") || !fits(row, &args) {
            continue;
        }
        let targets: Vec<Target> = row.touches.iter().flat_map(|touch| touched(*touch, &args)).collect();
        // What is in an archive, or another directory, may be where ignored files are.
        let spreads = row.touches.iter().any(|touch| match touch {
            Touch::Inside(_) | Touch::InsideAttached(_) | Touch::Here => true,
            Touch::Last(_) => args.has("r R a recursive archive"),
            _ => false,
        });
        let onto = if spreads || row.losses.contains(&Overwritten) { Onto::Unknown } else { Onto::Nothing };
        match row.touches.is_empty() {
            true => walk.add_onto(call, row.level, row.losses, (row.why, None), onto),
            false if targets.is_empty() => {}
            false => {
                let is_whole = row.level == Destroys && (!program.ends_with(b"rm") || args.has("r R recursive"));
                let losses: &[Loss] = if is_whole { &WHOLE } else { &LOSSES };
                walk.add_onto(call, row.level, losses, (row.why, Some(targets)), onto);
            }
        }
        return;
    }
}

/// The subcommands of `row` for `program`; `None` if the row is not about it.
fn subcommand(row: &Row, program: &[u8]) -> Option<Vec<&'static str>> {
    let named = row.names.split('|').filter_map(|name| {
        let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
        (first.as_bytes() == program).then_some(rest)
    });
    let found: Vec<&str> = named.collect();
    (!found.is_empty()).then_some(found)
}

/// The arguments, without the subcommand; `None` if it is another one.
fn read(row: &Row, program: &[u8], words: &[Value], subcommands: &[&str]) -> Option<Args> {
    let words = match (program, words.first()) {
        // `tar xf x` has no dash.
        (b"tar" | b"bsdtar" | b"gtar" | b"star" | b"ar" | b"jar", Some(first)) if !first.text.starts_with(b"-") => {
            let dashed = Value::known([&b"-"[..], &first.text].concat());
            std::iter::once(dashed).chain(words[1..].iter().cloned()).collect()
        }
        // A suffix of sed's and perl's `-i` is attached; the rest of the word is not letters.
        (b"sed" | b"gsed" | b"perl" | b"ruby", _) => words.iter().map(without_suffix).collect(),
        _ => words.to_vec(),
    };
    let mut args = Args::read(&words, row.valued);
    let length = subcommands.iter().find_map(|subcommand| {
        let names: Vec<&str> = subcommand.split_whitespace().collect();
        let is_it = names.iter().enumerate().all(|(at, name)| args.operand(at) == name.as_bytes());
        is_it.then_some(names.len())
    })?;
    args.operands.drain(..length);
    Some(args)
}

fn fits(row: &Row, args: &Args) -> bool {
    let is_given = |option: &str| match option.split_once('=') {
        Some((name, value)) => args.values(name).any(|given| given.is(value)),
        None => args.has(option),
    };
    let when = row.when.is_empty() || row.when.split(' ').any(is_given);
    when && !row.unless.split(' ').any(is_given) && !(row.is_alone && args.count() > 0)
}

fn touched(touch: Touch, args: &Args) -> Vec<Target> {
    let files =
        |values: &mut dyn Iterator<Item = &Value>| values.filter(|value| is_file(value)).map(existing).collect();
    let here = || vec![Target::Existing(".".into())];
    match touch {
        Touch::All => args.operands.iter().map(target).collect(),
        Touch::Globs => args.operands.iter().map(globbed).collect(),
        Touch::Operands => files(&mut args.operands.iter().filter(|value| is_local(value))),
        Touch::From(at) => files(&mut args.operands.iter().skip(at)),
        Touch::Nth(at) => files(&mut args.operands.iter().skip(at).take(1)),
        Touch::Last(options) => match args.value(options) {
            Some(dir) => vec![existing(dir)],
            None if args.count() < 2 => Vec::new(),
            None => files(&mut args.operands.iter().rev().take(1).filter(|value| is_local(value))),
        },
        Touch::AfterScript(options) => files(&mut args.operands.iter().skip(usize::from(!args.has(options)))),
        Touch::Value(options) => files(&mut args.values(options)),
        Touch::Inside(options) => args.value(options).map_or_else(here, |dir| vec![existing(dir)]),
        Touch::InsideAttached(start) => match args.attached(start) {
            Some(dir) => vec![existing(&dir)],
            None => here(),
        },
        Touch::Key(key) => {
            let value = |word: &Value| {
                let path = word.text.strip_prefix(key.as_bytes())?;
                Some(Value { text: path.into(), sort: word.sort })
            };
            args.operands.iter().filter_map(value).filter(is_file).map(|path| existing(&path)).collect()
        }
        Touch::After(word) => files(&mut args.operands.iter().skip_while(|operand| !operand.is(word)).skip(1).take(1)),
        Touch::UrlNames(options) if args.has(options) => {
            let dir = args.value("output-dir P directory-prefix d dir").cloned().unwrap_or_else(|| Value::known("."));
            args.operands.iter().chain(args.values("url")).map(|url| existing(&url_name(&dir, url))).collect()
        }
        Touch::UrlNames(_) => Vec::new(),
        Touch::Prefix(at, default) => {
            let prefix = args.operands.get(at).cloned().unwrap_or_else(|| Value::known(default));
            match prefix.get() {
                Some(prefix) => vec![Target::Matching([prefix, b"*"].concat().into())],
                None => vec![Target::Any],
            }
        }
        Touch::Here => vec![Target::At(".".into())],
        Touch::Any => vec![Target::Any],
    }
}

/// Whether it is not a device, nor the standard output, nor a `+command` of an editor.
fn is_file(value: &Value) -> bool {
    !is_device(value) && !value.is("-") && !value.text.starts_with(b"+")
}

/// Whether it is not a file of another machine.
fn is_local(value: &Value) -> bool {
    !value.text.contains(&b':') || value.text.starts_with(b"/")
}

/// A pattern that the program expands stands for some of what is in its directory.
fn globbed(value: &Value) -> Target {
    match value.get() {
        Some(text) if text.starts_with(b"!") => Target::Any,
        Some(text) if text.iter().any(|byte| b"*?[{".contains(byte)) => {
            let plain = text.split_str("/").take_while(|name| !name.iter().any(|byte| b"*?[{".contains(byte)));
            let dir: BString = plain.collect::<Vec<_>>().join(&b'/').into();
            Target::Below(if dir.is_empty() && !text.starts_with(b"/") { ".".into() } else { dir })
        }
        _ => target(value),
    }
}

/// The name that what is behind `url` gets in `dir`.
fn url_name(dir: &Value, url: &Value) -> Value {
    let path = url.text.split(|byte| b"?#".contains(byte)).next().unwrap_or_default();
    let name = file_name(path);
    match (dir.get(), url.sort) {
        (Some(dir), Sort::Known | Sort::Pattern) if !name.is_empty() => Value::known([dir, b"/", name].concat()),
        _ => Value::unknown(),
    }
}

/// A text for an interpreter that deletes or overwrites files, as far as its words show.
fn one_liner(walk: &mut Walk<'_>, program: &[u8], words: &[Value], call: Call<'_>) {
    let name = program.trim_end_with(|c| c.is_ascii_digit() || c == '.');
    let is_it = |names: &str| names.split('|').any(|known| known.as_bytes() == name || known.as_bytes() == program);
    let script = SCRIPTS.iter().find(|(names, _)| is_it(names));
    let has = |text: &Value, words: &[&str]| words.iter().any(|word| text.text.contains_str(word));
    let is_deleting = match INTERPRETERS.iter().find(|(names, _)| is_it(names)) {
        Some((_, options)) => {
            let args = Args::read(words, options);
            let reads = args.operands.first().is_none_or(|first| first.is("-"));
            let options = options.replace('-', "");
            args.values(&options).chain(call.input.filter(|_| reads)).any(|text| has(text, DELETING))
        }
        None => script.is_some_and(|(_, writing)| words.iter().any(|text| has(text, writing))),
    };
    if is_deleting {
        walk.add(call, Changes, &LOSSES, "deletes or overwrites files", Some(vec![Target::Any]));
    }
}

/// A known program whose file an interpreter runs: `java -jar bfg.jar`, `python -m git_filter_repo`.
fn run_as_file(walk: &mut Walk<'_>, program: &[u8], words: &[Value], call: Call<'_>) {
    let name = program.trim_end_with(|c| c.is_ascii_digit() || c == '.');
    let runs = |(names, _): &(&str, &str)| names.split('|').any(|known| known.as_bytes() == name);
    if name != b"java" && !INTERPRETERS.iter().any(runs) {
        return;
    }
    for (at, word) in words.iter().enumerate().take_while(|(at, _)| *at < 4) {
        let Some(file) = word.program() else { continue };
        if let Some((_, known)) = AS_FILES.iter().find(|(start, _)| file.starts_with(start.as_bytes())) {
            let rest = words.get(at + 1..).unwrap_or_default().iter().cloned();
            let words: Vec<Value> = std::iter::once(Value::known(*known)).chain(rest).collect();
            return walk.command(&words, call);
        }
    }
}

/// A path that is deleted or changed.
pub(super) fn target(value: &Value) -> Target {
    match value.sort {
        Sort::Known => Target::At(value.text.clone()),
        Sort::Pattern => Target::Matching(value.text.clone()),
        Sort::Below => Target::Below(value.text.clone()),
        Sort::Deep => Target::Deep(value.text.clone()),
        Sort::Whole => Target::Whole(value.text.clone()),
        Sort::Open => Target::Any,
    }
}

/// A path that is written to, which only matters if something is there.
pub(super) fn existing(value: &Value) -> Target {
    match value.sort {
        Sort::Known => Target::Existing(value.text.clone()),
        _ => target(value),
    }
}

/// `-i.bak`, `-pi.orig`, `-i ''`: letters up to the `i`.
fn without_suffix(word: &Value) -> Value {
    match word.text.as_slice() {
        [b'-', letter, ..] if *letter != b'-' => {
            let text = match word.text.iter().position(|byte| *byte == b'i') {
                Some(at) if word.text[1..at].iter().all(|byte| b"npEsruzal0".contains(byte)) => {
                    // `-ie` is a suffix, but everybody means `-i -e`.
                    if &word.text[at..] == b"ie" { word.text.clone() } else { word.text[..=at].into() }
                }
                _ => word.text.clone(),
            };
            Value { text, sort: word.sort }
        }
        _ => word.clone(),
    }
}

/// Tests of `find` that leave something out.
const NARROWING: &str =
    "-name -iname -path -ipath -wholename -regex -iregex -lname -empty -prune -inum -samefile -maxdepth";

/// `find <where> <what> -delete`, `-exec <command>`.
fn find(walk: &mut Walk<'_>, words: &[Value], call: Call<'_>) {
    let is_option = |word: &&Value| {
        let text = word.text.as_slice();
        matches!(text, b"-H" | b"-L" | b"-P") || text.starts_with(b"-O")
    };
    let words: Vec<Value> = words.iter().skip_while(is_option).cloned().collect();
    let is_test = |word: &Value| matches!(word.text.first(), Some(b'-' | b'(' | b'!'));
    let paths = words.iter().position(is_test).unwrap_or(words.len());
    let (paths, tests) = words.split_at(paths);
    let here = [Value::known(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    // Tests of names tell files from one another; without one everything is found, what is in `.git`, too.
    let is_all = !tests.iter().any(|word| NARROWING.split(' ').any(|test| word.is(test)));
    let name = only_name(tests);
    let found = |path: &Value| match (is_all, name) {
        (true, _) => Value::whole(path),
        (false, Some(name)) => Value::deep(path, name),
        (false, None) => Value::below(path),
    };
    let mut rest = tests.iter();
    while let Some(word) = rest.next() {
        match word.text.as_slice() {
            b"-delete" => {
                let targets = paths.iter().map(|path| target(&found(path)));
                walk.add(call, Destroys, &WHOLE, "deletes the files found", Some(targets.collect()));
            }
            b"-fprint" | b"-fprint0" | b"-fls" | b"-fprintf" => {
                if let Some(file) = rest.next() {
                    walk.add(call, Changes, &LOSSES, "truncates the file first", Some(vec![existing(file)]));
                }
            }
            b"-exec" | b"-execdir" | b"-ok" | b"-okdir" => {
                let command: Vec<&Value> = rest.by_ref().take_while(|word| !word.is(";") && !word.is("+")).collect();
                for path in paths {
                    let found = found(path);
                    let command: Vec<Value> = command.iter().map(|word| replace(word, b"{}", &found)).collect();
                    walk.command(&command, Call { input: None, is_piped: false, ..call });
                }
            }
            _ => {}
        }
    }
}

/// The pattern of `-name`, if whatever is found has such a name.
fn only_name(tests: &[Value]) -> Option<&[u8]> {
    let is_either = |word: &Value| ["-o", "-or", ",", "(", "!", "-not"].iter().any(|other| word.is(other));
    let is_name = |word: &Value| word.is("-name");
    let at = tests.iter().position(is_name).filter(|_| !tests.iter().any(is_either))?;
    // What a pattern of the shell's becomes cannot be determined.
    tests.get(at + 1)?.get().filter(|name| !name.is_empty() && !name.contains(&b'/'))
}

/// `fd … -x <command>`.
fn fd(walk: &mut Walk<'_>, words: &[Value], call: Call<'_>) {
    let is_exec = |word: &Value| ["-x", "-X", "--exec", "--exec-batch"].iter().any(|option| word.is(option));
    let Some(at) = words.iter().position(is_exec) else { return };
    let mut command: Vec<Value> = words[at + 1..].iter().map(|word| replace(word, b"{}", &Value::unknown())).collect();
    if !command.is_empty() {
        command.push(Value::unknown());
    }
    walk.command(&command, call);
}
