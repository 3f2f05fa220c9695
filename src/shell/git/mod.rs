//! Calls of git: which command, in which repository, and what an alias stands for. What destroys is in [`table`].

mod onto;
mod protected;
mod table;

use bstr::{BString, ByteSlice as _};

use self::{
    protected::Reach,
    table::{EXTRAS, HARMLESS, OPEN, OUTPUTS, ROWS, Row, VALUED},
};
use super::{
    Level::{Changes, Destroys, Fatal},
    Loss::{self, History, OtherRefs, Overwritten, Refs, Snapshots, Submodules, Uncommitted, Unknown, Untracked},
    Onto, Target,
    args::Args,
    files::{existing, target},
    value::Value,
    walk::{CANNOT_TELL, Call, Walk},
    wrap,
};

/// How often an alias may stand for another one.
const ALIASES: usize = 10;

/// The commands in the table.
pub(super) fn verbs() -> impl Iterator<Item = &'static str> {
    ROWS.iter().chain(EXTRAS).flat_map(|row| row.verb.split(' '))
}

/// Look at `git <words>`.
pub(super) fn call(walk: &mut Walk<'_>, words: &[Value], call: Call<'_>) {
    let before = Args::leading(words, "C c git-dir work-tree namespace config-env super-prefix attr-source");
    let prints = before.has("help h version v html-path man-path");
    if prints || matches!(before.find("exec-path"), Some((_, None))) {
        return;
    }
    let settings: Vec<BString> = before.values("c").map(|setting| setting.text.clone()).collect();
    let dirs: Vec<Value> = before.values("C").cloned().collect();
    let mut place = call.place.clone();
    for (option, variable) in [("git-dir", b"GIT_DIR".as_slice()), ("work-tree", b"GIT_WORK_TREE")] {
        if before.has(option) {
            place = place.with(variable, before.value(option).and_then(Value::get));
        }
    }
    let Some((verb, rest)) = words.get(before.length..).and_then(<[Value]>::split_first) else { return };
    let call = Call { place: &place, ..call };
    within(walk, &dirs, |walk| match verb.get() {
        Some(verb) => judge(walk, verb, rest, &settings, call, 0),
        None => walk.add(call, Changes, &[Unknown], CANNOT_TELL, None),
    });
}

fn within(walk: &mut Walk<'_>, dirs: &[Value], work: impl FnOnce(&mut Walk<'_>)) {
    match dirs.split_first() {
        None => work(walk),
        // One `-C` after the other.
        Some((dir, rest)) => {
            let mut work = Some(work);
            walk.in_dir(Some(dir), |walk| {
                for dir in rest {
                    walk.enter(dir);
                }
                if let Some(work) = work.take() {
                    work(walk);
                }
            });
        }
    }
}

fn judge(walk: &mut Walk<'_>, verb: &[u8], words: &[Value], settings: &[BString], call: Call<'_>, aliases: usize) {
    let options = words.iter().take_while(|word| !word.is("--"));
    if options.clone().any(|word| word.is("--help")) || words.first().is_some_and(|word| word.is("-h")) {
        return;
    }
    let name = verb.to_str_lossy();
    let valued = VALUED.iter().find(|(verbs, _)| is_among(&name, verbs)).map_or("", |(_, valued)| valued);
    let args = Args::read(words, valued);
    match verb {
        b"submodule" if args.operand(0) == b"foreach" => {
            let command = words.iter().skip_while(|word| !word.is("foreach")).skip(1);
            let command: Vec<Value> = command.skip_while(|word| word.text.starts_with(b"-")).cloned().collect();
            let command = wrap::join(&command);
            let dirs = match walk.world.submodules(walk.dir()) {
                Some(dirs) => dirs.into_iter().map(Value::known).collect(),
                None => vec![Value::unknown()],
            };
            return dirs.iter().for_each(|dir| walk.in_dir(Some(dir), |walk| walk.shell(&command, call)));
        }
        b"bisect" if args.operand(0) == b"run" => {
            let command: Vec<Value> = words.iter().skip_while(|word| !word.is("run")).skip(1).cloned().collect();
            walk.command(&command, call);
        }
        // Of ours, what runs a command.
        b"agent" if !matches!(args.operand(0), b"guard" | b"bisect") => {
            let command: Vec<Value> = words.iter().skip_while(|word| !word.is("--")).skip(1).cloned().collect();
            walk.command(&command, call);
            for text in args.values("verify") {
                walk.shell(text, call);
            }
        }
        b"rebase" => {
            if let Some(command) = args.value("x exec") {
                walk.shell(command, call);
            }
        }
        _ => {}
    }
    let prunes = |setting: &BString| {
        let key = setting.to_ascii_lowercase();
        key.starts_with(b"gc.pruneexpire") || key.starts_with(b"gc.reflogexpire")
    };
    if verb == b"gc" && settings.iter().any(prunes) {
        return walk.add(
            call,
            Destroys,
            &[History],
            "deletes objects that are unreachable or reachable only from reflogs",
            None,
        );
    }
    if let Some(targets) = written(&name, &args) {
        walk.add(call, Changes, &[Uncommitted, Untracked], "overwrites the existing file", Some(targets));
    }
    let mut reach = protected::reach(&name, &args, call.input);
    let prunes = protected::prunes(&name, &args);
    if reach == Reach::None && prunes.is_some_and(|prunes| walk.world.mirrors(walk.dir(), !prunes)) {
        reach = Reach::May;
    }
    if reach == Reach::Names {
        let why = "moves or deletes refs that hold snapshots and operations";
        return walk.add(call, Fatal, &[Snapshots], why, None);
    }
    let onto = onto::onto(&name, &args);
    let is_extra = EXTRAS.iter().any(|row| is_among(&name, row.verb));
    let is_alias = is_extra && walk.world.alias(walk.dir(), verb.as_bstr()).is_some();
    let extras = EXTRAS.iter().filter(|_| !is_alias);
    if let Some(row) = ROWS.iter().chain(extras).find(|row| is_among(&name, row.verb) && (row.fits)(&args)) {
        return found(walk, row, (&args, settings), call, reach, onto);
    }
    if reach == Reach::May {
        walk.add(
            call,
            Destroys,
            &[Refs, OtherRefs, Snapshots],
            "may delete refs that hold snapshots and operations",
            None,
        );
    }
    if onto != Onto::Nothing {
        let why = "overwrites ignored files that exist in the other commit";
        let losses: &[Loss] = match goes_into_submodules(walk, &name, &args, settings) {
            true => &[Overwritten, Submodules],
            false => &[Overwritten],
        };
        walk.add_onto(call, Changes, losses, (why, None), onto);
    }
    let is_known = is_extra && !is_alias || ROWS.iter().any(|row| row.verb == name) || is_among(&name, HARMLESS);
    if verb == b"checkout" && !args.has("b orphan detach d t track") && args.count() == 1 && args.dashes.is_none() {
        // A branch, or a file.
        let path = args.operand(0);
        if !path.is_empty() && path != b"-" {
            let targets = Some(vec![Target::Existing(path.into())]);
            return walk.add(call, Destroys, &[Uncommitted], "overwrites the file with an older version", targets);
        }
    }
    if args.is_open && is_among(&name, OPEN) {
        return walk.add(call, Changes, &[Unknown], CANNOT_TELL, None);
    }
    if !is_known {
        alias(walk, verb, words, settings, call, aliases);
    }
}

/// Whether `verb` is one of `verbs`, which are separated by blanks.
fn is_among(verb: &str, verbs: &str) -> bool {
    verbs.split_whitespace().any(|known| known == verb)
}

/// What an option or operand of a command that only reads names to be written.
fn written(verb: &str, args: &Args) -> Option<Vec<Target>> {
    let (_, options, default) = OUTPUTS.iter().find(|(verbs, ..)| is_among(verb, verbs))?;
    let named: Vec<Target> = match (verb, options.is_empty()) {
        ("bundle", _) => {
            args.operands.iter().skip(1).take(1).filter(|_| args.operand(0) == b"create").map(existing).collect()
        }
        (_, true) => args.operands.iter().filter(|_| args.has("in-place")).map(existing).collect(),
        (_, false) => args.values(options).map(existing).collect(),
    };
    let is_default = named.is_empty() && !default.is_empty() && !args.has("stdout");
    let targets = if is_default { vec![Target::Matching((*default).into())] } else { named };
    (!targets.is_empty()).then_some(targets)
}

/// Look at what the alias `verb` stands for, if it is one.
fn alias(walk: &mut Walk<'_>, verb: &[u8], words: &[Value], settings: &[BString], call: Call<'_>, aliases: usize) {
    let key = [b"alias.", verb].concat();
    let given = settings.iter().rev().find_map(|setting| {
        let (name, value) = setting.split_once_str("=")?;
        name.eq_ignore_ascii_case(&key).then(|| value.into())
    });
    let Some(text) = given.or_else(|| walk.world.alias(walk.dir(), verb.as_bstr())) else { return };
    if aliases >= ALIASES {
        return walk.add(call, Changes, &[Unknown], CANNOT_TELL, None);
    }
    let rest: Vec<Value> = words.iter().map(wrap::quoted).collect();
    match text.strip_prefix(b"!") {
        Some(script) => {
            let script = std::iter::once(Value::known(script)).chain(rest).collect::<Vec<_>>();
            let is_known = script.iter().all(|word| word.get().is_some());
            // What cannot be determined of its arguments does not hide what the alias does.
            let script = if is_known { wrap::join(&script) } else { script[0].clone() };
            // Run at the top of the work tree, wherever that is.
            walk.in_dir(Some(&Value::unknown()), |walk| walk.shell(&script, call));
        }
        None => {
            let Some(mut all) = walk.plain_words(&text) else {
                return walk.add(call, Changes, &[Unknown], CANNOT_TELL, None);
            };
            all.extend_from_slice(words);
            if let Some((verb, rest)) = all.split_first()
                && let Some(verb) = verb.get()
                && !verb.starts_with(b"-")
            {
                return judge(walk, verb, rest, settings, call, aliases + 1);
            }
            self::call(walk, &all, call);
        }
    }
}

fn found(
    walk: &mut Walk<'_>,
    row: &Row,
    (args, settings): (&Args, &[BString]),
    call: Call<'_>,
    reach: Reach,
    onto: Onto,
) {
    let mut losses = row.losses.to_vec();
    if reach == Reach::May {
        losses.extend([Refs, OtherRefs, Snapshots].into_iter().filter(|loss| !row.losses.contains(loss)));
    }
    // To this very repository: what is 'over there' is here.
    if row.verb == "push" && protected::is_path(args.operand(0)) {
        losses.push(Refs);
    }
    if row.losses.contains(&Loss::Uncommitted) && goes_into_submodules(walk, row.verb, args, settings) {
        losses.push(Submodules);
    }
    let named = |value: &Value| Target::Worktree(value.get().unwrap_or_default().into());
    let targets = match row.verb {
        // What is lost is over there.
        "worktree" if args.operand(0) == b"remove" => Some(args.operands.iter().skip(1).map(named).collect()),
        "apply" => args.value("directory").map(|dir| vec![target(dir)]),
        "mv" => Some(args.operands.iter().map(existing).collect()),
        _ => None,
    };
    walk.add_onto(call, row.level, &losses, (row.why, targets), onto);
}

/// Whether a command that changes files does so in submodules, too.
fn goes_into_submodules(walk: &Walk<'_>, verb: &str, args: &Args, settings: &[BString]) -> bool {
    let can = ["checkout", "switch", "reset", "restore", "read-tree", "pull"].contains(&verb);
    if !can || args.has("no-recurse-submodules") {
        return false;
    }
    let setting = settings.iter().rev().find_map(|setting| {
        let (key, value) = setting.split_once_str("=").unwrap_or((setting, b"true"));
        key.eq_ignore_ascii_case(b"submodule.recurse")
            .then_some(!matches!(value, b"false" | b"no" | b"off" | b"0" | b""))
    });
    args.has("recurse-submodules") || setting.unwrap_or_else(|| walk.world.recurses(walk.dir()))
}
