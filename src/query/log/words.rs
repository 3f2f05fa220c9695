//! Words of a command line that are git's, and what they mean for the events between the commits.

use std::ffi::{OsStr, OsString};

use crate::error::{Advice, Error, Result, codes};

use super::options::{Kind, kind, number, takes_next};

/// Options, revisions and paths for `git log`, sorted by what they do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Options and revisions for git, in their order.
    pub words: Vec<OsString>,
    /// Paths after `--`.
    pub paths: Vec<OsString>,
    /// Where in `words` the first one is that is not an option; it may be a task.
    pub first: Option<usize>,
    /// Options that show changes below each commit: `-p`, `--stat`, …
    pub diff: Vec<OsString>,
    /// Revisions, paths or properties of commits decide what is shown: nothing that events have.
    pub narrow: bool,
    /// Messages are searched already.
    pub greps: bool,
    /// Revisions are named, or options that stand for some.
    pub revisions: bool,
    /// The count of `-5`.
    pub limit: Option<usize>,
    /// `--decorate`, `--no-decorate`.
    pub decorate: Option<bool>,
}

impl Words {
    /// Sort `words`, and `paths`, which came behind a `--` that came first.
    ///
    /// # Errors
    ///
    /// `bad-option` for options that change the format of the output, and for one without its value.
    pub fn new(words: Vec<OsString>, paths: Vec<OsString>) -> Result<Self> {
        let mut sorted = Words { paths, ..Words::default() };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            if word == "--" {
                sorted.paths.extend(words);
                break;
            }
            if !word.as_encoded_bytes().starts_with(b"-") || word == "-" {
                sorted.first.get_or_insert(sorted.words.len());
                sorted.revisions = true;
                sorted.words.push(word);
                continue;
            }
            let takes_next = takes_next(&word);
            let value = if takes_next { words.next() } else { None };
            if takes_next && value.is_none() {
                // git would take the next word that we give it.
                let why = format!("'{}' of 'git log' requires a value", word.to_string_lossy().escape_debug());
                return Err(Error::new(codes::BAD_OPTION, why).hint("'git help log' describes it"));
            }
            sorted.option(word, value)?;
        }
        sorted.narrow |= !sorted.paths.is_empty();
        Ok(sorted)
    }

    fn option(&mut self, word: OsString, value: Option<OsString>) -> Result<()> {
        let kind = kind(&word);
        match kind {
            Kind::Format => {
                let word = word.to_string_lossy();
                let why = format!("'git agent log' does not support '{}'", word.escape_debug());
                return Err(Error::new(codes::BAD_OPTION, why).hint(Advice::LogFormats));
            }
            Kind::Diff => {
                self.diff.push(word);
                self.diff.extend(value);
                return Ok(());
            }
            Kind::Neutral => match number(&word) {
                Some(limit) => {
                    self.limit = Some(limit);
                    return Ok(());
                }
                None => match word.to_str() {
                    Some("--no-decorate") => self.decorate = Some(false),
                    Some(text) if text.starts_with("--decorate") => self.decorate = Some(text != "--decorate=no"),
                    _ => {}
                },
            },
            Kind::All => {
                // The ledger and the snapshots are history, too, but no one's work.
                self.words.extend(["--exclude=refs/notes/agent*", "--exclude=refs/agent/*"].map(OsString::from));
            }
            Kind::Grep => self.greps = true,
            Kind::Revisions | Kind::Filter => {}
        }
        self.revisions |= matches!(kind, Kind::All | Kind::Revisions);
        self.narrow |= matches!(kind, Kind::Revisions | Kind::Grep | Kind::Filter);
        self.words.push(word);
        self.words.extend(value);
        Ok(())
    }

    /// Take the first word that is not an option out of git's: it is the task.
    pub fn without_task(&mut self) {
        if let Some(at) = self.first.take() {
            self.words.remove(at);
        }
        self.revisions = units(self.words.clone()).any(|unit| unit.is_revision());
    }

    /// Replace the words that are neither options nor values of options with what `expand` makes of them.
    ///
    /// # Errors
    ///
    /// Those of `expand`.
    pub fn expand(&mut self, expand: impl Fn(&OsStr, bool) -> Result<Vec<OsString>>) -> Result<()> {
        let may_be_path = self.paths.is_empty();
        for unit in units(std::mem::take(&mut self.words)) {
            match unit.is_option() {
                true => self.words.extend(unit.words()),
                false => self.words.extend(expand(&unit.word, may_be_path)?),
            }
        }
        Ok(())
    }

    /// Take the paths out of the words, as git finds them without a `--`: the first word that `is_path`, and all words after it that are not
    /// options.
    pub fn split_paths(&mut self, is_path: impl Fn(&OsStr) -> bool) {
        if !self.paths.is_empty() {
            return;
        }
        self.revisions = false;
        for unit in units(std::mem::take(&mut self.words)) {
            if !unit.is_option() && (!self.paths.is_empty() || is_path(&unit.word)) {
                self.paths.push(unit.word);
            } else {
                self.revisions |= unit.is_revision();
                self.words.extend(unit.words());
            }
        }
        self.narrow |= !self.paths.is_empty();
        if !self.paths.is_empty() && !self.revisions {
            self.first = None;
        }
    }

    /// Whether the history of all refs is asked for, and no other revision.
    pub fn is_all(&self) -> bool {
        self.first.is_none() && self.words.iter().any(|word| word == "--all")
    }

    /// The word that may be a task.
    pub fn first_word(&self) -> Option<&OsStr> {
        self.first.map(|at| self.words[at].as_os_str())
    }
}

/// An option with its value, or a word that is none.
struct Unit {
    word: OsString,
    value: Option<OsString>,
}

impl Unit {
    fn is_option(&self) -> bool {
        self.word.as_encoded_bytes().starts_with(b"-")
    }

    /// Whether it names revisions, or stands for some.
    fn is_revision(&self) -> bool {
        !self.is_option() || matches!(kind(&self.word), Kind::All | Kind::Revisions)
    }

    fn words(self) -> impl Iterator<Item = OsString> {
        std::iter::once(self.word).chain(self.value)
    }
}

fn units(words: Vec<OsString>) -> impl Iterator<Item = Unit> {
    let mut words = words.into_iter();
    std::iter::from_fn(move || {
        let word = words.next()?;
        let value = if takes_next(&word) { words.next() } else { None };
        Some(Unit { word, value })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(words: &[&str]) -> Words {
        Words::new(words.iter().map(OsString::from).collect(), Vec::new()).unwrap()
    }

    #[test]
    fn the_first_word_that_is_no_option_or_value_may_be_a_task() {
        let word = |words: &[&str]| request(words).first_word().map(|word| word.to_string_lossy().into_owned());
        assert_eq!(word(&["--grep", "x", "t-1", "main"]), Some("t-1".into()));
        assert_eq!(word(&["--grep=x", "-S", "y", "-5"]), None);
        assert_eq!(word(&["--", "t-1"]), None);
        let mut with = request(&["--no-merges", "t-1", "a..b", "--", "p"]);
        with.without_task();
        assert_eq!((with.words, with.revisions), (vec!["--no-merges".into(), "a..b".into()], true));
    }

    #[test]
    fn paths_are_what_git_takes_for_them() {
        let split = |words: &[&str]| {
            let mut request = request(words);
            request.split_paths(|word| word == "README.md" || word == "src");
            (request.words, request.paths, request.revisions, request.narrow)
        };
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(split(&["--follow", "README.md"]), (words(&["--follow"]), words(&["README.md"]), false, true));
        assert_eq!(split(&["main", "src", "gone", "-p"]), (words(&["main"]), words(&["src", "gone"]), true, true));
        assert_eq!(split(&["--grep", "src", "main"]), (words(&["--grep", "src", "main"]), vec![], true, true));
        assert_eq!(split(&["--", "src"]), (vec![], words(&["src"]), false, true));
    }

    #[test]
    fn what_events_do_not_have_leaves_them_out() {
        for (words, narrow) in [
            (&["-5", "--topo-order", "--no-merges", "--all", "-p"][..], false),
            (&["--grep=x"], true),
            (&["--branches"], true),
            (&["-S", "x"], true),
            (&["--", "src"], true),
            (&["--some-new-option"], true),
        ] {
            assert_eq!(request(words).narrow, narrow, "{words:?}");
        }
        assert_eq!(request(&["-5", "-12"]).limit, Some(12));
        assert_eq!(request(&["-p", "--stat=80", "-U5"]).diff.len(), 3);
    }

    #[test]
    fn other_forms_of_answers_are_refused() {
        for word in ["--format=%H", "--pretty", "-z", "--output=x", "-g"] {
            assert!(Words::new(vec![word.into()], Vec::new()).is_err(), "{word}");
        }
    }
}
