//! A text in the user's editor: the one that git would open, with comments that go.

use std::{ffi::OsString, fs, path::Path};

use bstr::{BStr, BString, ByteSlice as _};

use crate::{
    domain::message::tidy,
    error::{Context as _, Error, Result, codes},
    git::{self, Repo},
    verify::{Output, run_program},
};

/// Begins the lines that are no part of the message.
pub(super) const MARK: char = '#';

/// Marks that git allows, tried in this order when a line of the text begins with one.
const MARKS: &[u8] = b"#;@!$%^&|:";

/// What an editor is opened for, and how to do it without one.
#[derive(Clone, Copy)]
pub(super) struct Escape {
    /// What cannot be done when the editor fails.
    pub what: &'static str,
    /// What to do without an editor.
    pub hint: &'static str,
}

/// Let the user edit `text`; `about` describes it in comments. Returns the text without comments and extra blank lines.
///
/// # Errors
///
/// `editor-failed`; nothing was changed then.
pub(super) fn edit(repo: &Repo, text: &BStr, about: &str, escape: Escape) -> Result<BString> {
    // A line of the text must not be taken for a comment.
    let is_free = |mark: &&u8| !text.lines().any(|line| line.first() == Some(mark));
    let mark = char::from(*MARKS.iter().find(is_free).unwrap_or(&MARKS[0]));
    let about: String = about.lines().map(|line| format!("{mark} {line}\n")).collect();
    let about = about.replace(&format!("'{MARK}'"), &format!("'{mark}'"));
    let directory = repo.worktree_agent_dir();
    // Editors know by this name what they have before them.
    let file = directory.join("COMMIT_EDITMSG");
    let failed = || format!("cannot write '{}'", file.display());
    repo.make_dir(&directory).or_environment(failed)?;
    fs::write(&file, [text.as_bytes(), b"\n", about.as_bytes()].concat()).or_environment(failed)?;
    open(repo, &file, escape)?;
    let edited = fs::read(&file).or_environment(|| format!("cannot read '{}'", file.display()))?;
    let edited = tidy(edited.lines().filter(|line| !line.starts_with_str(mark.to_string())));
    // No longer needed; harmless if it cannot be removed.
    drop(fs::remove_file(&file));
    Ok(edited)
}

/// Open `file` as git would: any command line of a shell is an editor.
fn open(repo: &Repo, file: &Path, escape: Escape) -> Result<()> {
    let editor = git::editor::editor(repo)?;
    if editor == ":" {
        return Ok(());
    }
    let line = format!("{editor} \"$@\"");
    let words: Vec<OsString> = vec!["sh".into(), "-c".into(), line.into(), editor.clone().into(), file.into()];
    let ended = run_program(&words, Output::Inherit)?;
    match ended.exit {
        0 => Ok(()),
        code => {
            let why = format!("cannot {}: the editor '{editor}' ended with exit code {code}", escape.what);
            Err(Error::new(codes::EDITOR_FAILED, why).hint(escape.hint))
        }
    }
}
