//! The guard's reading of command lines: `guard_lines/*.txt` has one line of a shell in each row, then `⇒` and what is at risk.
//!
//! `⏎` is a line break and `⇥` a tab; a row without an arrow destroys nothing; `===` begins a section.

use std::fmt::Write as _;

use bstr::{BStr, BString, ByteSlice as _};
use git_agent::shell::{Dir, Level, Loss, Onto, Risk, Target, Where, World, judge, judge_words};
use proptest::prelude::*;

/// A home, a temporary directory, a few aliases, one directory.
struct Surroundings;

impl World for Surroundings {
    fn alias(&self, _: &Dir, name: &BStr) -> Option<BString> {
        let aliases: [(&str, &str); 8] = [
            ("nuke", "reset --hard"),
            ("st", "status -s"),
            ("wipe", "!git clean -fdx && rm -rf build"),
            ("undo-all", "!f() { git reset --hard \"$1\"; }; f"),
            ("twice", "nuke HEAD~1"),
            ("loop", "loop"),
            ("where", "-C sub reset --hard"),
            ("quoted", "commit -m 'reset --hard'"),
        ];
        aliases.iter().find(|(known, _)| name == *known).map(|(_, text)| (*text).into())
    }

    fn is_dir(&self, path: &BStr) -> bool {
        path == "there"
    }

    fn variable(&self, name: &BStr) -> Option<BString> {
        (name == "HOME").then(|| "/home/me".into()).or_else(|| (name == "TMPDIR").then(|| "/var/tmp".into()))
    }
}

/// The rows of a file: its number, a line of a shell, and what is expected of it.
fn rows(text: &'static str) -> impl Iterator<Item = (usize, String, &'static str)> {
    let rows = (1..).zip(text.lines()).filter(|(_, row)| !row.is_empty() && !row.starts_with("==="));
    rows.map(|(number, row)| {
        let (line, expected) = row.split_once(" ⇒ ").unwrap_or((row, ""));
        (number, line.replace('⏎', "\n").replace('⇥', "\t"), expected)
    })
}

/// Compare what `tell` says about each line of `text` with what its row expects.
#[track_caller]
fn check(text: &'static str, tell: impl Fn(&str) -> String) {
    let mut wrong = String::new();
    for (number, line, expected) in rows(text) {
        let told = tell(&line);
        if told != expected {
            writeln!(wrong, "{number}: {line}\n    is       {told}\n    should be {expected}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// But for those about ignored files in the places of others, which every checkout may overwrite.
fn risks(line: &str) -> Vec<Risk> {
    let mut risks = judge(line.as_bytes(), &Surroundings);
    risks.retain(|risk| risk.losses != [Loss::Overwritten]);
    risks
}

/// `!` destroys, `~` changes; then the losses or the targets.
fn shown(line: &str) -> String {
    let show = |risk: Risk| {
        let level = match risk.level {
            Level::Changes => "~",
            Level::Destroys => "!",
            Level::Fatal => "#",
        };
        let what = match &risk.targets {
            None => {
                let mut words: Vec<String> = risk.losses.iter().map(|loss| loss.word().to_owned()).collect();
                words.dedup();
                words
            }
            Some(targets) => targets.iter().map(target).collect(),
        };
        let dir = match (&risk.dir, &risk.targets) {
            (_, Some(_)) => String::new(),
            (Dir::Known(dir), None) if dir.is_empty() => String::new(),
            (Dir::Known(dir), None) => format!(" in {dir}"),
            (Dir::Unknown, None) => " somewhere".to_owned(),
        };
        let place = if risk.place != Where::Here { " elsewhere" } else { "" };
        format!("{level}{}{dir}{place}", what.join(","))
    };
    risks(line).into_iter().map(show).collect::<Vec<_>>().join(" ")
}

fn target(target: &Target) -> String {
    match target {
        Target::At(path) => path.to_string(),
        Target::Existing(path) => format!("{path}?"),
        Target::Below(path) => format!("{path}/"),
        Target::Whole(path) => format!("{path}/**"),
        Target::Deep(path) => path.to_string(),
        Target::Matching(path) => format!("{path}*"),
        Target::Worktree(name) if name.is_empty() => "worktree ?".to_owned(),
        Target::Worktree(name) => format!("worktree {name}"),
        Target::Any => "any".to_owned(),
    }
}

#[test]
fn losses() {
    check(include_str!("guard_lines/losses.txt"), shown);
    assert_eq!(shown("") + &shown("   "), "");
}

#[test]
fn commands_that_run_another_command() {
    for (_, before, _) in rows(include_str!("guard_lines/wrappers.txt")) {
        let found = shown(&format!("{before} rm -rf x"));
        assert!(["!x", "!./x", "!x,any"].contains(&found.as_str()), "{before}: {found}");
    }
}

/// The trees that are written over the files: words, `-` for none, `?` for what cannot be told.
#[test]
fn trees_that_are_written_over_files() {
    check(include_str!("guard_lines/trees.txt"), |line| {
        let onto = judge(line.as_bytes(), &Surroundings).into_iter().map(|risk| risk.onto);
        match onto.into_iter().find(|onto| *onto != Onto::Nothing).unwrap_or_default() {
            Onto::Nothing => "-".to_owned(),
            Onto::Unknown => "?".to_owned(),
            Onto::Trees(words) => words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        }
    });
}

#[test]
fn refs_that_hold_snapshots() {
    check(include_str!("guard_lines/snapshots.txt"), |line| {
        let risks = judge(line.as_bytes(), &Surroundings);
        match risks.iter().find(|risk| risk.losses.contains(&Loss::Snapshots)).map(|risk| risk.level) {
            None => "no".to_owned(),
            Some(Level::Fatal) => "names".to_owned(),
            Some(_) => "may".to_owned(),
        }
    });
}

#[test]
fn the_repository_that_is_named() {
    check(include_str!("guard_lines/repository.txt"), |line| match risks(line).remove(0).place {
        Where::Here => "here".to_owned(),
        Where::Named { git_dir, work_tree } => {
            format!("{}|{}", git_dir.unwrap_or_default(), work_tree.unwrap_or_default())
        }
        Where::Elsewhere => "elsewhere".to_owned(),
    });
}

#[test]
fn words_without_a_shell() {
    let judged = |words: &[&str]| {
        let words: Vec<BString> = words.iter().map(|word| (*word).into()).collect();
        judge_words(&words, &Surroundings).into_iter().map(|risk| risk.command.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(judged(&["git", "reset", "--hard"]), ["git reset --hard"]);
    assert_eq!(judged(&["rm", "a b; $(c)"]), ["rm 'a b; $(c)'"]);
    assert_eq!(judged(&["echo", "rm x; $(rm y)", ">", "z"]), [""; 0]);
    assert_eq!(judged(&["sh", "-c", "ls; rm y"]), ["rm y"]);
}

#[test]
fn risks_name_their_command_as_it_is_written() {
    let found = risks("echo a && git  reset --hard 2>&1 | tail -1; cd x && sudo rm -rf 'a b'");
    let commands: Vec<_> = found.iter().map(|risk| risk.command.to_str_lossy().into_owned()).collect();
    assert_eq!(commands, ["git  reset --hard 2>&1", "sudo rm -rf 'a b'"]);
}

#[test]
fn hostile_lines_come_to_an_end() {
    for piece in [
        "$((",
        "((",
        "$(",
        "`",
        "{a,",
        "\"$(",
        "if ",
        "( ",
        "a|",
        "${x:-",
        "<<a ",
        "cat <<a\n",
        "\\",
        "for x in a; do ",
        "case a in a) ",
        "sh -c '",
        "eval ",
        "sudo ",
        "[[ ",
        "!(",
        "{a,b}",
        "x=$x$x;",
        "$'\\",
        "a=(",
        "find . -exec ",
    ] {
        assert!(losses_are_named(&judge(piece.repeat(40_000 / piece.len()).as_bytes(), &Surroundings)), "{piece}");
    }
}

fn losses_are_named(risks: &[Risk]) -> bool {
    risks.iter().all(|risk| !risk.losses.is_empty() && !risk.why.is_empty() && risk.losses != [Loss::Repository])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_judged(line in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(losses_are_named(&judge(&line, &Surroundings)));
    }

    #[test]
    fn any_pieces_of_shell_are_judged(pieces in prop::collection::vec(prop::sample::select(vec![
        "rm", " ", " ", "git", "reset", "--hard", "'", "\"", "\\", "$", "$(", ")", "(", "((", "))", "{", "}", ";", ";;", "&", "&&", "|", "||", "\n",
        "<<", "EOF", "<<<", "<", ">", ">(", "`", "${", "x", "=", "[[", "]]", "if", "then", "fi", "for", "in", "do", "done", "case", "esac", "!",
        "#", "*", "~", "cd", "sh", "-c", "eval", "xargs", "find", "-exec", "sudo", "env", "$'", "a=(", "-", "{a,b}",
    ]), 0..60)) {
        prop_assert!(losses_are_named(&judge(pieces.concat().as_bytes(), &Surroundings)));
        prop_assert!(losses_are_named(&judge(pieces.join(" ").as_bytes(), &Surroundings)));
    }

    #[test]
    fn what_is_quoted_is_only_said(line in prop::collection::vec(any::<u8>().prop_filter("no NUL", |byte| *byte != 0), 0..80)) {
        let line = [b"git reset --hard; rm -rf x ", line.as_slice()].concat();
        let said = [b"echo '", line.replace("'", r"'\''").as_slice(), b"'"].concat();
        prop_assert_eq!(judge(&said, &Surroundings), vec![]);
        let said = [b"echo \"", line.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$").replace("`", "\\`").as_slice(), b"\""].concat();
        prop_assert_eq!(judge(&said, &Surroundings), vec![]);
    }

    #[test]
    fn a_command_is_found_wherever_it_stands(before in "[a-z ]{0,10}", at in 0_usize..6) {
        let line = match at {
            0 => format!("echo {before}; rm x"),
            1 => format!("echo '{before}' && (rm x)"),
            2 => format!("echo \"{before}$(rm x)\""),
            3 => format!("{{ echo {before}; }} | rm x"),
            4 => format!("cat <<EOF\n{before}\nEOF\nrm x"),
            _ => format!("echo {before}\nsh -c 'rm x'"),
        };
        prop_assert_eq!(shown(&line), "!x");
    }
}
