//! `refs/agent/*` stays in this clone, and which task is active in it (`git push --mirror` takes `refs/worktree/*` along).
//!
//! The shim in `hooks/pre-push` decides by itself; this is the same for people who call us from a hook of their own.

use bstr::{BString, ByteSlice as _};

/// Where everything is that belongs to one clone alone.
const PRIVATE: [&[u8]; 2] = [b"refs/agent/", b"refs/worktree/agent/"];

/// The first ref that must not be pushed, in what git tells the hook: `<local ref> <local id> <remote ref> <remote id>` lines.
/// Taking one away from a remote is fine.
pub fn refused(input: &[u8]) -> Option<BString> {
    input.lines().find_map(|line| {
        // A local ref may be an expression with spaces.
        let mut words = line.rsplitn(4, |byte| *byte == b' ');
        let (_, to, id, from) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let is_deletion = id.iter().all(|byte| *byte == b'0');
        let is_private = |name: &&[u8]| PRIVATE.iter().any(|place| name.starts_with(place));
        [from, to].into_iter().find(|name| !is_deletion && is_private(name)).map(BString::from)
    })
}

/// Why, and what to do, for the remote that git calls `remote`; an address is not repeated, it may hold a password.
pub fn explanation(name: &BString, remote: Option<&str>, address: Option<&str>) -> String {
    let remote = remote.filter(|remote| !remote.is_empty() && Some(*remote) != address).unwrap_or("<remote>");
    format!(
        "error: cannot push '{name}': it is private to this clone, like refs/agent/*, where snapshots hold uncommitted work\n\
         nothing was pushed\n\
         hint: to push branches and tags: git push {remote} 'refs/heads/*' 'refs/tags/*'\n\
         hint: to push everything else: git push {remote} 'refs/*' '^refs/agent/*' '^refs/worktree/*'\n"
    )
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn private_refs_are_found_in_either_place() {
        let line = |from: &str, id: &str, to: &str| format!("{from} {id} {to} 0000\n");
        let told = |text: &str| refused(text.as_bytes()).map(|name| name.to_string());
        assert_eq!(told(""), None);
        assert_eq!(told(&line("refs/heads/main", "12", "refs/heads/main")), None);
        assert_eq!(told(&line("refs/heads/refs/agent/x", "12", "refs/heads/refs/agent/x")), None);
        assert_eq!(told(&line("(delete)", "0000", "refs/agent/snap/x")), None);
        assert_eq!(told(&line("HEAD^{/a b}", "12", "refs/agent/x")).as_deref(), Some("refs/agent/x"));
        let second =
            line("refs/heads/main", "12", "refs/heads/main") + &line("refs/agent/snap/x", "12", "refs/heads/x");
        assert_eq!(told(&second).as_deref(), Some("refs/agent/snap/x"));
        assert_eq!(told("nonsense\nrefs/agent/x\n"), None);
    }
}
