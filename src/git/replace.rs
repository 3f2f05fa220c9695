//! What git reads in place of an object: `refs/replace`, and the parents in `info/grafts`.
//!
//! gix follows a replacement one step, git several (`replace-object.c`); in a reftable gix sees none, and it does not know
//! grafts at all.

use std::collections::HashMap;

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{
    refs::Refs,
    repo::{PACK_SLOTS, Repo},
};
use crate::error::{Context as _, Result};

/// git gives up on a chain of more replacements than this.
const MAX_DEPTH: usize = 5;

impl Repo {
    /// Let every read that follows replacements follow them as git does.
    pub(super) fn follow_replacements(&mut self) -> Result<()> {
        let known: Vec<(ObjectId, ObjectId)> = match self.refs() {
            Refs::Files => self.gix().objects.store_ref().replacements().collect(),
            Refs::Binary if self.config().is_off("core.useReplaceRefs") => return Ok(()),
            Refs::Binary => {
                let base = std::env::var("GIT_REPLACE_REF_BASE").unwrap_or_else(|_| "refs/replace/".to_owned());
                let named = |(name, to): (String, ObjectId)| {
                    Some((ObjectId::from_hex(name.strip_prefix(&base)?.as_bytes()).ok()?, to))
                };
                self.refs().list(self, &base)?.into_iter().filter_map(named).collect()
            }
        };
        let steps: HashMap<ObjectId, ObjectId> = known.iter().copied().collect();
        let is_chained = known.iter().any(|(_, to)| steps.contains_key(to));
        if known.is_empty() || (self.refs() == Refs::Files && !is_chained) {
            return Ok(());
        }
        let end = |from: ObjectId| {
            let mut at = from;
            for _ in 0..MAX_DEPTH {
                match steps.get(&at) {
                    Some(next) => at = *next,
                    None => return at,
                }
            }
            // git refuses to read it; what is not there cannot be read either.
            ObjectId::null(from.kind())
        };
        let store = self.gix().objects.store_ref();
        let (path, hash) = (store.path().to_owned(), store.object_hash());
        let options = gix::odb::store::init::Options {
            slots: PACK_SLOTS,
            use_multi_pack_index: store.use_multi_pack_index(),
            loose_compression: self.gix().objects.loose_compression,
            ..Default::default()
        };
        let whole: Vec<(ObjectId, ObjectId)> = known.iter().map(|(from, _)| (*from, end(*from))).collect();
        let objects = gix::odb::at_opts(path, hash, whole, options);
        self.read_from(objects.or_environment(|| "cannot open the objects of this repository".to_owned())?);
        Ok(())
    }

    /// The replacements that are in force: what is replaced, and by what in the end.
    pub fn replacements(&self) -> Vec<(ObjectId, ObjectId)> {
        let objects = &self.gix().objects;
        if objects.ignore_replacements { Vec::new() } else { objects.store_ref().replacements().collect() }
    }
}

/// `info/grafts`: commits, and the parents that git takes them to have instead of those that they name.
pub fn grafts(repo: &Repo) -> HashMap<ObjectId, Vec<ObjectId>> {
    let path = std::env::var_os("GIT_GRAFT_FILE").map_or_else(|| repo.common_dir().join("info/grafts"), Into::into);
    let text = std::fs::read(path).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with(b"#"));
    let graft = |line: &[u8]| {
        let ids = line.fields().map(|hex| ObjectId::from_hex(hex).ok()).collect::<Option<Vec<_>>>()?;
        let (commit, parents) = ids.split_first()?;
        Some((*commit, parents.to_vec()))
    };
    lines.filter_map(graft).collect()
}
