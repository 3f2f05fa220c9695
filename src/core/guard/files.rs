//! Which other commands destroy: a table. What counts is the files that they are given.

use super::{
    Level::{self, Changes, Destroys},
    Loss::{self, History, Nested, OtherRefs, Refs, Snapshots, Uncommitted, Untracked},
    Target,
    args::Args,
    value::{Sort, Value},
    walk::{Call, Walk},
    wrap::replace,
};

/// Something that changes files.
struct Row {
    program: &'static str,
    /// Its options that take the next word.
    valued: &'static str,
    fits: fn(&Args) -> bool,
    targets: fn(&Args) -> Vec<Target>,
    level: Level,
    why: &'static str,
}

const fn row(
    program: &'static str,
    valued: &'static str,
    fits: fn(&Args) -> bool,
    targets: fn(&Args) -> Vec<Target>,
    level: Level,
    why: &'static str,
) -> Row {
    Row { program, valued, fits, targets, level, why }
}

const LOSSES: [Loss; 2] = [Uncommitted, Untracked];
/// Of one that takes directories with all that is in them.
const WHOLE: [Loss; 3] = [Uncommitted, Untracked, Nested];

#[rustfmt::skip]
const ROWS: [Row; 22] = [
    row("rm", "", |_| true, all, Destroys, "deletes files"),
    row("unlink", "", |_| true, all, Destroys, "deletes a file"),
    row("shred", "n s size iterations", |_| true, all, Destroys, "overwrites files with noise"),
    row("srm", "", |_| true, all, Destroys, "deletes files"),
    row("mv", "t S target-directory suffix", |a| !a.has("n no-clobber"), moved, Changes, "takes files away, and overwrites what is there"),
    row("cp", "t S target-directory suffix", |a| !a.has("n no-clobber"), destination, Changes, "overwrites the file that is there"),
    row("install", "m o g t S mode owner group target-directory suffix", |a| !a.has("d directory"), destination, Changes, "overwrites the file that is there"),
    row("ln", "t S target-directory suffix", |a| a.has("f force"), destination, Changes, "replaces the file that is there"),
    row("rsync", "e f rsh filter exclude include exclude-from include-from files-from", |a| a.has("delete delete-before delete-after delete-during delete-excluded del remove-source-files") && !a.has("n dry-run"), every, Destroys, "deletes files that the source has not"),
    row("rsync", "e f rsh filter exclude include exclude-from include-from files-from", |a| !a.has("n dry-run ignore-existing"), destination, Changes, "overwrites files"),
    row("dd", "", |_| true, dd, Changes, "overwrites a file"),
    row("truncate", "s r o size reference", |_| true, existing_all, Changes, "cuts files"),
    row("tee", "", |a| !a.has("a append"), existing_all, Changes, "empties the file first"),
    row("sponge", "", |a| !a.has("a"), existing_all, Changes, "overwrites the file"),
    row("sed", "e f l expression file line-length", |a| a.has("i in-place"), scripted, Changes, "changes files in place"),
    row("gsed", "e f l expression file line-length", |a| a.has("i in-place"), scripted, Changes, "changes files in place"),
    row("perl", "e E I M m x", |a| a.has("i"), scripted, Changes, "changes files in place"),
    row("ruby", "e I r", |a| a.has("i"), scripted, Changes, "changes files in place"),
    row("patch", "p i d o r D F input directory output", |a| !a.has("dry-run"), patched, Changes, "changes files"),
    row("tar", "f C T X file directory exclude files-from exclude-from", |a| a.has("x extract get"), unpacked, Changes, "overwrites files"),
    row("unzip", "d x", |a| !a.has("l t p Z n"), unpacked, Changes, "overwrites files"),
    row("rename", "", |a| !a.has("n no-act"), every_open, Changes, "renames files, and overwrites what is there"),
];

/// The programs in the table.
pub(super) fn programs() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.program).chain(["find", "fd", "bfg"])
}

/// Look at what `program` does to files.
pub(super) fn call(walk: &mut Walk<'_>, program: &[u8], words: &[Value], call: Call<'_>) {
    match program {
        b"find" | b"gfind" => return find(walk, words, call),
        b"fd" | b"fdfind" => return fd(walk, words, call),
        b"bfg" => {
            return walk.add(
                call,
                Destroys,
                &[History, Refs, OtherRefs, Snapshots],
                "rewrites the whole history",
                None,
            );
        }
        _ => {}
    }
    for row in ROWS.iter().filter(|row| row.program.as_bytes() == program) {
        // `tar xf x` has no dash.
        let dashed = [Value::known([&b"-"[..], words.first().map_or(&b""[..], |word| word.text.as_slice())].concat())];
        let words = match (row.program, words.first()) {
            ("tar", Some(first)) if !first.text.starts_with(b"-") => [&dashed[..], &words[1..]].concat(),
            // A suffix of sed's and perl's `-i` is attached; the rest of the word is not letters.
            ("sed" | "gsed" | "perl" | "ruby", _) => words.iter().map(without_suffix).collect(),
            _ => words.to_vec(),
        };
        let args = Args::read(&words, row.valued);
        if args.has("help version") || !(row.fits)(&args) {
            continue;
        }
        let targets = (row.targets)(&args);
        if !targets.is_empty() {
            let is_whole = row.level == Destroys && (!row.program.ends_with("rm") || args.has("r R recursive"));
            walk.add(call, row.level, if is_whole { &WHOLE } else { &LOSSES }, row.why, Some(targets));
        }
        return;
    }
}

/// A path that is deleted or changed.
pub(super) fn target(value: &Value) -> Target {
    match value.sort {
        Sort::Known => Target::At(value.text.clone()),
        Sort::Pattern => Target::Matching(value.text.clone()),
        Sort::Below => Target::Below(value.text.clone()),
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

fn all(args: &Args) -> Vec<Target> {
    args.operands.iter().map(target).collect()
}

fn existing_all(args: &Args) -> Vec<Target> {
    let is_device = |value: &&Value| !value.text.starts_with(b"/dev/");
    args.operands.iter().filter(is_device).map(existing).collect()
}

/// Sources are gone afterwards, and the destination is overwritten.
fn moved(args: &Args) -> Vec<Target> {
    args.operands.iter().chain(args.value("t target-directory")).map(existing).collect()
}

fn destination(args: &Args) -> Vec<Target> {
    let remote = |value: &&Value| !value.text.contains(&b':') || value.text.starts_with(b"/");
    match args.value("t target-directory") {
        Some(dir) => vec![existing(dir)],
        None if args.count() < 2 => Vec::new(),
        None => args.operands.last().filter(remote).map(existing).into_iter().collect(),
    }
}

fn every(args: &Args) -> Vec<Target> {
    let remote = |value: &&Value| !value.text.contains(&b':') || value.text.starts_with(b"/");
    args.operands.iter().filter(remote).map(existing).collect()
}

fn every_open(_: &Args) -> Vec<Target> {
    vec![Target::Any]
}

fn dd(args: &Args) -> Vec<Target> {
    let output = args.operands.iter().filter_map(|word| {
        let path = word.text.strip_prefix(b"of=")?;
        Some(Value { text: path.into(), sort: word.sort })
    });
    output.filter(|path| !path.text.starts_with(b"/dev/")).map(|path| existing(&path)).collect()
}

/// The first operand is the script, unless an option brought one.
fn scripted(args: &Args) -> Vec<Target> {
    let skip = usize::from(!args.has("e f E expression file"));
    args.operands.iter().skip(skip).map(existing).collect()
}

fn patched(args: &Args) -> Vec<Target> {
    match (args.value("d directory"), args.operands.first()) {
        (Some(dir), _) => vec![existing(dir)],
        (None, Some(file)) => vec![existing(file)],
        (None, None) => vec![Target::At(".".into())],
    }
}

fn unpacked(args: &Args) -> Vec<Target> {
    let dir = args.value("C directory").or_else(|| args.value("d"));
    vec![dir.map_or_else(|| Target::Existing(".".into()), existing)]
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
const NARROWING: [&str; 13] = [
    "-name",
    "-iname",
    "-path",
    "-ipath",
    "-wholename",
    "-regex",
    "-iregex",
    "-lname",
    "-empty",
    "-prune",
    "-inum",
    "-samefile",
    "-maxdepth",
];

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
    let is_all = !tests.iter().any(|word| NARROWING.iter().any(|test| word.is(test)));
    let found = |path: &Value| if is_all { Value::whole(path) } else { Value::below(path) };
    let mut rest = tests.iter();
    while let Some(word) = rest.next() {
        match word.text.as_slice() {
            b"-delete" => {
                let targets = paths.iter().map(|path| target(&found(path)));
                walk.add(call, Destroys, &WHOLE, "deletes the files that are found", Some(targets.collect()));
            }
            b"-fprint" | b"-fprint0" | b"-fls" | b"-fprintf" => {
                if let Some(file) = rest.next() {
                    walk.add(call, Changes, &LOSSES, "empties the file first", Some(vec![existing(file)]));
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
