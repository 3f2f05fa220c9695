//! What a commit message says it reverts: the line that `git revert` writes; and what is in force after that.

use std::collections::{BTreeMap, HashMap};

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

/// What the line starts with that `git cherry-pick -x` writes.
const PICKED: &[u8] = b"(cherry picked from commit ";

/// The commits, in hex as the message has them, that `message` says it was picked from.
fn picks(message: &[u8]) -> impl Iterator<Item = &str> {
    message.split(|&b| b == b'\n').filter_map(|line| {
        let digits = line.trim_ascii().strip_prefix(PICKED)?.strip_suffix(b")")?;
        let is_id = digits.len() >= 7 && digits.iter().all(u8::is_ascii_hexdigit);
        is_id.then(|| std::str::from_utf8(digits).ok()).flatten()
    })
}

/// Which commits of a history are reverted, found by looking at them newest first.
///
/// The newest commit that speaks of another one decides, unless it is reverted itself: a revert of a revert restores what was
/// reverted, and so does a cherry-pick that says what it was picked from.
#[derive(Clone, Debug, Default)]
pub struct Reverted {
    /// Whether a commit is reverted, by its full id.
    whole: HashMap<String, bool>,
    /// The same by abbreviated ids of each length, and how many were seen before.
    short: BTreeMap<usize, HashMap<String, (usize, bool)>>,
    seen: usize,
}

impl Reverted {
    /// Whether the commit `hex` (full, in lower case), which says `message`, is reverted by those seen before it.
    pub fn see(&mut self, hex: &str, message: &[u8]) -> bool {
        let find = |(length, known): (&usize, &HashMap<String, (usize, bool)>)| known.get(hex.get(..*length)?).copied();
        let short = || self.short.iter().filter_map(find).min().map(|(_, is_reverted)| is_reverted);
        let is_reverted = self.whole.get(hex).copied().or_else(short).unwrap_or_default();
        if !is_reverted {
            reverts(message).for_each(|of| self.decide(of, true));
            picks(message).for_each(|of| self.decide(of, false));
        }
        is_reverted
    }

    fn decide(&mut self, of: &str, is_reverted: bool) {
        let of = of.to_ascii_lowercase();
        if of.len() < 40 {
            self.seen += 1;
            self.short.entry(of.len()).or_default().entry(of).or_insert((self.seen, is_reverted));
        } else if !self.short.iter().any(|(length, known)| known.contains_key(&of[..*length])) {
            self.whole.entry(of).or_insert(is_reverted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Reverted, reverts};

    /// Which of the commits, oldest first, are reverted; each says what it reverts (`-n`) or was picked from (`+n`).
    fn standing(history: &[&[i32]]) -> Vec<usize> {
        let hex = |n: usize| format!("{n:040x}");
        let mut reverted = Reverted::default();
        let see = |(n, says): (usize, &&[i32])| {
            let lines = says.iter().map(|of| match of {
                ..0 => format!("This reverts commit {}.\n", hex(of.unsigned_abs() as usize)),
                _ => format!("(cherry picked from commit {})\n", hex(of.unsigned_abs() as usize)),
            });
            reverted.see(&hex(n + 1), lines.collect::<String>().as_bytes()).then_some(n + 1)
        };
        let mut found: Vec<usize> = history.iter().enumerate().rev().filter_map(see).collect();
        found.reverse();
        found
    }

    #[test]
    fn what_was_brought_back_is_in_force() {
        assert_eq!(standing(&[&[], &[-1]]), [1]);
        assert_eq!(standing(&[&[], &[-1], &[-2]]), [2], "a revert of a revert");
        assert_eq!(standing(&[&[], &[-1], &[-2], &[-3]]), [1, 3], "and of that");
        assert_eq!(standing(&[&[], &[-1], &[-2], &[-1]]), [1, 2], "reverted again");
        assert_eq!(standing(&[&[], &[-1], &[1]]), [0; 0], "picked again");
        assert_eq!(standing(&[&[], &[-1], &[1], &[-3]]), [1, 3], "and that is reverted");
        assert_eq!(standing(&[&[], &[1], &[-1]]), [1], "a pick before the revert changes nothing");
    }

    #[test]
    fn abbreviated_ids_count_and_the_newest_word_decides() {
        let hex = "18787853fab2e9a6721ffff45aebcbe4381f18d4";
        let told = |lines: &[String]| {
            let mut reverted = Reverted::default();
            for (n, line) in lines.iter().enumerate() {
                reverted.see(&format!("f{n:039x}"), line.as_bytes());
            }
            reverted.see(hex, b"")
        };
        let revert = |of: &str| format!("This reverts commit {of}.");
        let pick = |of: &str| format!("(cherry picked from commit {of})");
        assert!(told(&[revert(&hex[..7])]) && told(&[revert(&hex[..12])]) && !told(&[revert("1878786")]));
        assert!(!told(&[pick(&hex[..12]), revert(&hex[..7])]) && told(&[revert(&hex[..7]), pick(&hex[..12])]));
        assert!(!told(&[pick(&hex[..7]), revert(hex)]) && told(&[revert(hex), pick(&hex[..7])]));
        // Very many of them are looked up, not compared one by one.
        let many: String = (0..40_000).map(|n| format!("This reverts commit {n:012x}.\n")).collect();
        assert!(told(&[many, revert(&hex[..9])]));
    }

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
