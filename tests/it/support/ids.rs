//! Answers without what is another one each time.

/// `text` with the ids of operations, snapshots and commits taken out, and with ages that do not tell how quick the machine is.
pub fn without_ids(text: &str) -> String {
    // Also the beginning of one: ids of this century begin so, and have a letter soon.
    let is_short =
        |word: &str| word.len() >= 8 && word.starts_with("01") && word.bytes().any(|b| b.is_ascii_uppercase());
    let is_ulid = |word: &str| {
        (word.len() == 26 || is_short(word)) && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
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
    for age in [" seconds ago", " second ago", "s ago", "s)"] {
        out = without_ages(&out, age);
    }
    out
}

/// `text` with `N` in the place of each number in front of `age`.
fn without_ages(text: &str, age: &str) -> String {
    let parts: Vec<&str> = text.split(age).collect();
    let count = parts.len() - 1;
    let shown = if age.starts_with(' ') { " seconds ago" } else { age };
    let cut = |(at, part): (usize, &&str)| match part.trim_end_matches(|c: char| c.is_ascii_digit()) {
        before if at < count && before.len() < part.len() => format!("{before}N{shown}"),
        _ if at < count => format!("{part}{age}"),
        _ => (*part).to_owned(),
    };
    parts.iter().enumerate().map(cut).collect()
}
