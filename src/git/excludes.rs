//! The ignore rules that no commit has: `info/exclude`, the file that `core.excludesFile` names, and `.gitignore` files that are
//! ignored themselves (virtual environments and caches of test tools bring such).
//!
//! They decide which files were there without being known, so whoever is to prove later that a file is younger has to
//! remember them: as a tree with these files.

use std::{collections::BTreeMap, fs, path::PathBuf};

use bstr::{BStr, BString};
use gix::{ObjectId, objs::tree::EntryKind};

use super::{
    objects::{
        Batch,
        trees::{self, Edits},
    },
    repo::Repo,
};
use crate::error::Result;

/// `info/exclude`, in the tree.
pub const EXCLUDE: &str = "exclude";
/// The file that `core.excludesFile` names, in the tree.
pub const CONFIGURED: &str = "configured";
/// The directory of the `.gitignore` files, in the tree.
pub const FILES: &str = "files/";

/// Has `git status` list what is ignored: a directory that a rule matches as a whole, without what is in it.
pub const LISTED: &str = "--ignored=matching";

/// Rules by their name in the tree.
pub type Rules = BTreeMap<BString, Vec<u8>>;

/// Whether `path` is a file of rules.
pub fn is_rules(path: &BStr) -> bool {
    path == ".gitignore" || path.ends_with(b"/.gitignore")
}

/// The rules of this moment, with those in the files `others` of the work tree.
///
/// A file that cannot be read is one that git does not read either.
///
/// # Errors
///
/// When a file has a name that is no path here.
pub fn rules<'p>(repo: &Repo, others: impl IntoIterator<Item = &'p BStr>) -> Result<Rules> {
    let configured = repo.gix().config_snapshot().trusted_path("core.excludesFile").ok().flatten();
    let read = |place: Option<PathBuf>| place.and_then(|place| fs::read(place).ok());
    let mut rules = Rules::from([
        (EXCLUDE.into(), read(Some(repo.common_dir().join("info/exclude"))).unwrap_or_default()),
        (CONFIGURED.into(), read(configured.or_else(usual)).unwrap_or_default()),
    ]);
    for path in others {
        // As git, which does not follow a link there.
        let place = repo.in_work_dir(path).filter(|place| place.symlink_metadata().is_ok_and(|meta| meta.is_file()));
        let bytes = read(place);
        rules.extend(bytes.map(|bytes| ([FILES.as_bytes(), path].concat().into(), bytes)));
    }
    Ok(rules)
}

/// `rules` as a tree, staged in `batch`.
///
/// # Errors
///
/// When an object cannot be made.
pub fn store(repo: &Repo, batch: &mut Batch, rules: &Rules) -> Result<ObjectId> {
    let mut edits = Edits::new();
    for (name, bytes) in rules {
        edits.insert(name.clone(), Some((EntryKind::Blob, batch.blob(repo, bytes.clone())?)));
    }
    trees::edit(repo, batch, None, &edits)
}

/// Where git looks when nothing is configured.
fn usual() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("git/ignore"))
}
