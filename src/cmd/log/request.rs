//! What the command line of `log` asks for: which of its words are git's, and what they mean for the events in between.

use std::ffi::{OsStr, OsString};

use crate::error::{Error, Result, codes};

use super::options::{Sort, number, sort, takes_next};

/// The words of the command line that are not options of ours, sorted by what they do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    /// Options and revisions for git, in their order.
    pub words: Vec<OsString>,
    /// Paths behind `--`.
    pub paths: Vec<OsString>,
    /// Where in `words` the first one is that is not an option; it may be a task.
    pub first: Option<usize>,
    /// What the commits shall be shown with: `-p`, `--stat`, …
    pub diff: Vec<OsString>,
    /// Revisions, paths or properties of commits decide what is shown: nothing that events have.
    pub narrow: bool,
    /// Messages are searched already.
    pub greps: bool,
    /// Revisions are named, or options that stand for some.
    pub revisions: bool,
    /// `-5`.
    pub limit: Option<usize>,
    /// `--decorate`, `--no-decorate`.
    pub decorate: Option<bool>,
}

impl Request {
    /// Sort `words`, as they come from the command line, and `paths`, which came behind a `--` that came first.
    pub fn new(words: Vec<OsString>, paths: Vec<OsString>) -> Result<Self> {
        let mut request = Request { paths, ..Request::default() };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            if word == "--" {
                request.paths.extend(words);
                break;
            }
            if !word.as_encoded_bytes().starts_with(b"-") || word == "-" {
                request.first.get_or_insert(request.words.len());
                request.revisions = true;
                request.words.push(word);
                continue;
            }
            let value = if takes_next(&word) { words.next() } else { None };
            request.option(word, value)?;
        }
        request.narrow |= !request.paths.is_empty();
        Ok(request)
    }

    fn option(&mut self, word: OsString, value: Option<OsString>) -> Result<()> {
        let sort = sort(&word);
        match sort {
            Sort::Foreign => {
                let word = word.to_string_lossy();
                return Err(Error::new(
                    codes::BAD_OPTION,
                    format!("'git agent log' does not take '{}'", word.escape_debug()),
                )
                .hint("its forms are the default one, --oneline, --json and --jsonl; 'git log' has all the others"));
            }
            Sort::Diff => {
                self.diff.push(word);
                self.diff.extend(value);
                return Ok(());
            }
            Sort::Neutral => match number(&word) {
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
            Sort::Everything => {
                // The ledger and the snapshots are history, too, but nobody's work.
                self.words.extend(["--exclude=refs/notes/agent*", "--exclude=refs/agent/*"].map(OsString::from));
            }
            Sort::Grep => self.greps = true,
            Sort::Revisions | Sort::Filter => {}
        }
        self.revisions |= matches!(sort, Sort::Everything | Sort::Revisions);
        self.narrow |= matches!(sort, Sort::Revisions | Sort::Grep | Sort::Filter);
        self.words.push(word);
        self.words.extend(value);
        Ok(())
    }

    /// Take the first word that is not an option out of git's: it is the task.
    pub fn without_task(&mut self) {
        if let Some(at) = self.first.take() {
            self.words.remove(at);
        }
        let mut rest = self.words.iter();
        self.revisions = false;
        while let Some(word) = rest.next() {
            let is_option = word.as_encoded_bytes().starts_with(b"-");
            self.revisions |= !is_option || matches!(sort(word), Sort::Everything | Sort::Revisions);
            if is_option && takes_next(word) {
                rest.next();
            }
        }
    }

    /// Put what `expand` makes of them in the place of the words that are neither options nor values of such.
    pub fn expand(&mut self, expand: impl Fn(&OsStr, bool) -> Result<Vec<OsString>>) -> Result<()> {
        let may_be_path = self.paths.is_empty();
        let mut words = std::mem::take(&mut self.words).into_iter();
        while let Some(word) = words.next() {
            if !word.as_encoded_bytes().starts_with(b"-") {
                self.words.extend(expand(&word, may_be_path)?);
                continue;
            }
            let value = if takes_next(&word) { words.next() } else { None };
            self.words.push(word);
            self.words.extend(value);
        }
        Ok(())
    }

    /// Whether the only revisions that are named are all there are.
    pub fn is_all(&self) -> bool {
        self.first.is_none() && self.words.iter().any(|word| word == "--all")
    }

    /// The word that may be a task.
    pub fn first_word(&self) -> Option<&OsStr> {
        self.first.map(|at| self.words[at].as_os_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(words: &[&str]) -> Request {
        Request::new(words.iter().map(OsString::from).collect(), Vec::new()).unwrap()
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
            assert!(Request::new(vec![word.into()], Vec::new()).is_err(), "{word}");
        }
    }
}
