//! Attributes of paths (`.gitattributes`).

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use gix::objs::Kind as ObjectKind;

use super::{cmd, config_parameters, files, ignore, index::entries::Entries, repo::Repo};
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

/// Tells of files whether git stores and writes them byte for byte, without asking git: it may be unable to tell that of some for which
/// that is so.
pub struct Unchanged<'r> {
    repo: &'r Repo,
    /// Where git looks for attributes that a work tree does not have.
    index: Option<&'r Entries>,
    /// What the configuration and the attributes of all repositories ask for; `None` where it is more than is known here.
    everywhere: Option<Conversions>,
    /// What the attributes of each directory ask for, by its path with `/` at the end.
    known: HashMap<BString, Conversions>,
}

/// What git may do to files.
#[derive(Clone, Copy, Default)]
struct Conversions {
    /// Store them through a filter, or in another encoding.
    content: bool,
    /// Store line ends as LF.
    to_lf: bool,
    /// Write line ends as CRLF.
    to_crlf: bool,
}

impl Conversions {
    /// Those of the attributes in `text`.
    fn of(text: &[u8]) -> Self {
        let has = |word: &str| text.find(word).is_some();
        // `text`, `eol=lf`, `eol=crlf`, and `crlf` of old.
        let content = has("filter") || has("working-tree-encoding");
        Conversions { content, to_lf: ["text", "eol", "crlf"].into_iter().any(has), to_crlf: has("crlf") }
    }

    /// Those of the attributes in `file`.
    fn read(file: &Path) -> Self {
        files::read(file).map_or(Conversions { content: true, to_lf: true, to_crlf: true }, |text| Self::of(&text))
    }

    fn or(self, other: Self) -> Self {
        Conversions {
            content: self.content || other.content,
            to_lf: self.to_lf || other.to_lf,
            to_crlf: self.to_crlf || other.to_crlf,
        }
    }
}

impl<'r> Unchanged<'r> {
    /// For files in the work tree of `repo`. Without its `index`, no file with attributes may be missing in the work tree.
    pub fn new(repo: &'r Repo, index: Option<&'r Entries>) -> Self {
        let config = repo.config();
        let is_simple = std::env::var_os("GIT_ATTR_SOURCE").is_none()
            // `git -c core.autocrlf=true agent rollback`
            && !config_parameters::has_others()
            && !config.is_set("attr.tree")
            && !config.flag("core.sparseCheckout")
            && !config.is_off("core.symlinks");
        let everywhere = || {
            let is_on = |key| config.is_set(key) && !config.is_off(key);
            let (to_lf, to_crlf) = (is_on("core.autocrlf"), is_on("core.autocrlf") || is_on("core.eol"));
            let files = [
                Some(repo.common_dir().join("info/attributes")),
                ignore::user_file(repo, "core.attributesFile", "attributes"),
                Some(system_file(repo)),
            ];
            let files = files.iter().flatten().map(|file| Conversions::read(file));
            files.fold(Conversions { to_lf, to_crlf, content: false }, Conversions::or)
        };
        Unchanged { repo, index, everywhere: is_simple.then(everywhere), known: HashMap::new() }
    }

    /// Whether symbolic links are written as links, and stored as what they point to.
    pub fn has_links(&self) -> bool {
        self.everywhere.is_some()
    }

    /// Whether the file at `path` with these bytes is stored unchanged.
    pub fn is_stored(&mut self, path: &BStr, bytes: &[u8]) -> bool {
        self.is_kept(path, bytes, |asked| asked.to_lf && bytes.contains(&b'\r'))
    }

    /// Whether a blob with these bytes is written unchanged to the file at `path`.
    pub fn is_written(&mut self, path: &BStr, bytes: &[u8]) -> bool {
        self.is_kept(path, bytes, |asked| asked.to_crlf && bytes.contains(&b'\n'))
    }

    fn is_kept(&mut self, path: &BStr, bytes: &[u8], has_other_ends: impl FnOnce(Conversions) -> bool) -> bool {
        // What git changes with the attribute `ident`.
        let has_id = bytes.find("$Id").is_some();
        !has_id && self.conversions(path).is_some_and(|asked| !asked.content && !has_other_ends(asked))
    }

    /// What may be done to the file at `path`.
    fn conversions(&mut self, path: &BStr) -> Option<Conversions> {
        let dirs = std::iter::once(0).chain(path.find_iter("/").map(|slash| slash + 1));
        dirs.into_iter().try_fold(self.everywhere?, |asked, end| Some(asked.or(self.asked_in(&path[..end])?)))
    }

    fn asked_in(&mut self, dir: &BStr) -> Option<Conversions> {
        if let Some(known) = self.known.get(dir) {
            return Some(*known);
        }
        let file = BString::from([dir.as_bytes(), b".gitattributes"].concat());
        let mut asked = Conversions::read(&self.repo.in_work_dir(file.as_bstr())?);
        if let Some(entry) = self.index.and_then(|index| index.find(file.as_bstr())) {
            asked = asked.or(Conversions::of(&self.repo.read_as(entry.id, ObjectKind::Blob).ok()?));
        }
        self.known.insert(dir.into(), asked);
        Some(asked)
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
