//! `git blame` as lines, each with the commit that it is from.

use std::{collections::HashMap, ffi::OsString, rc::Rc};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::cmd::Git;
use crate::error::{Advice, Error, Result, codes};

/// A line of the annotated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the annotated revision, from 1.
    pub line: usize,
    /// Its number in the commit that it comes from.
    pub original_line: usize,
    /// The path of the file in that commit.
    pub original_path: Rc<BString>,
    /// The commit that the line comes from.
    pub origin: Rc<Origin>,
    /// The line without its end; `\r` stays.
    pub text: BString,
}

/// The commit of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The commit; `None`: the line is not committed.
    pub commit: Option<ObjectId>,
    /// It is a boundary: a root commit, the end of a range, or of a shallow clone.
    pub boundary: bool,
    /// Name of the author, as the mailmap has it.
    pub author: BString,
    /// Address of the author, in `<>`.
    pub mail: BString,
    /// The author date, in seconds since the epoch.
    pub at: i64,
}

/// Blame as `words` (options, revisions, `--`, the file) say, in the directory of the user.
///
/// # Errors
///
/// `bad-revision` with git's own words when git refuses.
pub fn blame(words: &[OsString]) -> Result<Vec<Line>> {
    let git = Git::here().args(["-c", "i18n.logOutputEncoding=UTF-8", "blame", "--porcelain"]);
    let output = git.args(words).output()?;
    if !output.status.success() {
        let message = format!("'git blame' failed: {}", output.said());
        return Err(Error::new(codes::BAD_REVISION, message).hint(Advice::BlameArguments));
    }
    read(&output.stdout).ok_or_else(|| {
        Error::new(codes::BAD_OPTION, "an option selects an output format that 'git agent blame' cannot read")
            .hint(Advice::BlameFormats)
    })
}

/// Read an answer of `git blame --porcelain`; `None` when it is something else.
fn read(answer: &[u8]) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    // Details come with the first line of a commit only, its path when it has several.
    let mut known: HashMap<ObjectId, (Rc<Origin>, Rc<BString>)> = HashMap::new();
    let mut rest = answer.split_str("\n");
    while let Some(head) = rest.next() {
        if head.is_empty() && rest.next().is_none() {
            return Some(lines);
        }
        let mut words = head.split_str(" ");
        let id = ObjectId::from_hex(words.next()?).ok()?;
        let number = |word: Option<&[u8]>| word?.to_str().ok()?.parse::<usize>().ok();
        let (original_line, line) = (number(words.next())?, number(words.next())?);
        let mut origin = Origin { commit: Some(id).filter(|id| !id.is_null()), ..Origin::default() };
        let mut path = None;
        let text = loop {
            let field = rest.next()?;
            if let Some(text) = field.strip_prefix(b"\t") {
                break BString::from(text);
            }
            let (key, value) = field.split_once_str(" ").unwrap_or((field, b""));
            match key {
                b"author" => origin.author = value.into(),
                b"author-mail" => origin.mail = value.into(),
                b"author-time" => origin.at = value.to_str().ok()?.parse().ok()?,
                b"boundary" => origin.boundary = true,
                b"filename" => path = Some(Rc::new(unquoted(value)?)),
                // `summary`, `previous`, what later versions add.
                _ => {}
            }
        };
        let (origin, before) = match known.get(&id) {
            Some((origin, path)) => (Rc::clone(origin), Some(Rc::clone(path))),
            None => (Rc::new(origin), None),
        };
        let original_path = path.or(before)?;
        known.insert(id, (Rc::clone(&origin), Rc::clone(&original_path)));
        lines.push(Line { line, original_line, original_path, origin, text });
    }
    Some(lines)
}

/// A path as git writes it in a line: quoted if it needs to be.
fn unquoted(path: &[u8]) -> Option<BString> {
    let (plain, consumed) = gix::quote::ansi_c::undo(path.as_bstr()).ok()?;
    (consumed == path.len()).then(|| plain.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_described_once_and_paths_may_change() {
        let one = "1".repeat(40);
        let text = format!(
            "{one} 3 1 1\nauthor A\nauthor-mail <a@b>\nauthor-time 7\nsummary x\nboundary\nfilename a\n\tx\r\n\
             {one} 9 2 1\nfilename b\n\t\n{} 1 3 1\nauthor Not\nauthor-time 8\nfilename a\n\t\tauthor\n",
            "0".repeat(40)
        );
        let lines = read(text.as_bytes()).unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!((lines[1].original_line, lines[1].original_path.as_slice()), (9, &b"b"[..]));
        assert!(lines[1].origin.boundary && lines[1].origin.author == "A" && lines[1].text.is_empty());
        assert_eq!((lines[0].text.as_slice(), lines[2].text.as_slice()), (&b"x\r"[..], &b"\tauthor"[..]));
        assert_eq!(lines[2].origin.commit, None);
        assert_eq!(read(b""), Some(vec![]));
        assert_eq!(read(b"what\n"), None);
    }
}
