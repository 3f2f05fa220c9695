//! The settings of hooks: git's configuration, and `git -c key=value commit`, which only hooks get to see.

use std::time::Duration;

use bstr::{BString, ByteSlice};

use crate::{
    domain::{
        time::parse_duration,
        trailer::{Rules, block::Syntax},
    },
    git::{Repo, config_parameters},
    hook::fail_open::DEFAULT_LIMIT,
};

/// Settings of the repository, overridden by those on git's command line.
pub struct HookSettings<'r> {
    repo: &'r Repo,
    command_line: Vec<(BString, BString)>,
}

impl<'r> HookSettings<'r> {
    /// The settings of `repo` as the git that runs us sees them.
    pub fn read(repo: &'r Repo) -> Self {
        HookSettings { repo, command_line: config_parameters::of_this_process() }
    }

    /// The last value of `key`.
    pub fn text(&self, key: &str) -> Option<String> {
        let given = self.command_line.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(key.as_bytes()));
        given.map(|(_, value)| value.to_str_lossy().into_owned()).or_else(|| self.repo.config().text(key))
    }

    /// Which trailers name a task.
    pub fn rules(&self) -> Rules {
        self.repo.settings().trailer_rules()
    }

    /// The time limit for all hooks of a commit.
    pub fn timeout(&self) -> Duration {
        let text = self.text("agent.hookTimeout");
        let seconds = text.and_then(|text| text.parse().ok().or_else(|| parse_duration(&text)));
        seconds.filter(|&seconds| seconds > 0).map_or(DEFAULT_LIMIT, Duration::from_secs)
    }

    /// The settings that determine how git parses `message`.
    pub fn syntax(&self, message: &[u8]) -> Syntax {
        let candidates = match (self.text("core.commentString"), self.text("core.commentChar")) {
            (Some(text), _) | (None, Some(text)) if text != "auto" && !text.is_empty() => vec![text.into(), "#".into()],
            (None, None) => vec!["#".into()],
            _ => b"#;@!$%^&|:".chunks(1).map(BString::from).collect(),
        };
        let comment = comment_of(message, &candidates);
        Syntax { comment, known: self.known_trailers() }
    }

    /// Names and keys of configured trailers, which git recognises in a paragraph of prose.
    fn known_trailers(&self) -> Vec<BString> {
        let sections = self.repo.config().subsections("trailer", "key");
        sections.into_iter().flat_map(|(name, key)| std::iter::once(name).chain(key)).collect()
    }

    /// `--cleanup` when it is not on the command line.
    pub fn cleanup(&self) -> Option<String> {
        self.text("commit.cleanup")
    }
}

/// Which of `candidates` starts the comment lines of `message`: git puts its own at the end.
///
/// With `core.commentChar=auto` git picks a character that no line of the message starts with, and does not say which.
fn comment_of(message: &[u8], candidates: &[BString]) -> BString {
    let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let scissors = |comment: &BString| {
        let line = [comment.as_slice(), b" ------------------------ >8 ------------------------"].concat();
        message.lines().any(|candidate| candidate == line)
    };
    let found = candidates.iter().find(|comment| scissors(comment));
    let found = found.or_else(|| candidates.iter().find(|comment| last.starts_with(comment)));
    found.or(candidates.first()).cloned().unwrap_or_else(|| "#".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_prefix_is_the_one_that_the_file_uses() {
        let auto: Vec<BString> = b"#;@".chunks(1).map(BString::from).collect();
        assert_eq!(comment_of(b"#12 subject\n\n; Please enter\n;\n", &auto), ";");
        assert_eq!(comment_of(b"subject\n", &auto), "#");
        assert_eq!(comment_of(b"s\n; ------------------------ >8 ------------------------\n#x\n", &auto), ";");
        assert_eq!(comment_of(b"s\n# c\n", &["//".into(), "#".into()]), "#", "a git that does not know commentString");
    }
}
