//! File name patterns of a shell, as far as it takes to say what they cannot match.

/// Whether `pattern`, one component of a path, may match `name`. A class counts as any one character.
pub fn may_match(pattern: &[u8], name: &[u8]) -> bool {
    // A pattern does not match a leading dot, unless it has one.
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let (matches, length) = match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some(b'?') => (n < name.len(), 1),
            Some(b'[') => (n < name.len(), class(&pattern[p..])),
            Some(byte) => (name.get(n) == Some(byte), 1),
            None => (n == name.len(), 0),
        };
        match (matches, &mut star) {
            (true, _) if length == 0 => return true,
            (true, _) => (p, n) = (p + length, n + 1),
            (false, Some((after, from))) if *from < name.len() => {
                *from += 1;
                (p, n) = (*after, *from);
            }
            (false, _) => return false,
        }
    }
}

/// How long the class is that `pattern` begins with.
fn class(pattern: &[u8]) -> usize {
    let end = pattern.iter().enumerate().skip(2).find(|(at, byte)| **byte == b']' && *at > 1);
    end.map_or(1, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::may_match;

    #[test]
    fn patterns_and_the_git_directory() {
        for pattern in [".*", ".g*", ".[!.]*", ".??*", ".git", ".*t", ".[a-z]it"] {
            assert!(may_match(pattern.as_bytes(), b".git"), "{pattern}");
        }
        for pattern in ["*", "?git", "[.]git", "*.git", ".gi", ".hid*", ".gitx*"] {
            assert!(!may_match(pattern.as_bytes(), b".git"), "{pattern}");
        }
        assert!(may_match(b"*.rs", b"main.rs") && may_match(b"a*b*c", b"aXbYbc") && !may_match(b"*.rs", b"main.c"));
    }
}
