//! What lies between the commits as they are stored and the history as git shows it.

use std::collections::{HashMap, HashSet};

use bstr::ByteSlice as _;

use crate::{
    core::trailer::Rules,
    error::Result,
    git::{ObjectId, Repo, walk},
};

/// Replacements, grafts, the boundary of a shallow clone; and how messages are read.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Objects that gix does not replace by itself: on a reftable, where it cannot read refs.
    replaced: HashMap<ObjectId, ObjectId>,
    /// `info/grafts`: parents instead of those in the commit. gix does not know it, git still does.
    grafts: HashMap<ObjectId, Vec<ObjectId>>,
    /// Commits whose parents are not here.
    pub shallow: HashSet<ObjectId>,
    /// Which trailers name a task.
    pub rules: Rules,
    /// Changes with everything that changes what an index says.
    pub fingerprint: ObjectId,
    /// Whether the commits alone make the history: only then git's commit-graph tells of it.
    pub is_plain: bool,
}

impl Overlay {
    /// That of `repo`, as it is now.
    pub fn of(repo: &Repo) -> Result<Self> {
        let rules = repo.settings().trailer_rules();
        let (replacements, replaced) = replacements(repo)?;
        let grafts = grafts(repo);
        let shallow = walk::shallow(repo)?;
        let mut says = format!("{rules:?}\n");
        let mut lines: Vec<String> = replacements.iter().map(|(from, to)| format!("replace {from} {to}\n")).collect();
        lines.extend(grafts.iter().map(|(commit, parents)| format!("graft {commit} {parents:?}\n")));
        lines.extend(shallow.iter().map(|commit| format!("shallow {commit}\n")));
        lines.sort_unstable();
        says.extend(lines.iter().map(String::as_str));
        let is_plain = lines.is_empty();
        Ok(Overlay { replaced, grafts, shallow, rules, fingerprint: repo.blob_id(says.as_bytes())?, is_plain })
    }

    /// The object to read for `commit`.
    pub fn stands_for(&self, commit: ObjectId) -> ObjectId {
        self.replaced.get(&commit).copied().unwrap_or(commit)
    }

    /// The parents of `commit`, in which `stored` stand.
    pub fn parents(&self, commit: ObjectId, stored: Vec<ObjectId>) -> Vec<ObjectId> {
        if self.shallow.contains(&commit) {
            return Vec::new();
        }
        self.grafts.get(&commit).cloned().unwrap_or(stored)
    }
}

/// The replacements that are in force, and those of them that gix does not make.
type Replacements = (Vec<(ObjectId, ObjectId)>, HashMap<ObjectId, ObjectId>);

fn replacements(repo: &Repo) -> Result<Replacements> {
    let objects = &repo.gix().objects;
    if objects.ignore_replacements {
        return Ok(Replacements::default());
    }
    let known: Vec<_> = objects.store_ref().replacements().collect();
    if !known.is_empty() || repo.refs() == crate::git::Refs::Files {
        return Ok((known, HashMap::new()));
    }
    const PREFIX: &str = "refs/replace/";
    let refs = repo.refs().list(repo, PREFIX)?;
    let replaced: Vec<_> = refs
        .into_iter()
        .filter_map(|(name, to)| Some((ObjectId::from_hex(name.strip_prefix(PREFIX)?.as_bytes()).ok()?, to)))
        .collect();
    Ok((replaced.clone(), replaced.into_iter().collect()))
}

/// `info/grafts`: a commit and its parents on each line.
fn grafts(repo: &Repo) -> HashMap<ObjectId, Vec<ObjectId>> {
    let path = std::env::var_os("GIT_GRAFT_FILE").map_or_else(|| repo.common_dir().join("info/grafts"), Into::into);
    let text = std::fs::read(path).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with(b"#"));
    lines
        .filter_map(|line| {
            let ids = line.fields().map(|hex| ObjectId::from_hex(hex).ok()).collect::<Option<Vec<_>>>()?;
            let (commit, parents) = ids.split_first()?;
            Some((*commit, parents.to_vec()))
        })
        .collect()
}
