//! Answers without what is another one each time.

/// Ids of operations, snapshots and commits taken out.
pub fn without_ids(text: &str) -> String {
    let is_ulid = |word: &str| word.len() == 26 && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    let is_hex = |word: &str| word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let name = match () {
            () if is_ulid(word) => "<id>",
            () if is_hex(word) => "<oid>",
            () => word,
        };
        out.push_str(name);
        out.push_str(&part[word.len()..]);
    }
    out
}
