//! One more trailer line in a message that is about to be committed.
//!
//! Not one byte of the message changes but for the lines that are added: `git interpret-trailers` rewrites URLs, splits
//! at `---` and adds LF to CRLF texts. The line goes to the end of the last trailer block, or makes a new paragraph.

use bstr::{BString, ByteSlice};

use super::{
    block::{self, Syntax, Trailer},
    line,
};

/// What git will do with the message file after us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It came out of an editor: comment lines and what is behind the scissors are not part of the message.
    Edited,
    /// `--cleanup=strip` without an editor: comment lines go, scissors are text.
    Stripped,
    /// `-m`, `-F`: lines that look like comments are text.
    Kept,
}

/// `message` with those of `wanted` added that its final block does not have; `None` if nothing is to be changed.
///
/// A message without text (nothing but blank lines, comments and `Signed-off-by`) is skipped: git aborts such a
/// commit, and a trailer would make it go through.
pub fn insert(message: &[u8], wanted: &[Trailer], form: Form, syntax: &Syntax) -> Option<BString> {
    let log_end = end_of_log(message, form, syntax);
    let text_end = end_of_text(&message[..log_end], form, syntax)?;

    let present = block::trailers(&message[..log_end], syntax);
    let mut missing: Vec<&Trailer> = Vec::new();
    for trailer in wanted {
        if !present.iter().chain(missing.iter().copied()).any(|known| same(known, trailer)) {
            missing.push(trailer);
        }
    }
    if missing.is_empty() {
        return None;
    }

    let made = put(message.split_at(text_end), missing.iter().copied(), syntax);
    // A paragraph that git skips may follow the block, comments or a list of conflicts: the new line makes it the last one.
    let now = block::trailers(&made[..made.len() - (message.len() - log_end)], syntax);
    let is_hidden = |known: &&Trailer| {
        let is_wanted = wanted.iter().any(|trailer| trailer.key.eq_ignore_ascii_case(&known.key));
        is_wanted && !now.iter().any(|trailer| same(trailer, known))
    };
    let hidden: Vec<&Trailer> = present.iter().filter(is_hidden).collect();
    if hidden.is_empty() {
        return Some(made);
    }
    Some(put(message.split_at(text_end), hidden.into_iter().chain(missing), syntax))
}

/// `trailers` between `text` and `rest`: in its last paragraph if that is a block, or else in a new one.
fn put<'t>((text, rest): (&[u8], &[u8]), trailers: impl Iterator<Item = &'t Trailer>, syntax: &Syntax) -> BString {
    let mut out = BString::from(text);
    let eol = line_end(text);
    if !text.ends_with(b"\n") {
        out.extend_from_slice(eol);
    }
    if !joins_block(text, syntax) {
        out.extend_from_slice(eol);
    }
    for trailer in trailers {
        out.extend_from_slice(&trailer.key);
        out.extend_from_slice(b": ");
        out.extend_from_slice(&trailer.value);
        out.extend_from_slice(eol);
    }
    out.extend_from_slice(rest);
    out
}

/// True for a message that is text to git: more than blank lines, comments and sign-offs.
pub fn has_text(message: &[u8], form: Form, syntax: &Syntax) -> bool {
    end_of_text(&message[..end_of_log(message, form, syntax)], form, syntax).is_some()
}

/// True if both messages are the same to git once comments and blank lines are gone.
///
/// Git refuses an untouched template; so must we, before a trailer touches it.
pub fn same_text(one: &[u8], other: &[u8], syntax: &Syntax) -> bool {
    let text = |message: &[u8]| -> Vec<BString> {
        let message = &message[..line::scissors(message, &syntax.comment)];
        let lines = message.lines_with_terminator().filter(|line| is_text(line, Form::Edited, syntax));
        lines.filter(|line| !line.starts_with(SIGN_OFF)).map(|line| line.trim_end().into()).collect()
    };
    text(one) == text(other)
}

/// The prefix that git itself puts into messages which are empty otherwise.
const SIGN_OFF: &[u8] = b"Signed-off-by: ";

fn is_text(line: &[u8], form: Form, syntax: &Syntax) -> bool {
    !line::is_blank(line) && (form == Form::Kept || !line.starts_with(&syntax.comment))
}

/// Where the scissors are: an editor's file is cut there, and of a stored message git reads nothing behind them.
fn end_of_log(message: &[u8], form: Form, syntax: &Syntax) -> usize {
    match form {
        // Git will end the last line before it looks for scissors.
        Form::Edited | Form::Kept => line::scissors(&[message, b"\n"].concat(), &syntax.comment).min(message.len()),
        Form::Stripped => message.len(),
    }
}

/// Where the last line of text ends, its line end included; `None` if there is no text.
fn end_of_text(message: &[u8], form: Form, syntax: &Syntax) -> Option<usize> {
    let text = || line::lines(message).filter(|(_, line)| is_text(line, form, syntax));
    text().find(|(_, line)| !line.starts_with(SIGN_OFF))?;
    text().next_back().map(|(start, line)| start + line.len())
}

/// True if the last paragraph of `text` is a trailer block that a line can be added to.
///
/// To git a lone URL is a trailer with the key `https`; to its author it is not, so it stays a paragraph of its own.
fn joins_block(text: &[u8], syntax: &Syntax) -> bool {
    let first = line::lines(text).find(|(_, line)| !line::is_blank(line)).map_or(0, |(start, _)| start);
    let text = &text[first..];
    let Some(start) = block::start(text, text.len(), syntax) else { return false };
    let mut lines = line::lines(&text[start..]).map(|(_, line)| line);
    let is_url = |line: &[u8]| line::separator(line).is_some_and(|at| line[at + 1..].starts_with(b"//"));
    lines.clone().all(|line| !line::is_blank(line)) && lines.any(|line| !is_url(line))
}

fn same(one: &Trailer, other: &Trailer) -> bool {
    one.key.eq_ignore_ascii_case(&other.key) && one.value == other.value
}

/// The line end that the message uses: that of its last line that has one.
fn line_end(text: &[u8]) -> &'static [u8] {
    match text.iter().rposition(|&b| b == b'\n') {
        Some(at) if at > 0 && text[at - 1] == b'\r' => b"\r\n",
        _ => b"\n",
    }
}
