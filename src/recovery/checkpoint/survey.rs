//! What a checkpoint would find, before anything is staged: no object is written yet.

use std::{fs::Metadata, path::PathBuf};

use bstr::{BStr, BString, ByteSlice as _};

use crate::{
    error::Result,
    git::{ObjectId, Repo, excludes, index::PrivateIndex, objects::trees::Edits, status::entry_kind},
};

/// What differs in the part of the work tree that was asked about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Paths with an unresolved conflict.
    pub unmerged: Vec<BString>,
    /// Untracked directories that are repositories themselves; they end in `/`.
    pub nested: Vec<BString>,
    /// Untracked files.
    pub untracked: Vec<BString>,
    /// `.gitignore` files that are ignored themselves.
    pub rules: Vec<BString>,
    /// Submodules with changes inside, which a commit here cannot take.
    pub dirty_submodules: Vec<BString>,
    /// Index entries that differ from HEAD: what they are.
    pub staged: Edits,
}

impl Survey {
    /// Look at everything, or at `paths` only, as `index` has it.
    pub fn of(index: &PrivateIndex<'_>, paths: Option<&[PathBuf]>) -> Result<Self> {
        let words = ["--literal-pathspecs", "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all"];
        let answer = index.git().args(words).args([excludes::LISTED, "--"]).args(paths.unwrap_or_default()).run()?;
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
                [b'!', b' ', path @ ..] => survey.rules.extend(excludes::is_rules(path.into()).then(|| path.into())),
                [b'u', b' ', rest @ ..] => survey.unmerged.extend(field(rest, 9)),
                [b'1', b' ', staged, _, b' ', rest @ ..] => survey.read_tracked(*staged != b'.', rest),
                _ => {}
            }
        }
        survey
    }

    /// `sub mH mI mW hH hI path`; sub is `S<commit><modified><untracked>` of a submodule.
    fn read_tracked(&mut self, is_staged: bool, entry: &[u8]) {
        let fields: Vec<&[u8]> = entry.splitn_str(7, " ").collect();
        let [sub, _, mode, _, _, id, path] = fields[..] else { return };
        if matches!(sub, [b'S', _, b'M', _] | [b'S', _, _, b'U']) {
            self.dirty_submodules.push(path.into());
        }
        if is_staged {
            let kind = entry_kind(mode).flatten();
            self.staged.insert(path.into(), kind.zip(ObjectId::from_hex(id).ok()));
        }
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
        let zero = "0".repeat(40);
        let answer = format!(
            "1 .M N... 100644 100644 100644 {id} {id} a file\0\
             1 .M S.MU 160000 160000 160000 {id} {id} a module\0\
             1 .M SC.. 160000 160000 160000 {id} {id} moved module\0\
             1 MM N... 100644 100755 100644 {id} {id} staged\0\
             1 D. N... 100644 000000 000000 {id} {zero} gone\0\
             u UU N... 100644 100644 100644 100644 {id} {id} {id} a conflict\0\
             ? new file\0? nested repo/\0"
        );
        let survey = Survey::read(answer.as_bytes());
        assert_eq!(survey.dirty_submodules, ["a module"]);
        let staged: Vec<_> = survey.staged.iter().map(|(path, leaf)| (path.to_str_lossy(), leaf.is_some())).collect();
        assert_eq!(staged, [("gone".into(), false), ("staged".into(), true)]);
        assert_eq!(survey.unmerged, ["a conflict"]);
        assert_eq!(survey.untracked, ["new file"]);
        assert_eq!(survey.nested, ["nested repo/"]);
    }
}
