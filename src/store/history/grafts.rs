//! Differences between the stored commits and the history that git shows: replacements, grafts, the shallow boundary.

use std::collections::{HashMap, HashSet};

use crate::{
    domain::trailer::Rules,
    error::Result,
    git::{ObjectId, Repo, replace, revwalk},
};

/// Replacements, grafts and the shallow boundary, which change the history; and the rules for reading messages.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// `info/grafts`: parents instead of those in the commit. gix does not know it, git still does.
    grafts: HashMap<ObjectId, Vec<ObjectId>>,
    /// Commits whose parents are missing in this shallow clone.
    pub shallow: HashSet<ObjectId>,
    /// The rules by which trailers name tasks.
    pub rules: Rules,
    /// A hash of everything that changes the content of an index.
    pub fingerprint: ObjectId,
    /// Whether there are neither replacements nor grafts: only then git's commit-graph is correct.
    pub is_plain: bool,
}

impl Overlay {
    /// That of `repo`, as it is now.
    pub fn of(repo: &Repo) -> Result<Self> {
        let rules = repo.settings().trailer_rules();
        let replacements = repo.replacements();
        let grafts = replace::grafts(repo);
        let shallow = revwalk::shallow(repo)?;
        let mut says = format!("{rules:?}\n");
        let mut lines: Vec<String> = replacements.iter().map(|(from, to)| format!("replace {from} {to}\n")).collect();
        lines.extend(grafts.iter().map(|(commit, parents)| format!("graft {commit} {parents:?}\n")));
        lines.extend(shallow.iter().map(|commit| format!("shallow {commit}\n")));
        lines.sort_unstable();
        says.extend(lines.iter().map(String::as_str));
        let is_plain = lines.is_empty();
        Ok(Overlay { grafts, shallow, rules, fingerprint: repo.blob_id(says.as_bytes())?, is_plain })
    }

    /// The parents of `commit`, in which `stored` stand.
    pub fn parents(&self, commit: ObjectId, stored: Vec<ObjectId>) -> Vec<ObjectId> {
        if self.shallow.contains(&commit) {
            return Vec::new();
        }
        self.grafts.get(&commit).cloned().unwrap_or(stored)
    }
}
