//! Which trees a git command writes to the files. At paths of such a tree, git overwrites ignored files silently.

use bstr::{BString, ByteSlice as _};

use super::super::{Onto, args::Args, value::Value};

/// What `git <verb> <args>` checks out.
pub(super) fn onto(verb: &str, args: &Args) -> Onto {
    let (before, _) = args.around_dashes();
    let start = || match before.first() {
        Some(word) => trees([word]),
        None => Onto::Nothing,
    };
    let first_or = |default: &str| match before.first() {
        Some(word) => trees([word]),
        None => Onto::Trees(vec![default.into()]),
    };
    let ends = args.has("quit show-current-patch edit-todo");
    match verb {
        "checkout" if args.has("b B orphan") => start(),
        "switch" if args.has("c C create force-create orphan") => start(),
        "checkout" | "switch" => first_or("HEAD"),
        "reset" if args.has("hard merge keep") => first_or("HEAD"),
        "restore" => args.value("s source").map_or(Onto::Nothing, |word| trees([word])),
        "read-tree" if args.has("prefix") => Onto::Unknown,
        "read-tree" if args.has("u reset") => trees(before),
        "merge" if args.has("continue") || ends => Onto::Nothing,
        "merge" if args.has("abort") => Onto::Trees(vec!["HEAD".into()]),
        "merge" if before.is_empty() => Onto::Trees(vec!["@{upstream}".into()]),
        "merge" => trees(before),
        "stash" => stash(args),
        "cherry-pick" | "revert" | "rebase" | "am" if ends => Onto::Nothing,
        "cherry-pick" | "revert" if args.has("abort skip continue") || before.is_empty() => Onto::Unknown,
        "cherry-pick" => picks(before, ""),
        "revert" => picks(before, "^"),
        "bisect" if matches!(args.operand(0), b"" | b"log" | b"view" | b"visualize" | b"terms" | b"help") => {
            Onto::Nothing
        }
        "subtree" if matches!(args.operand(0), b"split" | b"push") => Onto::Nothing,
        "svn" | "p4" if !matches!(args.operand(0), b"rebase" | b"sync" | b"reset" | b"checkout") => Onto::Nothing,
        "rebase" | "am" | "bisect" | "pull" | "subtree" | "svn" | "p4" => Onto::Unknown,
        _ => Onto::Nothing,
    }
}

fn trees<'v>(words: impl IntoIterator<Item = &'v Value>) -> Onto {
    let word = |value: &Value| match value.get()? {
        b"-" => Some("@{-1}".into()),
        word => Some(BString::from(word)),
    };
    words.into_iter().map(word).collect::<Option<Vec<_>>>().map_or(Onto::Unknown, Onto::Trees)
}

/// The trees of single commits, each with `suffix`; commits of a range come one after the other, and who knows which.
fn picks(words: &[Value], suffix: &str) -> Onto {
    match trees(words) {
        Onto::Trees(words) if words.iter().all(|word| !word.contains_str("..") && !word.starts_with(b"^")) => {
            Onto::Trees(words.into_iter().map(|word| [&word, suffix.as_bytes()].concat().into()).collect())
        }
        _ => Onto::Unknown,
    }
}

/// A stash is the files, the index (its second parent) and, perhaps, what was untracked (its third one).
fn stash(args: &Args) -> Onto {
    let at = match args.operand(0) {
        b"pop" | b"apply" => 1,
        b"branch" => 2,
        b"drop" | b"clear" | b"list" | b"show" | b"create" | b"store" | b"export" | b"import" => return Onto::Nothing,
        _ => return Onto::Trees(vec!["HEAD".into()]),
    };
    let name = match args.operands.get(at).map(Value::get) {
        None => BString::from("stash@{0}"),
        Some(None) => return Onto::Unknown,
        Some(Some(number)) if number.iter().all(u8::is_ascii_digit) => [b"stash@{", number, b"}"].concat().into(),
        Some(Some(name)) => name.into(),
    };
    Onto::Trees(["", "^2", "^3"].map(|suffix| [&name, suffix.as_bytes()].concat().into()).into())
}
