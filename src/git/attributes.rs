//! Attributes of paths (`.gitattributes`).

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};

use super::{cmd, files, ignore, repo::Repo, status};
use crate::error::Result;

/// Those of `paths` that no filter changes on the way into the repository.
///
/// # Errors
///
/// `git-failed`.
pub fn unfiltered(repo: &Repo, paths: &[&BString]) -> Result<HashSet<BString>> {
    let git = repo.git().args(["check-attr", "-z", "--stdin", "filter"]);
    let answer = git.stdin(cmd::nul_ended(paths.iter().map(|path| path.as_slice()))).run()?;
    // Path, attribute and value of each.
    let fields: Vec<&[u8]> = answer.split_str("\0").collect();
    let plain = fields.chunks_exact(3).filter(|row| matches!(row[2], b"unspecified" | b"unset"));
    Ok(plain.map(|row| row[0].into()).collect())
}

/// Tells of files whether git stores them byte for byte, without asking git: it may be unable to tell that of some for which that is so.
pub struct Unchanged<'r> {
    repo: &'r Repo,
    /// Whether all attributes are in files that are examined here, and no filter is configured.
    is_possible: bool,
    /// Whether the attributes of each directory are harmless.
    known: HashMap<PathBuf, bool>,
}

impl<'r> Unchanged<'r> {
    /// For files in the work tree of `repo`.
    pub fn new(repo: &'r Repo) -> Self {
        let config = repo.config();
        let is_simple = std::env::var_os("GIT_ATTR_SOURCE").is_none()
            && !config.is_set("attr.tree")
            && !config.flag("core.sparseCheckout")
            && !config.is_off("core.symlinks")
            && status::filters(repo).is_empty();
        let everywhere = [
            Some(repo.common_dir().join("info/attributes")),
            ignore::user_file(repo, "core.attributesFile", "attributes"),
        ];
        let is_possible = is_simple
            && everywhere.into_iter().flatten().all(|file| is_harmless(&file))
            && is_harmless(&system_file(repo));
        Unchanged { repo, is_possible, known: HashMap::new() }
    }

    /// Whether the file at `path` with these bytes is stored unchanged.
    pub fn is(&mut self, path: &BStr, bytes: &[u8]) -> bool {
        // Line ends and `$Id$` are what git changes without a filter.
        let is_plain = !bytes.contains(&b'\r') && bytes.find("$Id").is_none();
        is_plain && self.is_possible && self.is_harmless_at(path)
    }

    fn is_harmless_at(&mut self, path: &BStr) -> bool {
        let Some(file) = self.repo.in_work_dir(path) else { return false };
        let top = self.repo.work_dir().unwrap_or(Path::new("")).to_owned();
        let dirs = file.ancestors().skip(1).take_while(|dir| dir.starts_with(&top));
        dirs.into_iter()
            .all(|dir| *self.known.entry(dir.to_owned()).or_insert_with(|| is_harmless(&dir.join(".gitattributes"))))
    }
}

/// The file with the attributes of the whole system, which depends on where git is installed.
fn system_file(repo: &Repo) -> PathBuf {
    let ask = || {
        let git = repo.git().without("GIT_ATTR_NOSYSTEM").args(["var", "GIT_ATTR_SYSTEM"]);
        git.output().ok().map(|output| cmd::line(&output.stdout).to_string())
    };
    let said = cmd::asked_once(repo, "git-attributes", ask).unwrap_or_default();
    // Before 2.42 git does not say: most are installed where the system has its settings.
    if said.is_empty() { "/etc/gitattributes".into() } else { said.into() }
}

/// Whether the attributes in `file` change no encoding.
fn is_harmless(file: &Path) -> bool {
    match fs::read(file) {
        Ok(text) => text.find("working-tree-encoding").is_none(),
        Err(error) => files::is_absent(&error),
    }
}
