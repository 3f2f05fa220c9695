//! Names of checkpoints inside the words that git takes for revisions: `^t-1@1`, `t-1@1..t-1@last`, `t-1@2~3`, `t-1@2:path`.
//!
//! What a name is replaced by is found elsewhere; here is only where the names are. Everything that cannot be one is git's:
//! `@` alone, `HEAD@{1}`, `main@{u}`, an address `a@b.c`, a path behind `:`.

use bstr::{BStr, ByteSlice as _};

use super::Spec;

/// A revision argument that contains a checkpoint name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'w> {
    /// Whether it starts with `^`.
    pub negated: bool,
    /// The revision; of a range, the left side.
    pub left: End<'w>,
    /// The right side of a range.
    pub right: Option<(Dots, End<'w>)>,
}

/// A single revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End<'w> {
    /// The checkpoint and the text of its name, if it starts with one.
    pub name: Option<(Spec<'w>, &'w str)>,
    /// The part after the name: `^`, `~3`, `^{tree}`, `:path`; without a name the whole text.
    pub rest: &'w BStr,
}

/// The kind of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dots {
    /// `A..B`
    Two,
    /// `A...B`
    Three,
}

impl Dots {
    /// The operator as written in revisions.
    pub fn as_str(self) -> &'static str {
        match self {
            Dots::Two => "..",
            Dots::Three => "...",
        }
    }
}

impl<'w> Word<'w> {
    /// Parse `word`; `None` if it contains no checkpoint name.
    pub fn parse(word: &'w BStr) -> Option<Self> {
        let (negated, body) = match word.strip_prefix(b"^") {
            Some(body) => (true, body),
            None => (false, word.as_bytes()),
        };
        let word = match dots(body) {
            Some((at, dots)) => {
                let right = End::parse(&body[at + dots.as_str().len()..]);
                Word { negated, left: End::parse(&body[..at]), right: Some((dots, right)) }
            }
            None => Word { negated, left: End::parse(body), right: None },
        };
        let has_name = word.left.name.is_some() || word.right.as_ref().is_some_and(|(_, end)| end.name.is_some());
        has_name.then_some(word)
    }
}

impl<'w> End<'w> {
    fn parse(text: &'w [u8]) -> Self {
        let (head, rest) = text.split_at(name_length(text));
        match head.to_str().ok().and_then(|head| Some((name(head)?, head))) {
            Some(name) => End { name: Some(name), rest: rest.as_bstr() },
            None => End { name: None, rest: text.as_bstr() },
        }
    }
}

/// How long the name is that one end of a word begins with.
fn name_length(end: &[u8]) -> usize {
    end.iter().position(|b| matches!(b, b'^' | b'~' | b':')).unwrap_or(end.len())
}

/// `word` in parts that are joined to it again: what may be the name of something, and the signs around and behind names.
pub fn parts(word: &[u8]) -> Vec<&[u8]> {
    let (sign, body) = word.split_at(usize::from(word.starts_with(b"^")));
    let (left, dots, right) = match dots(body) {
        Some((at, dots)) => {
            let (left, right) = body.split_at(at);
            let (dots, right) = right.split_at(dots.as_str().len());
            (left, dots, right)
        }
        None => (body, &b""[..], &b""[..]),
    };
    let ((one, behind_one), (other, behind_other)) =
        (left.split_at(name_length(left)), right.split_at(name_length(right)));
    [sign, one, behind_one, dots, other, behind_other].into_iter().filter(|part| !part.is_empty()).collect()
}

/// `head` as a checkpoint's name.
fn name(head: &str) -> Option<Spec<'_>> {
    let spec = Spec::parse(head).ok().filter(|spec| spec.which.is_some())?;
    let may_be_id = |task: &str| task.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/#".contains(&b));
    // Ids of other trackers may look like paths; a full ref name is git's.
    spec.task.is_none_or(|task| may_be_id(task) && !task.starts_with("refs/")).then_some(spec)
}

/// Where the dots of a range are: not inside `{…}`, and not in a path.
fn dots(body: &[u8]) -> Option<(usize, Dots)> {
    let mut depth = 0usize;
    for (at, byte) in body.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => return None,
            b'.' if depth == 0 && body[at..].starts_with(b"...") => return Some((at, Dots::Three)),
            b'.' if depth == 0 && body[at..].starts_with(b"..") => return Some((at, Dots::Two)),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The word with its names in brackets.
    fn marked(word: &str) -> Option<String> {
        let word = Word::parse(word.into())?;
        let end = |end: &End<'_>| {
            let name = end.name.as_ref().map(|(spec, text)| {
                let task = spec.task.unwrap_or("active");
                assert!(text.ends_with(&spec.which.unwrap().to_string()), "{text}");
                format!("[{task} {}]", spec.which.unwrap())
            });
            format!("{}{}", name.unwrap_or_default(), end.rest)
        };
        let right = word.right.as_ref().map(|(dots, right)| format!("{}{}", dots.as_str(), end(right)));
        let not = if word.negated { "^" } else { "" };
        Some(format!("{not}{}{}", end(&word.left), right.unwrap_or_default()))
    }

    #[test]
    fn a_word_is_the_sum_of_its_parts() {
        let parts = |word: &'static str| -> Vec<&str> {
            let parts = parts(word.as_bytes());
            assert_eq!(parts.concat(), word.as_bytes());
            parts.into_iter().map(|part| std::str::from_utf8(part).unwrap()).collect()
        };
        assert_eq!(parts("01KAT..01KAV"), ["01KAT", "..", "01KAV"]);
        assert_eq!(parts("^01KAT:src/a..b"), ["^", "01KAT", ":src/a..b"]);
        assert_eq!(parts("01KAT..."), ["01KAT", "..."]);
        assert_eq!(parts("a/b.rs"), ["a/b.rs"]);
        assert_eq!(parts(""), [""; 0]);
    }

    #[test]
    fn names_are_found_wherever_git_has_a_revision() {
        for (word, expected) in [
            ("t-1@2", "[t-1 2]"),
            ("@last", "[active last]"),
            ("^t-1@1", "^[t-1 1]"),
            ("t-1@1..t-1@last", "[t-1 1]..[t-1 last]"),
            ("t-1@1...main", "[t-1 1]...main"),
            ("main@{u}..@green", "main@{u}..[active green]"),
            ("t-1@start..", "[t-1 start].."),
            ("..t-1@2", "..[t-1 2]"),
            ("t-1@2^", "[t-1 2]^"),
            ("t-1@2~3^2", "[t-1 2]~3^2"),
            ("t-1@2^!", "[t-1 2]^!"),
            ("t-1@2^{/a..b}", "[t-1 2]^{/a..b}"),
            ("t-1@2:a..b@3", "[t-1 2]:a..b@3"),
            ("t-1@2~1..HEAD@{1}", "[t-1 2]~1..HEAD@{1}"),
            ("v1.2@4", "[v1.2 4]"),
        ] {
            assert_eq!(marked(word).as_deref(), Some(expected), "{word}");
        }
    }

    #[test]
    fn what_is_gits_stays_gits() {
        for word in [
            "",
            "^",
            "@",
            "@~2",
            "HEAD",
            "a..b",
            "HEAD@{1}",
            "main@{upstream}..",
            "@{-1}",
            "a@b.c",
            "icon@2x.png",
            "t-1@",
            "t-1@Last",
            ":/fix t-1@2",
            ":t-1@2",
            "HEAD:t-1@2",
            "refs/heads/t-1@2",
            "fix t-1@2",
            "ä@2",
            "a@1@b",
        ] {
            assert_eq!(marked(word), None, "{word}");
        }
        assert_eq!(Word::parse(b"\xff@2".into()), None);
    }
}
