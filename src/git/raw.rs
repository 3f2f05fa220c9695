//! `git diff` as rows: what a path was, and what it is.

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

/// One path that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is called; with a rename or a copy, now.
    pub path: BString,
    /// What it was called, if that is another name.
    pub old_path: Option<BString>,
    /// `A`, `M`, `D`, `R`, `C`, `T`, `U`.
    pub status: char,
    /// How similar the two are, in percent, with a rename or a copy.
    pub score: Option<u8>,
    /// Its mode before, octal; all zeros when it was not there.
    pub old_mode: String,
    /// Its mode now.
    pub new_mode: String,
    /// What it was, full hex; `None` where git did not compute it.
    pub old_id: Option<ObjectId>,
    /// What it is.
    pub new_id: Option<ObjectId>,
}

/// Read an answer of `git diff --raw -z --no-abbrev`; `None` when it is in another form.
pub fn read(answer: &[u8]) -> Option<Vec<Change>> {
    if answer.is_empty() {
        return Some(Vec::new());
    }
    let mut fields = answer.strip_suffix(b"\0")?.split_str("\0");
    let mut changes = Vec::new();
    while let Some(field) = fields.next() {
        changes.push(change(field.as_bstr(), &mut fields)?);
    }
    Some(changes)
}

/// `:100644 100644 <id> <id> R086`, and its one path or two: the form of `git diff-tree --raw`.
fn change<'a>(head: &BStr, paths: &mut impl Iterator<Item = &'a [u8]>) -> Option<Change> {
    let mut words = head.strip_prefix(b":")?.split_str(" ");
    let mode = |word: &[u8]| word.iter().all(u8::is_ascii_digit).then(|| word.to_str_lossy().into_owned());
    let (old_mode, new_mode) = (mode(words.next()?)?, mode(words.next()?)?);
    let id = |word: &[u8]| ObjectId::from_hex(word).ok().map(|id| Some(id).filter(|id| !id.is_null()));
    let (old_id, new_id) = (id(words.next()?)?, id(words.next()?)?);
    let (letter, score) = words.next()?.split_first()?;
    let (status, score) = (char::from(*letter), score.to_str().ok()?.parse().ok());
    let first = BString::from(paths.next()?);
    let (path, old_path) = match status {
        'R' | 'C' => (BString::from(paths.next()?), Some(first)),
        _ => (first, None),
    };
    Some(Change { path, old_path, status, score, old_mode, new_mode, old_id, new_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_and_other_forms_are_told() {
        let id = "1".repeat(40);
        let null = "0".repeat(40);
        let raw = format!(":100644 000000 {id} {null} D\0a\nb\0:100644 100755 {id} {id} R100\0old\0n\u{e4}w\0");
        let changes = read(raw.as_bytes()).unwrap();
        assert_eq!((changes[0].status, changes[0].path.as_slice(), changes[0].new_id), ('D', &b"a\nb"[..], None));
        assert_eq!(
            (changes[1].status, changes[1].old_path.clone(), changes[1].score),
            ('R', Some("old".into()), Some(100))
        );
        assert_eq!(changes[1].new_mode, "100755");
        assert_eq!(read(b""), Some(vec![]));
        for other in [&b" a | 2 +-\n"[..], b":100644", b":100644 100644 1 2 M", b"diff --git a/x b/x\n"] {
            assert_eq!(read(other), None, "{}", other.as_bstr());
        }
    }
}
