//! Commands that may delete, move or rewrite the refs which hold snapshots and operations.

use bstr::ByteSlice as _;

use super::super::{args::Args, value::Value};

/// Where those refs are.
const PROTECTED: [&[u8]; 2] = [b"refs/agent/snap/", b"refs/agent/ops/"];

/// What a command does to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing.
    None,
    /// They may be among what it rewrites or deletes.
    May,
    Names,
}

/// What `git <verb> <args>` does to them; `input` is what it reads.
pub(super) fn reach(verb: &str, args: &Args, input: Option<&Value>) -> Reach {
    let operands = || args.operands.iter();
    match verb {
        "update-ref" if args.has("stdin") => match input.and_then(Value::get) {
            Some(text) if text.contains_str("refs/agent/") => Reach::Names,
            Some(_) => Reach::None,
            None => Reach::May,
        },
        "update-ref" if args.has("d") => of_name(args.operands.first()),
        // What is only moved leaves its old value in the reflog, or is a new ref.
        "update-ref" | "symbolic-ref" => of_name(args.operands.first().filter(|name| name.get().is_some())),
        "filter-repo" if args.has("refs") && operands().all(|name| of_name(Some(name)) == Reach::None) => Reach::None,
        "filter-repo" => Reach::May,
        "filter-branch" => {
            let is_all = |word: &Value| match word.get() {
                Some(word) => word == b"--all" || word.strip_prefix(b"--glob=").is_some_and(covers) || covers(word),
                None => true,
            };
            if args.has("all") || args.value("glob").is_some() || operands().any(is_all) {
                Reach::May
            } else {
                Reach::None
            }
        }
        "lfs" if args.operand(0) == b"migrate" && args.has("everything") => Reach::May,
        // To this very repository: what is 'over there' is here.
        "push" if is_path(args.operand(0)) => {
            let refs = || operands().skip(1);
            let deletes = args.has("prune d delete") && refs().any(|spec| covers(destination(&spec.text)));
            if refs().any(|spec| spec.get().is_some_and(|spec| names(destination(spec)))) {
                Reach::Names
            } else if args.has("mirror") || deletes || refs().any(|spec| spec.get().is_none()) {
                Reach::May
            } else {
                Reach::None
            }
        }
        "fetch" | "pull" => {
            let specs = || operands().skip(1).filter(|spec| spec.text.contains(&b':'));
            if specs().any(|spec| names(destination(&spec.text))) {
                Reach::Names
            } else if args.has("p prune") && specs().any(|spec| covers(destination(&spec.text))) {
                Reach::May
            } else {
                Reach::None
            }
        }
        _ => Reach::None,
    }
}

/// Whether the command prunes what a fetch is configured to bring; `None`: it is not a fetch.
pub(super) fn prunes(verb: &str, args: &Args) -> Option<bool> {
    match verb {
        "fetch" | "pull" => Some(args.has("p prune")),
        "remote" => match args.operand(0) {
            b"prune" => Some(true),
            b"update" => Some(args.has("p prune")),
            _ => None,
        },
        _ => None,
    }
}

fn of_name(name: Option<&Value>) -> Reach {
    match name.map(Value::get) {
        None => Reach::None,
        Some(None) => Reach::May,
        Some(Some(name)) if names(name) => Reach::Names,
        Some(Some(_)) => Reach::None,
    }
}

/// Whether a remote is a directory, which may be this one.
pub(super) fn is_path(remote: &[u8]) -> bool {
    let starts = [&b"/"[..], b"./", b"../", b"~", b"file:"];
    matches!(remote, b"." | b".." | b".git") || starts.iter().any(|start| remote.starts_with(start))
}

/// Where a refspec writes.
fn destination(spec: &[u8]) -> &[u8] {
    spec.rsplit_once_str(":").map_or(spec, |(_, destination)| destination)
}

fn names(name: &[u8]) -> bool {
    PROTECTED.iter().any(|refs| name.starts_with(refs))
}

/// Whether a pattern (`refs/*`) has them in it.
fn covers(pattern: &[u8]) -> bool {
    let fixed = pattern.split_once_str("*").map(|(fixed, _)| fixed);
    names(pattern) || fixed.is_some_and(|fixed| PROTECTED.iter().any(|refs| refs.starts_with(fixed)))
}
