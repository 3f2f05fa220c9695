//! `git diff` as rows: what a path was, and what it is.

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

/// A path that differs, as in `git diff --raw`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawChange {
    /// The path; for a rename or copy, the new one.
    pub path: BString,
    /// The old path of a rename or copy.
    pub old_path: Option<BString>,
    /// `A`, `M`, `D`, `R`, `C`, `T`, `U`.
    pub status: char,
    /// The similarity of a rename or copy, in percent.
    pub score: Option<u8>,
    /// Its old mode, octal; all zeros if it did not exist.
    pub old_mode: String,
    /// Its new mode, octal; all zeros if it does not exist.
    pub new_mode: String,
    /// Its old object id; `None` if git did not compute it.
    pub old_id: Option<ObjectId>,
    pub new_id: Option<ObjectId>,
}

/// Read an answer of `git diff --raw -z --no-abbrev`; `None` when it is in another form.
pub fn read(answer: &[u8]) -> Option<Vec<RawChange>> {
    let groups = read_groups(answer, |_| None::<()>)?;
    Some(groups.into_iter().flat_map(|(_, changes)| changes).collect())
}

/// Read an answer of `git diff-tree --stdin --raw -z --no-abbrev`: each group of rows is headed by a line that names what is
/// compared, which `header` understands. `None` when the answer is in another form.
pub(super) fn read_groups<H>(
    answer: &[u8],
    header: impl Fn(&[u8]) -> Option<H>,
) -> Option<Vec<(Option<H>, Vec<RawChange>)>> {
    let mut groups = Vec::new();
    let mut rest = answer;
    while !rest.is_empty() {
        if !rest.starts_with(b":") {
            // git ends the line with a line feed after two trees, and with NUL after a commit.
            let end = rest.find_byteset(b"\n\0")?;
            groups.push((Some(header(&rest[..end])?), Vec::new()));
            rest = &rest[end + 1..];
            continue;
        }
        let mut field = || {
            let (field, after) = rest.split_once_str("\0")?;
            rest = after;
            Some(field)
        };
        let change = change(field()?.as_bstr(), &mut field)?;
        if groups.is_empty() {
            groups.push((None, Vec::new()));
        }
        groups.last_mut()?.1.push(change);
    }
    Some(groups)
}

/// `:100644 100644 <id> <id> R086`, and its one path or two: the form of `git diff-tree --raw`. Of a merge that is compared with
/// its n parents (`::100644 100644 100644 <id> <id> <id> MM`), what it has from the first one.
fn change<'a>(head: &BStr, path: &mut impl FnMut() -> Option<&'a [u8]>) -> Option<RawChange> {
    let parents = head.iter().take_while(|byte| **byte == b':').count();
    let words: Vec<&[u8]> = head.get(parents..)?.split_str(" ").collect();
    let letters = *words.get(2 * parents + 2)?;
    if parents == 0 || words.len() != 2 * parents + 3 {
        return None;
    }
    let ids = &words[parents + 1..];
    let mode = |word: &[u8]| word.iter().all(u8::is_ascii_digit).then(|| word.to_str_lossy().into_owned());
    let (old_mode, new_mode) = (mode(words[0])?, mode(words[parents])?);
    let id = |word: &[u8]| ObjectId::from_hex(word).ok().map(|id| Some(id).filter(|id| !id.is_null()));
    let (old_id, new_id) = (id(ids[0])?, id(ids[parents])?);
    let (letter, score) = letters.split_first()?;
    let (status, score) = (char::from(*letter), score.to_str().ok()?.parse().ok());
    let first = BString::from(path()?);
    let (path, old_path) = match status {
        'R' | 'C' => (BString::from(path()?), Some(first)),
        _ => (first, None),
    };
    Some(RawChange { path, old_path, status, score, old_mode, new_mode, old_id, new_id })
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
        let merge = format!(
            "{id}\0::100644 100644 100755 {id} {id} {null} MM\0a\0{id} {id}\n:100644 000000 {id} {null} D\0b\0"
        );
        let groups = read_groups(merge.as_bytes(), |header| Some(header.len())).unwrap();
        let path = |at: usize| groups[at].1[0].path.clone();
        assert_eq!((groups[0].0, path(0), groups[1].0, path(1)), (Some(40), "a".into(), Some(81), "b".into()));
        assert_eq!(read(b""), Some(vec![]));
        for other in [&b" a | 2 +-\n"[..], b":100644", b":100644 100644 1 2 M", b"diff --git a/x b/x\n"] {
            assert_eq!(read(other), None, "{}", other.as_bstr());
        }
    }
}
