//! The final trailer block of a stored message, found as git finds it (`%(trailers)`).
//!
//! The last paragraph that is not the title is the block if every line is a trailer, or if at least one line is one that
//! git knows (`Signed-off-by: `, `(cherry picked from commit `, a configured key) and at least a quarter are trailers.
//! Comment lines, git's scissors and an old-style `Conflicts:` list after it do not count. `---` divides nothing here.

use bstr::{BString, ByteSlice};

use super::{Distinct, Rules, line};

/// The settings that determine how git parses a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// The prefix of comment lines: `core.commentChar`, `core.commentString`.
    pub comment: BString,
    /// The names and keys of configured trailers (`trailer.<name>.key`).
    pub known: Vec<BString>,
}

impl Default for Syntax {
    fn default() -> Self {
        Syntax { comment: "#".into(), known: Vec::new() }
    }
}

/// A trailer of the final block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The key as written, without the `:`.
    pub key: BString,
    /// The value on one line, trimmed.
    pub value: BString,
}

/// The ids that the final trailers of `message` name, without duplicates, in order.
pub fn ids(message: &[u8], rules: &Rules, syntax: &Syntax) -> Vec<BString> {
    let mut found = Distinct::default();
    for trailer in trailers(message, syntax) {
        if rules.reads(&trailer.key) {
            found.add(rules.ids(&trailer.value));
        }
    }
    found.ids
}

/// All trailers in the final block of `message`.
pub fn trailers(message: &[u8], syntax: &Syntax) -> Vec<Trailer> {
    let message = as_git_shows(message);
    let end = end_of_log(message, &syntax.comment);
    let Some(start) = start(message, end, syntax) else { return Vec::new() };
    let mut found: Vec<BString> = Vec::new();
    let mut continues = false;
    for (_, line) in line::lines(&message[start..end]) {
        if continues && line.first().is_some_and(|&b| line::is_space(b)) {
            found.last_mut().expect("invariant: only a trailer is continued").extend_from_slice(line);
            continue;
        }
        continues = line::separator(line).is_some();
        if continues {
            found.push(line.into());
        }
    }
    found.iter().filter_map(|line| trailer(line)).collect()
}

fn trailer(line: &[u8]) -> Option<Trailer> {
    let at = line::separator(line)?;
    Some(Trailer { key: line::trim(&line[..at]).into(), value: unfold(line::trim(&line[at + 1..])) })
}

/// Put a folded value on one line: a line end and the white space after it become one space.
fn unfold(value: &[u8]) -> BString {
    let mut out = BString::default();
    let mut rest = value;
    while let Some(at) = rest.find_byte(b'\n') {
        out.extend_from_slice(&rest[..at]);
        out.push(b' ');
        let next = rest[at..].iter().position(|&b| !line::is_space(b));
        rest = next.map_or(&b""[..], |next| &rest[at + next..]);
    }
    out.extend_from_slice(rest);
    line::trim(&out).into()
}

/// The part of a stored message that git formats: without blank lines at the start, up to the first NUL.
fn as_git_shows(message: &[u8]) -> &[u8] {
    let message = message.split(|&b| b == 0).next().unwrap_or_default();
    let start = line::lines(message).find(|(_, line)| !line::is_blank(line)).map_or(message.len(), |(start, _)| start);
    &message[start..]
}

/// Where the message ends once trailing comments, a `Conflicts:` list and what follows the scissors are omitted.
fn end_of_log(message: &[u8], comment: &[u8]) -> usize {
    let cut = line::scissors(message, comment);
    // As in git, 0 stands for "none": lines that begin the message are not trailing ones.
    let mut ignorable = 0;
    let mut in_conflicts = false;
    for (start, line) in line::lines(&message[..cut]) {
        let conflicts = line == b"Conflicts:\n";
        if line.starts_with(comment) || line == b"\n" || conflicts {
            in_conflicts |= conflicts;
            ignorable = if ignorable == 0 { start } else { ignorable };
        } else if !(in_conflicts && line.starts_with(b"\t")) && ignorable != 0 {
            ignorable = 0;
            in_conflicts = false;
        }
    }
    if ignorable > 0 { ignorable } else { cut }
}

/// Where the trailer block of `text[..end]` starts, if it has one.
pub(super) fn start(text: &[u8], end: usize, syntax: &Syntax) -> Option<usize> {
    let text = &text[..end];
    let is_comment = |line: &[u8]| line.starts_with(&syntax.comment);
    let title = line::lines(text).find(|(_, line)| !is_comment(line) && line::is_blank(line));
    let end_of_title = title.map_or(text.len(), |(start, _)| start);

    let mut count = Count::default();
    for (start, line) in line::lines(text).rev() {
        if start < end_of_title {
            return None;
        }
        if is_comment(line) {
            count.end_continuation();
        } else if line::is_blank(line) {
            if count.any {
                count.end_continuation();
                return count.is_block().then_some(start + line.len());
            }
        } else {
            count.add(line, syntax);
        }
    }
    None
}

/// What the lines of a paragraph are, read from its end.
#[derive(Default)]
struct Count {
    any: bool,
    known: bool,
    trailers: usize,
    others: usize,
    /// Indented lines: they belong to the line above, which is yet to come.
    indented: usize,
}

impl Count {
    fn add(&mut self, line: &[u8], syntax: &Syntax) {
        self.any = true;
        let by_git =
            [&b"Signed-off-by: "[..], b"(cherry picked from commit "].iter().any(|start| line.starts_with(start));
        let separator = line::separator(line);
        if by_git || separator.is_some() {
            self.trailers += 1;
            self.indented = 0;
            self.known |= by_git || separator.is_some_and(|at| is_known(&line[..at], syntax));
        } else if line::is_space(line[0]) {
            self.indented += 1;
        } else {
            self.others += 1;
            self.end_continuation();
        }
    }

    fn end_continuation(&mut self) {
        self.others += std::mem::take(&mut self.indented);
    }

    fn is_block(&self) -> bool {
        (self.known && self.trailers * 3 >= self.others) || (self.trailers > 0 && self.others == 0)
    }
}

/// Git takes any prefix of a configured name or key for it.
fn is_known(key: &[u8], syntax: &Syntax) -> bool {
    syntax.known.iter().any(|known| known.len() >= key.len() && known[..key.len()].eq_ignore_ascii_case(key))
}
