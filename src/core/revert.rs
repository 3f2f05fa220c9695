//! What a commit message says it reverts: the line that `git revert` writes.

/// The key of the trailer that names the task of a commit that is being reverted.
pub const REVERTS_TASK: &str = "Reverts-Task";

/// What the line starts with; the object id follows.
const LINE: &[u8] = b"This reverts commit ";

/// The commits, in hex as the message has them, that `message` says it reverts.
pub fn reverts(message: &[u8]) -> impl Iterator<Item = &str> {
    message.split(|&b| b == b'\n').filter_map(|line| {
        let rest = line.trim_ascii().strip_prefix(LINE)?;
        let digits = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let ends = rest.get(digits).is_none_or(|b| !b.is_ascii_alphanumeric());
        (digits >= 7 && ends).then(|| std::str::from_utf8(&rest[..digits]).ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::reverts;

    #[test]
    fn reads_what_git_revert_writes_and_what_people_make_of_it() {
        let sha = "18787853fab2e9a6721ffff45aebcbe4381f18d4";
        let found = |text: &str| reverts(text.as_bytes()).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(found(&format!("Revert \"x\"\n\nThis reverts commit {sha}.\n")), [sha]);
        assert_eq!(found(&format!("x\n\nThis reverts commit {sha}, reversing\nchanges made to 1234567.\n")), [sha]);
        assert_eq!(
            found("x\n\n  This reverts commit 1878785\r\nThis reverts commit abcdefa.\n"),
            ["1878785", "abcdefa"]
        );
        for none in [
            "This reverts commit HEAD~1.",
            "This reverts commit 12345.",
            "see: This reverts commit 1878785",
            "This reverts commit 1878785xyz",
        ] {
            assert_eq!(found(none), [""; 0], "{none}");
        }
    }
}
