//! What the command line of `blame` asks git for.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
};

use bstr::ByteSlice as _;

use crate::{
    cmd::context::Ctx,
    error::{Error, Result, codes},
    git::{ObjectId, rev_parse},
    query::revision::{Emptiness, Resolver},
    store::ledger::View,
};

/// Options whose value is the next word.
const WITH_VALUE: [&str; 6] = ["-L", "-S", "--contents", "--ignore-rev", "--ignore-revs-file", "--since"];

/// Letters that choose another form of answer.
const LETTERS: &[u8] = b"bceflnpst";

/// Options that do.
const FORMS: [&str; 14] = [
    "--porcelain",
    "--line-porcelain",
    "--incremental",
    "--show-email",
    "--show-name",
    "--show-number",
    "--show-stats",
    "--score-debug",
    "--date",
    "--abbrev",
    "--color-lines",
    "--color-by-age",
    "--progress",
    "--encoding",
];

/// The words for `git blame`.
pub(super) struct Request {
    /// Options, revisions as object ids, `--`, the file.
    pub words: Vec<OsString>,
    revisions: Vec<OsString>,
}

impl Request {
    /// Sort `words`, as they come from the command line, and `file`, which came behind a `--` that came first.
    ///
    /// # Errors
    ///
    /// `no-file`, `bad-option`, and those of [`Resolver::word`].
    pub fn new(ctx: &Ctx, view: &View<'_>, words: Vec<OsString>, mut file: Vec<OsString>) -> Result<Self> {
        let (mut options, mut plain) = (Vec::new(), Vec::new());
        let mut given = words.into_iter();
        while let Some(word) = given.next() {
            if word == "--" {
                file.extend(given);
                break;
            }
            if !word.as_bytes().starts_with(b"-") || word == "-" {
                plain.push(word);
                continue;
            }
            refuse_form(&word)?;
            let value = if WITH_VALUE.iter().any(|option| word == *option) { given.next() } else { None };
            options.push((word, value));
        }
        if file.is_empty() {
            let last = plain.pop();
            file.push(last.ok_or_else(|| {
                Error::new(codes::NO_FILE, "no file is named")
                    .hint("git agent blame [<options of git blame>] [<revision>] [--] <file>")
            })?);
        }
        ctx.asking(view, Emptiness::NoCommits, |asker| {
            let mut words = Vec::new();
            for (option, value) in options {
                add_option(asker, &mut words, option, value)?;
            }
            let mut revisions = Vec::new();
            for word in plain {
                revisions.extend(asker.word(&word, false)?);
            }
            words.extend(revisions.iter().cloned());
            words.push("--".into());
            words.extend(file);
            Ok(Request { words, revisions })
        })
    }

    /// The commit whose file is blamed, if one is named.
    pub fn tip(&self) -> Result<Option<ObjectId>> {
        let named = rev_parse::revisions(&self.revisions)?;
        // A tag stands for its commit.
        Ok(named.included.first().map(|id| rev_parse::commit(&id.to_string())).transpose()?.flatten())
    }
}

/// Commits to be passed over may be checkpoints, too.
fn add_option(
    asker: &Resolver<'_>,
    words: &mut Vec<OsString>,
    option: OsString,
    value: Option<OsString>,
) -> Result<()> {
    const HEAD: &[u8] = b"--ignore-rev=";
    match (option.as_bytes().strip_prefix(HEAD), value) {
        (Some(revision), _) => {
            for word in asker.word(OsStr::from_bytes(revision), false)? {
                words.push(OsString::from_vec([HEAD, word.as_bytes()].concat()));
            }
        }
        (None, Some(revision)) if option == "--ignore-rev" => {
            for word in asker.word(&revision, false)? {
                words.extend([option.clone(), word]);
            }
        }
        (None, value) => {
            words.push(option);
            words.extend(value);
        }
    }
    Ok(())
}

fn refuse_form(word: &OsStr) -> Result<()> {
    let name = word.as_bytes().split_once_str("=").map_or(word.as_bytes(), |(name, _)| name);
    let is_letter = matches!(name, [b'-', letter] if LETTERS.contains(letter));
    if !is_letter && !FORMS.iter().any(|form| form.as_bytes() == name) {
        return Ok(());
    }
    let word = word.to_string_lossy();
    Err(Error::new(codes::BAD_OPTION, format!("'git agent blame' does not take '{}'", word.escape_debug()))
        .hint("its forms are the default one, --summary and --json; 'git blame' has all the others"))
}
