//! Compares the guard's reader of shell lines (`src/shell/reader`) with brush-parser: both find the same commands, words and
//! redirections in every line of the guard's tests and in random ones.
//!
//! `shell-oracle [lines [seed]]`; `tests/long/shell.sh` runs it. Lines in which they differ for a known reason are in `differences.txt`.

mod command;
mod ours;
mod random;
mod theirs;

#[allow(dead_code)]
#[path = "../../../src/shell/reader/mod.rs"]
mod reader;

use std::{panic::catch_unwind, process::ExitCode};

use command::{Command, sorted};
use random::Random;

/// The rows of the guard's tests.
const LINES: [&str; 5] = [
    include_str!("../../it/guard_lines/losses.txt"),
    include_str!("../../it/guard_lines/repository.txt"),
    include_str!("../../it/guard_lines/snapshots.txt"),
    include_str!("../../it/guard_lines/trees.txt"),
    include_str!("../../it/guard_lines/wrappers.txt"),
];

/// Lines, and why the readers differ.
const DIFFERENCES: &str = include_str!("../differences.txt");

/// How the two readers take a line.
enum Verdict {
    Same,
    /// brush-parser refuses it: a shell may, too.
    Refused,
    /// The guard cannot read it: it takes a snapshot.
    Unclear,
    Differs(String),
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>().expect("a number"));
    let (lines, seed) = (args.next().unwrap_or(20_000), args.next().unwrap_or(1));
    let written = LINES.iter().flat_map(|text| text.lines()).filter(|row| !row.is_empty() && !row.starts_with("==="));
    let written =
        written.map(|row| row.split_once(" ⇒ ").map_or(row, |(line, _)| line).replace('⏎', "\n").replace('⇥', "\t"));
    let random = (seed..seed + lines).flat_map(|seed| {
        let mut random = Random::new(seed);
        [random.line(), random.pieces()]
    });
    std::panic::set_hook(Box::new(|_| {}));
    let (mut same, mut refused, mut unclear, mut known, mut differ) = (0, 0, 0, 0, 0);
    for line in written.chain(random) {
        match compare(&line) {
            Verdict::Same => same += 1,
            Verdict::Refused => refused += 1,
            Verdict::Unclear => unclear += 1,
            Verdict::Differs(_) if reason(&line).is_some() => known += 1,
            Verdict::Differs(how) => {
                differ += 1;
                if differ <= 40 {
                    println!("{}\n{how}", line.replace('\n', "⏎").replace('\t', "⇥"));
                }
            }
        }
    }
    println!(
        "{same} lines the same, {refused} refused by brush-parser, {unclear} not understood by the guard, {known} known to differ, {differ} differ"
    );
    if differ == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn compare(line: &str) -> Verdict {
    let Ok(Some(theirs)) = catch_unwind(|| theirs::commands(line)) else { return Verdict::Refused };
    let show = |commands: &[Command]| commands.iter().map(|command| format!("    {command:?}\n")).collect::<String>();
    let theirs = sorted(theirs);
    match ours::commands(line).map(sorted) {
        Some(ours) if ours == theirs => Verdict::Same,
        Some(ours) => {
            let only = |these: &[Command], those: &[Command]| -> Vec<Command> {
                these.iter().filter(|command| !those.contains(command)).cloned().collect()
            };
            let (only_ours, only_theirs) = (only(&ours, &theirs), only(&theirs, &ours));
            Verdict::Differs(format!("  git-agent:\n{}  brush-parser:\n{}", show(&only_ours), show(&only_theirs)))
        }
        None => Verdict::Unclear,
    }
}

/// Why the readers differ about `line`, if that is known.
fn reason(line: &str) -> Option<&'static str> {
    let rows = DIFFERENCES.lines().filter_map(|row| row.split_once(" ⇒ "));
    rows.into_iter().find(|(known, _)| known.replace('⏎', "\n").replace('⇥', "\t") == line).map(|(_, reason)| reason)
}
