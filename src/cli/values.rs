//! Texts that begin with a dash: `--result "- the parser"`, `-m "-Wall is on"`, `note "- a list"`.
//!
//! git's parser takes the word behind an option that needs a value, whatever it is; clap takes a word that begins with a dash for
//! another option. What clap has not understood is therefore written in the form that it does: `--result=- the parser`, and
//! `note -- "- a list"`. A word that is an option of the command stays one: `--result --next` lacks a value.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, builder::ValueRange};

use super::passthrough;

/// `arguments`, with values that begin with a dash attached to their options, and with other texts that begin with a dash and a blank
/// behind `--`; `None` if there are none.
pub(super) fn attached(arguments: &[OsString], mut tree: Command) -> Option<Vec<OsString>> {
    let mut at = passthrough::command(arguments)?;
    tree.build();
    let mut command = tree.find_subcommand(&arguments[at])?;
    while let Some(below) = arguments.get(at + 1).and_then(|word| command.find_subcommand(word)) {
        (at, command) = (at + 1, below);
    }
    let (head, rest) = arguments.split_at(at + 1);
    let mut words = head.to_vec();
    // The same words, with the options first; they are written so if it is certain what is a value of what.
    let (mut options, mut texts) = (head.to_vec(), Vec::new());
    let mut is_certain = !command.get_positionals().any(Arg::is_last_set);
    let mut rest = rest.iter().peekable();
    while let Some(word) = rest.next() {
        if word == "--" {
            is_certain = false;
            words.push(word.clone());
            break;
        }
        let arg = word.to_str().and_then(|word| named(command, word));
        let takes = arg.filter(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set());
        let count = takes.map(|arg| arg.get_num_args().unwrap_or(ValueRange::SINGLE));
        let mut word = word.clone();
        if count.is_some_and(|count| count.min_values() == 1)
            && let Some(value) = rest.next_if(|next| is_dashed(next) && !is_option(command, next))
        {
            word.push("=");
            word.push(value);
            options.push(word.clone());
        } else if arg.is_some() || is_option(command, &word) {
            options.push(word.clone());
            is_certain &= count.is_none_or(|count| count == ValueRange::SINGLE);
            options.extend(count.and_then(|_| rest.peek()).map(|value| (*value).clone()));
            if count.is_some() {
                words.push(word);
                words.extend(rest.next().cloned());
                continue;
            }
        } else {
            is_certain &= !is_dashed(&word) || is_text(&word);
            texts.push(word.clone());
        }
        words.push(word);
    }
    words.extend(rest.cloned());
    if is_certain && texts.iter().any(|text| is_text(text)) {
        options.push("--".into());
        options.append(&mut texts);
        words = options;
    }
    (words != arguments).then_some(words)
}

fn is_dashed(word: &OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}

/// Whether `word` begins with a dash, but with no option of any command.
fn is_text(word: &OsStr) -> bool {
    matches!(word.as_encoded_bytes(), [b'-', blank, ..] if blank.is_ascii_whitespace())
}

/// Whether `word` is an option of `command`, or one with its value: `--next`, `--message=x`, `-q`. A text with blanks is one only if
/// the whole name of an option comes before a `=`.
fn is_option(command: &Command, word: &OsStr) -> bool {
    let Some(word) = word.to_str() else { return false };
    let name = word.split_once('=').map_or(word, |(name, _)| name);
    if word == "--" || named(command, name).is_some() {
        return true;
    }
    let cluster = word.strip_prefix('-').filter(|_| !word.starts_with("--") && !word.contains(char::is_whitespace));
    let first = cluster.and_then(|letters| letters.chars().next());
    first.is_some_and(|letter| short(command, letter).is_some())
}

/// The option of `command` that `word` is, without a value.
fn named<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    if let Some(name) = word.strip_prefix("--") {
        let is = |arg: &&Arg| arg.get_long() == Some(name) || arg.get_all_aliases().unwrap_or_default().contains(&name);
        return command.get_arguments().find(is);
    }
    let mut letters = word.strip_prefix('-')?.chars();
    let letter = letters.next()?;
    letters.next().is_none().then(|| short(command, letter))?
}

fn short(command: &Command, letter: char) -> Option<&Arg> {
    let is = |arg: &&Arg| {
        arg.get_short() == Some(letter) || arg.get_all_short_aliases().unwrap_or_default().contains(&letter)
    };
    command.get_arguments().find(is)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    fn attached(words: &[&str]) -> Option<Vec<String>> {
        let arguments: Vec<OsString> = ["git-agent"].iter().chain(words).map(Into::into).collect();
        let words = super::attached(&arguments, crate::cli::tree())?;
        Some(words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect())
    }

    fn is(words: &[&str], expected: &[&str]) {
        assert_eq!(attached(words).unwrap(), expected, "{words:?}");
    }

    #[test]
    fn a_text_belongs_to_the_option_before_it() {
        is(&["complete", "--result", "- a\n- b", "--json"], &["complete", "--result=- a\n- b", "--json"]);
        is(&["--actor", "a", "checkpoint", "-m", "-Wall is on"], &["--actor", "a", "checkpoint", "-m=-Wall is on"]);
        is(&["fail", "t-1", "--reason", "-Werror"], &["fail", "t-1", "--reason=-Werror"]);
        is(&["edit", "t-1", "--estimate", "-5m"], &["edit", "t-1", "--estimate=-5m"]);
        is(&["plan", "export", "--parent", "-x"], &["plan", "export", "--parent=-x"]);
        is(&["add", "a", "-d", "--force is gone"], &["add", "a", "-d=--force is gone"]);
    }

    #[test]
    fn a_text_that_belongs_to_no_option_comes_last() {
        is(&["note", "t-1", "- a\n- b"], &["note", "--", "t-1", "- a\n- b"]);
        is(&["decide", "- x", "--why", "- y", "-q"], &["decide", "--why=- y", "-q", "--", "- x"]);
        is(&["add", "--id", "t-1", "- x", "--json"], &["add", "--id", "t-1", "--json", "--", "- x"]);
        // Whether `b` belongs to `--file` is not known.
        assert_eq!(attached(&["add", "--file", "a", "b", "- x"]), None);
    }

    #[test]
    fn an_option_stays_one() {
        for words in [
            &["complete", "--result", "--next"][..],
            &["complete", "--result", "--message=the parser"],
            &["complete", "--result", "-q"],
            &["complete", "--result", "-mdone"],
            &["complete", "--result", "--json"],
            &["complete", "--result", "--"],
            &["complete", "--verify", "-x y"],
            &["complete", "--result", "done"],
            &["verify", "--", "--result", "-x"],
            &["verify", "- x"],
            &["note", "t-1", "-x"],
            &["note", "t-1", "--", "- x"],
        ] {
            assert_eq!(attached(words), None, "{words:?}");
        }
    }
}
