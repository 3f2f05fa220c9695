//! The text of the block, and a configuration file with and without it: pure.
//!
//! ```text
//! [agent "init"]
//!     # git-agent begin - 5e1f0c3a,9b2d8e44 (written by 'git agent init', removed by 'git agent uninstall')
//! [remote "origin"]
//!     fetch = +refs/notes/agent*:refs/agent/remotes/origin/agent*
//! [agent "init-end"]
//!     # git-agent end
//! ```
//!
//! The marks stand behind headings of our own: git drops the comments before a heading with the section that they follow
//! (`git branch -d`), and adds keys at the end of the last section of a name. What is ours in the block is known by its
//! checksum in the first mark: a line that git or a person has added or changed is theirs, and stays.

use bstr::ByteSlice as _;

use super::Setting;

pub(super) const HEADING: &str = "[agent \"init\"]";
const END_HEADING: &str = "[agent \"init-end\"]";
const BEGIN: &[u8] = b"# git-agent begin ";
const END: &[u8] = b"# git-agent end";
const NOTICE: &str = "(written by 'git agent init', removed by 'git agent uninstall')";

/// A block in the text of a configuration file.
pub(super) struct Block {
    start: usize,
    end: usize,
    /// How many line ends were added before it.
    newlines: usize,
    sums: Vec<Vec<u8>>,
    /// Of a version that had hooks alone in it, and no checksums.
    is_earlier: bool,
}

/// The first block in `text`.
pub(super) fn find(text: &[u8]) -> Option<Block> {
    let lines = offsets(text);
    let is = |at: usize, what: &[u8]| lines.get(at).is_some_and(|(_, line)| line.trim() == what);
    let begin = lines.iter().position(|(_, line)| line.trim().starts_with(BEGIN))?;
    let mut words = lines[begin].1.trim()[BEGIN.len()..].fields();
    let newlines = words.next()?.iter().filter(|flag| **flag == b'n').count();
    let is_earlier = begin == 0 || !is(begin - 1, HEADING.as_bytes());
    let sums = words.next().unwrap_or_default().split(|byte| *byte == b',').map(<[u8]>::to_vec).collect();
    let mut last = (begin..lines.len()).find(|at| is(*at, END)).unwrap_or(lines.len() - 1);
    // A key behind the block is in our last section until the next heading.
    let tail = lines[last + 1..].iter().take_while(|(_, line)| !line.trim_start().starts_with(b"["));
    let keys = tail.enumerate().filter(|(_, (_, line))| !is_blank(line)).map(|(at, _)| at).max();
    last += keys.map_or(0, |at| at + 1);
    let end = lines.get(last + 1).map_or(text.len(), |(at, _)| *at);
    let start = lines[if is_earlier { begin } else { begin - 1 }].0;
    Some(Block { start, end, newlines, sums, is_earlier })
}

impl Block {
    /// The settings in it that are as they were written.
    pub(super) fn settings(&self, text: &[u8]) -> Vec<Setting> {
        let mut found = Vec::new();
        strip(&text[self.start..self.end], |heading, line| {
            let is_ours = self.is_ours(heading, line);
            if is_ours {
                found.push(Setting { heading: heading.into(), line: line.into() });
            }
            is_ours
        });
        found
    }

    /// `text` with `instead` in the place of the block. What others have put into the block stays, before it.
    pub(super) fn replace(&self, text: &[u8], instead: &[Setting]) -> Vec<u8> {
        let mut kept = strip(&text[self.start..self.end], |heading, line| self.is_ours(heading, line));
        let (before, after) = (&text[..self.start], &text[self.end..]);
        if kept.is_empty() {
            let added = &b"\n\n"[..if after.is_empty() && instead.is_empty() { self.newlines } else { 0 }];
            let block = if instead.is_empty() { Vec::new() } else { write(instead, self.newlines) };
            return [before.strip_suffix(added).unwrap_or(before), &block, after].concat();
        }
        if !instead.is_empty() {
            kept = append(&kept, instead);
        }
        [before, &kept, after].concat()
    }

    fn is_ours(&self, heading: &[u8], line: &[u8]) -> bool {
        match self.is_earlier {
            true => is_of_hooks(heading) && !line.starts_with(b"enabled"),
            false => self.sums.iter().any(|sum| *sum == checksum(line).as_bytes()),
        }
    }

    /// See [`Block::is_earlier`].
    pub(super) fn is_earlier(&self) -> bool {
        self.is_earlier
    }
}

/// `text` with a block of `settings` at its end.
pub(super) fn append(text: &[u8], settings: &[Setting]) -> Vec<u8> {
    let newlines = open_lines(text);
    [text, &b"\n\n"[..newlines], &write(settings, newlines)].concat()
}

/// `text` without the lines for which `is_ours` holds, given the heading that they are under, and without the headings and
/// marks of ours that nothing is left under.
pub(super) fn strip(text: &[u8], mut is_ours: impl FnMut(&[u8], &[u8]) -> bool) -> Vec<u8> {
    let mut sections = vec![Section::default()];
    let mut continues = false;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let trimmed = line.trim();
        let was_inside = std::mem::replace(&mut continues, is_open(line));
        let Some(section) = sections.last_mut() else { continue };
        if was_inside {
            section.keep(line);
        } else if trimmed.starts_with(b"[") {
            let is_mark = trimmed == HEADING.as_bytes() || trimmed == END_HEADING.as_bytes();
            let has_key =
                !trimmed.ends_with(b"]") && !trimmed.rsplit_once_str("]").is_some_and(|(_, rest)| is_blank(rest));
            sections.push(Section { heading: line, kept: Vec::new(), is_ours: is_mark, has_keys: has_key });
        } else if trimmed.starts_with(BEGIN) || trimmed == END {
        } else if !is_blank(line) && is_ours(section.heading.trim(), trimmed) {
            section.is_ours = true;
            continues = false;
        } else {
            section.keep(line);
        }
    }
    let heading = |section: &Section<'_>| match section.is_ours && !section.has_keys {
        true => Vec::new(),
        false => section.heading.to_vec(),
    };
    sections.iter().flat_map(|section| [heading(section), section.kept.clone()].concat()).collect()
}

/// A heading and what follows.
#[derive(Default)]
struct Section<'t> {
    heading: &'t [u8],
    kept: Vec<u8>,
    /// Something of ours was taken out of it.
    is_ours: bool,
    /// Something of others is left in it.
    has_keys: bool,
}

impl Section<'_> {
    fn keep(&mut self, line: &[u8]) {
        self.kept.extend_from_slice(line);
        self.has_keys |= !is_blank(line);
    }
}

/// Whether `heading` is that of a hook of ours.
pub(super) fn is_of_hooks(heading: &[u8]) -> bool {
    heading.starts_with(b"[hook \"git-agent-")
}

/// The whole block.
fn write(settings: &[Setting], newlines: usize) -> Vec<u8> {
    let flags = if newlines == 0 { "-" } else { &"nn"[..newlines] };
    let sums: Vec<String> = settings.iter().map(|setting| checksum(&setting.line)).collect();
    let mut out = format!("{HEADING}\n\t").into_bytes();
    out.extend_from_slice(BEGIN);
    out.extend_from_slice(format!("{flags} {} {NOTICE}\n", sums.join(",")).as_bytes());
    let mut heading = HEADING.as_bytes();
    for setting in settings {
        if setting.heading != heading {
            heading = &setting.heading;
            out.extend_from_slice(&[heading, b"\n"].concat());
        }
        out.extend_from_slice(&[b"\t", setting.line.as_slice(), b"\n"].concat());
    }
    out.extend_from_slice(format!("{END_HEADING}\n\t").as_bytes());
    out.extend_from_slice(&[END, b"\n"].concat());
    out
}

/// How many line ends `text` needs before a heading can follow.
fn open_lines(text: &[u8]) -> usize {
    let last = text.split_inclusive(|byte| *byte == b'\n').next_back().unwrap_or_default();
    usize::from(!last.is_empty() && !last.ends_with(b"\n")) + usize::from(is_open(last))
}

/// Whether the value on this line continues in the next one.
fn is_open(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    !is_blank(line) && line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Whether there is no key on this line.
fn is_blank(line: &[u8]) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(b"#") || line.starts_with(b";")
}

fn offsets(text: &[u8]) -> Vec<(usize, &[u8])> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines
        .scan(0, |next, line| {
            let at = *next;
            *next += line.len();
            Some((at, line))
        })
        .collect()
}

/// FNV-1a, 32 bits: notices an edit, nothing more.
fn checksum(line: &[u8]) -> String {
    let sum = line.iter().fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    format!("{sum:08x}")
}
