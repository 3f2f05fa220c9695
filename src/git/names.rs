//! Which paths may be written below a work tree: those that git's `verify_path` takes.
//!
//! Trees and lists that others made are read like any other data; what they name must never lead into a git directory or out
//! of the work tree.

use bstr::{BStr, ByteSlice as _};
use gix::{
    objs::tree::EntryKind,
    validate::path::component::{self, Mode, Options},
};

use crate::error::{Error, Result, codes};

/// No file system of today has longer ones.
const LONGEST: usize = 4096;

/// Whether git takes `path`, which is a `kind`, into an index: relative, no part of it empty, `.`, `..` or `.git` in any of the
/// spellings that some file system takes for it (HFS+ ignores code points, NTFS has `git~1`, streams, and backslashes between
/// names), and no link called `.gitmodules`.
pub fn is_allowed(path: &BStr, kind: EntryKind) -> bool {
    let options = Options { protect_windows: false, ..Options::default() };
    let is_good =
        |name: &[u8], mode: Option<Mode>| gix::validate::path::component(name.as_bstr(), mode, options).is_ok();
    let last = path.rfind_byte(b'/').map_or(0, |at| at + 1);
    path.len() <= LONGEST
        && !path.contains(&0)
        && path.split_str("/").all(|name| {
            let is_last = std::ptr::eq(name.as_ptr(), path[last..].as_ptr());
            let mode = (is_last && kind == EntryKind::Link).then_some(component::Mode::Symlink);
            // Between backslashes only what would be a git directory matters: they are not separators here.
            let mut pieces = name.split_str("\\").filter(|piece| !matches!(*piece, b"" | b"." | b".."));
            is_good(name, mode) && pieces.all(|piece| is_good(piece, mode))
        })
}

/// Whether `path` stays below where it begins, whatever its parts are called.
pub fn is_relative(path: &BStr) -> bool {
    !path.contains(&0) && path.split_str("/").all(|name| !matches!(name, b"" | b"." | b".."))
}

/// Whether `path` is in the directory `dir`, at any depth.
pub fn is_below(path: &BStr, dir: &BStr) -> bool {
    path.strip_prefix(dir.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
}

/// Refuse a path that git would refuse.
///
/// # Errors
///
/// `unsafe-path`.
pub fn check(path: &BStr, kind: EntryKind) -> Result<()> {
    match is_allowed(path, kind) {
        true => Ok(()),
        false => {
            let shown = path.to_str_lossy();
            let message = format!("git rejects the path '{}'; nothing was changed", shown.escape_debug());
            Err(Error::new(codes::UNSAFE_PATH, message)
                .hint("git and git-agent never create such a snapshot or commit: check where it came from"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_people_are_allowed() {
        for path in
            ["a", "a/b", ".gitignore", ".github/x", "a\\b", "a \\. b", "x.", " ", "..a", "a..", "git", ".git2", "con"]
        {
            assert!(is_allowed(path.into(), EntryKind::Blob), "{path}");
        }
        assert!(is_allowed(b"\xff\n".as_bstr(), EntryKind::Blob));
        assert!(is_allowed(".gitmodules".into(), EntryKind::Blob));
    }

    #[test]
    fn paths_that_lead_elsewhere_are_not() {
        let names = [
            ".git",
            ".GIT",
            ".Git",
            ".git ",
            ".git.",
            ".git . .",
            "git~1",
            "GIT~1",
            ".git::$INDEX_ALLOCATION",
            ".git:x",
            ".g\u{200c}it",
            "\u{feff}.git",
            ".gi\u{206a}t",
            "a\\.git",
            "a\\git~1\\x",
            ".git\\hooks",
            "..",
            ".",
            "",
        ];
        for name in names {
            for path in [name.to_owned(), format!("{name}/x"), format!("a/{name}"), format!("a/{name}/x")] {
                assert!(!is_allowed(path.as_str().into(), EntryKind::Blob), "{path}");
            }
        }
        for path in ["/etc/passwd", "a//b", "a/", "a\0b"] {
            assert!(!is_allowed(path.into(), EntryKind::Blob), "{path}");
        }
        for path in [".gitmodules", ".GitModules ", "GITMOD~1", "a/.gitmodules", "a\\.gitmodules"] {
            assert!(!is_allowed(path.into(), EntryKind::Link), "{path}");
        }
        assert!(!is_allowed("a/".repeat(3000).as_str().into(), EntryKind::Blob));
    }
}
