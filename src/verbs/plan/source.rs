//! The text of a plan, and what is wrong with it.

use std::{collections::HashMap, path::Path};

use crate::{
    domain::text::{shorten, visible},
    error::{Error, Result, codes},
    plans::{Format, Left, Reading, Renamed, TextPlace, Wrong, WrongKind, without_comments},
};

/// A plan is not larger than this, in bytes.
pub const MAX_PLAN: u64 = 32 * 1024 * 1024;

/// How many places of a kind are named.
const SHOWN: usize = 3;

/// Tasks remember no more characters of where their plan lies.
const LONGEST_PATH: usize = 300;

/// A text and where it comes from.
pub struct PlanSource {
    /// The file; nothing for standard input.
    file: Option<String>,
    /// As it stands in front of line and column.
    name: String,
    extension: Option<String>,
    text: String,
    /// The first byte that is not UTF-8, and where it is in the file.
    bad: Option<(usize, u8)>,
    /// What was read in another way than it is written.
    left: Vec<Left>,
}

/// Parts of a plan of one kind that were changed or skipped.
#[derive(Clone, Debug)]
pub struct LeftKind {
    /// A description of the kind, and what was done with it.
    pub what: String,
    /// The number of occurrences.
    pub count: usize,
    /// Where the first of them are: line and column.
    pub first: Vec<String>,
}

impl PlanSource {
    /// The plan that is in `file`, or came from standard input, and consists of `bytes`.
    ///
    /// # Errors
    ///
    /// `plan-too-large`, `plan-syntax` for what is not a text.
    pub fn new(file: Option<&str>, bytes: Vec<u8>) -> Result<Self> {
        let name = file.map_or("standard input".to_owned(), |file| visible(file, &[]).into_owned());
        if bytes.len() as u64 > MAX_PLAN {
            let most = MAX_PLAN >> 20;
            let message = format!("the plan '{name}' is larger than {most} MiB; nothing was imported");
            return Err(Error::new(codes::PLAN_TOO_LARGE, message).hint("import it in parts"));
        }
        let extension = file.and_then(|file| Path::new(file).extension()?.to_str().map(str::to_owned));
        let (text, left) = decode(&bytes).map_err(|at| {
            let place = TextPlace::of(&bytes, at);
            not_utf8(&format!("{name}:{place}"), at, bytes[at])
        })?;
        let bad = std::str::from_utf8(&bytes).err().filter(|_| !left.is_empty());
        let bad = bad.map(|error| (error.valid_up_to(), bytes[error.valid_up_to()]));
        Ok(PlanSource { file: file.map(str::to_owned), name, extension, text: without_comments(text), bad, left })
    }

    /// The format: the one that is `wanted`, or the one it looks like.
    ///
    /// # Errors
    ///
    /// `unknown-plan-format`.
    pub fn format(&self, wanted: Option<Format>) -> Result<Format> {
        wanted.or_else(|| Format::recognise(self.extension.as_deref(), &self.text)).ok_or_else(|| {
            let message =
                format!("'{}' is not a plan in a format that git-agent knows; nothing was imported", self.name);
            Error::new(codes::UNKNOWN_PLAN_FORMAT, message)
                .hint(super::known(|_| true))
                .hint("--format sets the format")
        })
    }

    /// What it says.
    ///
    /// # Errors
    ///
    /// `bad-plan`, with the line.
    pub fn reading(&self, format: Format) -> Result<Reading> {
        if let (Some((at, byte)), Some(left)) = (self.bad.filter(|_| format.is_ours()), self.left.first()) {
            let place = TextPlace::of(self.text.as_bytes(), left.at);
            return Err(not_utf8(&format!("{}:{place}", self.name), at, byte));
        }
        format.read(&self.text).map_err(|wrong| self.refuse(wrong))
    }

    /// What was omitted or changed of what the file has: how often, and the first places.
    pub fn left(&self, left: &[Left]) -> Vec<LeftKind> {
        let mut kinds: Vec<LeftKind> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for left in self.left.iter().chain(left) {
            let kind = *known.entry(&left.what).or_insert(kinds.len());
            if kind == kinds.len() {
                kinds.push(LeftKind { what: left.what.clone(), count: 0, first: Vec::new() });
            }
            let kind = &mut kinds[kind];
            kind.count += 1;
            if kind.first.len() < SHOWN {
                kind.first.push(TextPlace::of(self.text.as_bytes(), left.at).to_string());
            }
        }
        kinds
    }

    /// Where the file lies in the work tree whose top is `top`, or its name if it lies elsewhere: what its tasks remember of it.
    pub fn path(&self, top: Option<&Path>) -> Option<String> {
        let file = Path::new(self.file.as_deref()?);
        let whole = std::path::absolute(file).ok()?;
        let whole = whole.canonicalize().unwrap_or(whole);
        let top = top.map(|top| top.canonicalize().unwrap_or_else(|_| top.to_owned()));
        let inside = top.as_ref().and_then(|top| whole.strip_prefix(top).ok());
        let path = inside.map(Path::to_owned).or_else(|| whole.file_name().map(Into::into))?;
        let path = visible(&path.to_string_lossy(), &[]).into_owned();
        Some(path.chars().take(LONGEST_PATH).collect())
    }

    /// A refusal to call tasks that were begun something else.
    pub fn renames(&self, renamed: &[Renamed]) -> Error {
        let shown: Vec<String> = renamed
            .iter()
            .take(SHOWN)
            .map(|one| {
                let place = TextPlace::of(self.text.as_bytes(), one.at);
                let (old, new) = (shorten(&one.old, 60), shorten(&one.new, 60));
                format!("{}:{place}: {} is '{old}' here, and was started; the plan calls it '{new}'", self.name, one.id)
            })
            .collect();
        let more = renamed.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        Error::new(codes::PLAN_RENAMES, format!("{}{more}", shown.join("; ")))
            .hint("if the numbers in the plan have shifted: give the new task its own id, or import below another task with --parent")
            .hint("--force accepts the new titles")
    }

    /// `plan.toml:12:5: what is wrong`
    pub fn refuse(&self, wrong: Wrong) -> Error {
        let place = |at| TextPlace::of(self.text.as_bytes(), at);
        let also = wrong.also.map(|at| format!(" (the other one is at {})", place(at))).unwrap_or_default();
        let message = format!("{}:{}: {}{also}", self.name, place(wrong.at), wrong.what);
        // A cycle is refused, which says by itself that nothing was changed.
        let (code, is_refusal) = match wrong.kind {
            WrongKind::Meaning => (codes::BAD_PLAN, false),
            WrongKind::Syntax => (codes::PLAN_SYNTAX, false),
            WrongKind::Version => (codes::PLAN_VERSION, false),
            WrongKind::UnknownTask => (codes::UNKNOWN_TASK, false),
            WrongKind::ParentCycle => (codes::PARENT_CYCLE, true),
            WrongKind::DependencyCycle => (codes::DEPENDENCY_CYCLE, true),
        };
        let message = if is_refusal { message } else { format!("{message}; nothing was imported") };
        Error::new(code, message).hints(wrong.hint)
    }
}

/// What Windows-1252 has where Latin-1 has control characters, from 0x80; those that it does not have are the control characters.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn not_utf8(place: &str, at: usize, byte: u8) -> Error {
    let message = format!("{place}: byte {byte:#04x} at offset {at} is not UTF-8; nothing was imported");
    Error::new(codes::PLAN_SYNTAX, message)
}

/// The text that `bytes` are, without a mark at its beginning, and where it was not UTF-8; or the byte that is in no text.
fn decode(bytes: &[u8]) -> std::result::Result<(String, Vec<Left>), usize> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return utf16(bytes).map(|text| (text, Vec::new())).ok_or(0);
    }
    // Editors of another system begin a text with a mark that is not a part of it.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut text, mut left) = (String::new(), Vec::new());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            left.push(Left { at: text.len(), what: "a byte that is not UTF-8 is read as Windows-1252".to_owned() });
            text.push(WINDOWS.get(usize::from(byte - 0x80)).copied().unwrap_or(char::from(*byte)));
        }
    }
    match bytes.iter().position(|byte| *byte == 0).filter(|_| !left.is_empty()) {
        Some(at) => Err(at),
        None => Ok((text, left)),
    }
}

/// A text in UTF-16 with the mark at its beginning, as shells of Windows write it.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2)? {
        b"\xff\xfe" => u16::from_le_bytes,
        b"\xfe\xff" => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok().filter(|_| bytes.len().is_multiple_of(2))
}
