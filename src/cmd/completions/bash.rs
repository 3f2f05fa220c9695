//! The command line as bash has it, and the answer as bash reads it.
//!
//! Bash completes what stands behind the last of the characters in `COMP_WORDBREAKS`, which `@`, `=` and `:` are; so the
//! whole line is read here, and what bash holds for done is cut off from the answer.

use super::{Answer, described};
use crate::view::sanitize;

/// A command line up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The words behind the program, the one that is completed last.
    pub words: Vec<String>,
    /// Through git: `git agent …`. There bash puts no space behind a word.
    pub through_git: bool,
}

impl Line {
    /// Read a line; `None` if our program is not in it.
    pub fn read(line: &str) -> Option<Self> {
        let mut words = split(line);
        let name = |word: &String| word.rsplit('/').next().map(str::to_owned);
        let program = words.iter().position(|word| matches!(name(word).as_deref(), Some("git-agent" | "git")))?;
        let through_git = name(&words[program]).as_deref() == Some("git");
        let behind = match through_git {
            false => program + 1,
            // An alias of git's stands in the place of 'agent'.
            true => {
                let agent = words[program..].iter().position(|word| word == "agent");
                agent.or_else(|| {
                    words[program..].iter().skip(1).position(|word| !word.starts_with('-')).map(|at| at + 1)
                })? + program
                    + 1
            }
        };
        (behind < words.len()).then(|| Line { words: words.split_off(behind), through_git })
    }
}

/// The words of the last command of `line`, without their quotes. The last word may be empty or unfinished.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, ';' | '|' | '&') => {
                words.clear();
                word = None;
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.push(word.unwrap_or_default());
    words
}

/// The lines of `COMPREPLY`. If there are several, each is followed by what it names: bash inserts what they begin with
/// alike, and lists them whole. `kind` is `COMP_TYPE`: where bash inserts one after the other (`%`, `*`), only words.
pub(super) fn reply(line: &Line, breaks: &str, kind: &str, answer: &Answer) -> String {
    if answer.files {
        return ":files\n".to_owned();
    }
    let current = line.words.last().map_or("", String::as_str);
    let done = current.rfind(|c| breaks.contains(c)).map_or(0, |at| at + 1);
    let is_listed = answer.names.len() > 1 && !matches!(kind, "37" | "42");
    let widest = answer.names.iter().map(|name| name.word.chars().count()).max().unwrap_or(0);
    let mut lines = String::new();
    for name in &answer.names {
        let word = sanitize::line(&name.word);
        let rest = word.get(done..).unwrap_or_default();
        match (is_listed, name.what.as_str()) {
            (true, "") => lines.push_str(rest),
            (true, _) => {
                let pad = " ".repeat(widest - name.word.chars().count());
                lines.push_str(&format!("{rest}{pad}  ({})", described(name)));
            }
            (false, _) => {
                lines.push_str(&quoted(rest));
                if line.through_git {
                    lines.push(' ');
                }
            }
        }
        lines.push('\n');
    }
    lines
}

/// `word` as the shell reads it back.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./@:=+,%^".contains(c);
    word.chars().flat_map(|c| (!is_plain(c)).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verbs::names::Name;

    #[test]
    fn the_words_behind_the_program_are_found() {
        let words = |line: &str| Line::read(line).map(|line| line.words.join("|"));
        assert_eq!(words("git-agent "), Some(String::new()));
        assert_eq!(words("git agent list --st"), Some("list|--st".into()));
        assert_eq!(
            words("cd x && GIT_TRACE=1 /usr/bin/git -C dir agent show 't 1' x\\ y\"z"),
            Some("show|t 1|x yz".into())
        );
        assert_eq!(words("git ag li"), Some("li".into()));
        for line in ["", "git", "git agent", "ls x"] {
            assert_eq!(words(line), None, "{line}");
        }
    }

    #[test]
    fn what_bash_holds_for_done_is_cut_off() {
        let name = |word: &str| Name::new(word, "a title");
        let reply = |line: &str, names: &[&str], kind: &str| {
            let answer = Answer { names: names.iter().map(|word| name(word)).collect(), files: false };
            reply(&Line::read(line).unwrap(), " =@:", kind, &answer)
        };
        assert_eq!(reply("git-agent show t-1@", &["t-1@1", "t-1@12"], "63"), "1   (a title)\n12  (a title)\n");
        assert_eq!(reply("git-agent show t-1@", &["t-1@1", "t-1@12"], "37"), "1\n12\n");
        assert_eq!(reply("git agent show t-1@", &["t-1@1"], "9"), "1 \n");
        assert_eq!(reply("git-agent list --by=a", &["--by=a b"], "9"), "a\\ b\n");
    }
}
