//! Our options first, for the commands that hand words on to git.
//!
//! `git agent log t-1 --grep x --json -p` mixes options of ours with git's. The parser takes everything behind the first
//! word that it does not know as such a word; so what it knows is put in front of them.

use std::ffi::{OsStr, OsString};

use clap::Command;

/// Commands that hand words on to git.
const COMMANDS: [&str; 3] = ["blame", "diff", "log"];

/// `arguments`, with the options that `tree` knows before the words that it does not.
pub(super) fn options(arguments: &[OsString], tree: impl FnOnce() -> Command) -> Vec<OsString> {
    let Some(at) = command(arguments).filter(|at| COMMANDS.iter().any(|name| arguments[*at] == *name)) else {
        return arguments.to_vec();
    };
    let mut tree = tree();
    tree.build();
    let (head, rest) = arguments.split_at(at + 1);
    let Some(known) = head.last().and_then(|name| tree.find_subcommand(name)) else { return arguments.to_vec() };
    let (mut ours, mut theirs) = (head.to_vec(), Vec::new());
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            theirs.push(word.clone());
            theirs.extend(rest.cloned());
            break;
        }
        match option(known, word) {
            Some(Takes::Nothing) => ours.push(word.clone()),
            Some(Takes::Attached) => {
                // The parser takes `-n5` for a word of git's because it knows no `-5`.
                let (option, value) = word.to_str().unwrap_or_default().split_at(2);
                ours.extend([option, value].map(OsString::from));
            }
            Some(Takes::Next) => {
                ours.push(word.clone());
                ours.extend(rest.next().cloned());
            }
            None => theirs.push(word.clone()),
        }
    }
    ours.append(&mut theirs);
    ours
}

/// Where the command's name is: the first word that is neither an option nor the value of one.
pub(super) fn command(arguments: &[OsString]) -> Option<usize> {
    let mut at = 1;
    while let Some(word) = arguments.get(at).map(|word| word.as_encoded_bytes()) {
        match word {
            b"--color" | b"--actor" | b"--fields" => at += 2,
            [b'-', ..] => at += 1,
            _ => return Some(at),
        }
    }
    None
}

/// What an option still takes.
enum Takes {
    /// Nothing more.
    Nothing,
    /// What stands behind its letter.
    Attached,
    /// The next word.
    Next,
}

/// Whether `word` is an option of `command`, its value perhaps included.
fn option(command: &Command, word: &OsStr) -> Option<Takes> {
    let word = word.to_str()?;
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let is = |arg: &&clap::Arg| {
            arg.get_long() == Some(name) || arg.get_all_aliases().unwrap_or_default().contains(&name)
        };
        let takes_value = command.get_arguments().find(is)?.get_action().takes_values();
        return Some(if takes_value && value.is_none() { Takes::Next } else { Takes::Nothing });
    }
    let short = word.strip_prefix('-')?.chars().next().filter(char::is_ascii)?;
    let arg = command.get_arguments().find(|arg| arg.get_short() == Some(short))?;
    match (arg.get_action().takes_values(), word.len() > 2) {
        (true, true) => Some(Takes::Attached),
        (true, false) => Some(Takes::Next),
        (false, false) => Some(Takes::Nothing),
        // Combined short options may be git's: `-qp`.
        (false, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::options;

    fn hoisted(line: &str) -> String {
        let words: Vec<_> = line.split(' ').map(Into::into).collect();
        let words = options(&words, crate::cli::tree);
        words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn options_of_ours_come_before_words_of_gits() {
        assert_eq!(
            hoisted("git-agent log t-1 --grep x --json -p -n 5 --after=1.day"),
            "git-agent log --json -n 5 --after=1.day t-1 --grep x -p"
        );
        assert_eq!(hoisted("git-agent --color never log x -n5 -q -5"), "git-agent --color never log -n 5 -q x -5");
        assert_eq!(hoisted("git-agent log x -- --json"), "git-agent log x -- --json");
        assert_eq!(hoisted("git-agent list x --json"), "git-agent list x --json");
        assert_eq!(hoisted("git-agent log x --help"), "git-agent log --help x");
    }
}
