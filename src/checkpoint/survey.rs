//! What a checkpoint would find, before anything is staged: no object is written yet.

use std::{fs::Metadata, path::PathBuf};

use bstr::{BStr, BString, ByteSlice as _};

use crate::{error::Result, git::Repo};

/// What differs in the part of the work tree that was asked about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Paths with an unresolved conflict.
    pub unmerged: Vec<BString>,
    /// Untracked directories that are repositories themselves; they end in `/`.
    pub nested: Vec<BString>,
    /// Untracked files.
    pub untracked: Vec<BString>,
    /// Submodules with changes inside, which a commit here cannot take.
    pub dirty_submodules: Vec<BString>,
}

impl Survey {
    /// Look at everything, or at `paths` only.
    pub fn of(repo: &Repo, paths: Option<&[PathBuf]>) -> Result<Self> {
        let words = ["--literal-pathspecs", "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all"];
        let answer = repo.git().args(words).arg("--").args(paths.unwrap_or_default()).run()?;
        Ok(Self::read(&answer))
    }

    /// The nested repositories that one of `paths` lies in.
    pub fn nested_around(&self, repo: &Repo, paths: &[PathBuf]) -> Vec<&BString> {
        let inside = |nested: &&BString| {
            let dir = repo.in_work_dir(nested.as_bstr()).and_then(|dir| dir.canonicalize().ok());
            dir.is_some_and(|dir| {
                paths.iter().filter_map(|path| path.canonicalize().ok()).any(|path| path.starts_with(&dir))
            })
        };
        self.nested.iter().filter(inside).collect()
    }

    /// Untracked files of more than `limit` bytes, which are found here so that they need not be stored to be refused.
    ///
    /// A file that goes through a filter (large file storage) may become small; it is judged when it is staged.
    pub fn too_large(&self, repo: &Repo, limit: u64) -> Result<Vec<(&BString, u64)>> {
        let size = |path: &BString| repo.in_work_dir(path.as_bstr())?.symlink_metadata().ok().filter(Metadata::is_file);
        let sized = self.untracked.iter().filter_map(|path| Some((path, size(path)?.len())));
        let mut large: Vec<(&BString, u64)> = sized.filter(|(_, size)| *size > limit).collect();
        if !large.is_empty() {
            let asked: Vec<u8> = large.iter().flat_map(|(path, _)| [path.as_slice(), b"\0"].concat()).collect();
            let answer = repo.git().args(["check-attr", "-z", "--stdin", "filter"]).stdin(asked).run()?;
            let words: Vec<&[u8]> = answer.split_str("\0").collect();
            let plain = |path: &BString| {
                words.chunks_exact(3).any(|w| w[0] == path.as_slice() && matches!(w[2], b"unspecified" | b"unset"))
            };
            large.retain(|(path, _)| plain(path));
        }
        Ok(large)
    }

    fn read(answer: &[u8]) -> Self {
        let mut survey = Survey::default();
        for entry in answer.split_str("\0") {
            match entry {
                [b'?', b' ', path @ .., b'/'] => survey.nested.push([path, b"/"].concat().into()),
                [b'?', b' ', path @ ..] => survey.untracked.push(path.into()),
                [b'u', b' ', rest @ ..] => survey.unmerged.extend(field(rest, 9)),
                // XY sub mH mI mW hH hI path; sub is `S<commit><modified><untracked>`
                [b'1', b' ', _, _, b' ', b'S', _, modified, untracked, rest @ ..]
                    if *modified == b'M' || *untracked == b'U' =>
                {
                    survey.dirty_submodules.extend(field(rest, 6));
                }
                _ => {}
            }
        }
        survey
    }
}

/// The rest of an entry from its `n`-th field on (from 0): a path may have spaces.
fn field(entry: &[u8], n: usize) -> Option<BString> {
    entry.splitn_str(n + 1, " ").nth(n).map(|path| BStr::new(path).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_git_status_says() {
        let id = "d00491fd7e5bb6fa28c517a0bb32b8b506539d4d";
        let answer = format!(
            "1 .M N... 100644 100644 100644 {id} {id} a file\0\
             1 .M S.MU 160000 160000 160000 {id} {id} a module\0\
             1 .M SC.. 160000 160000 160000 {id} {id} moved module\0\
             u UU N... 100644 100644 100644 100644 {id} {id} {id} a conflict\0\
             ? new file\0? nested repo/\0"
        );
        let survey = Survey::read(answer.as_bytes());
        assert_eq!(survey.dirty_submodules, ["a module"]);
        assert_eq!(survey.unmerged, ["a conflict"]);
        assert_eq!(survey.untracked, ["new file"]);
        assert_eq!(survey.nested, ["nested repo/"]);
    }
}
