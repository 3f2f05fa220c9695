//! Commits that are rewritten forms of those that the ledger links, or unlinks: what it says about them is carried on.
//!
//! Hooks do that where they run. Without them (`rebase --apply`, `git replay`, a forge) the new commit has the author, the time and the
//! subject of the old one, which every way to rewrite commits keeps.

use std::collections::{BTreeSet, HashMap, HashSet};

use bstr::BString;

use super::{Desk, Found, Link, link};
use crate::{
    error::Result,
    git::{
        ObjectId,
        commit::{Commit, CommitAuthor},
        revwalk,
    },
};

/// What rewriting keeps of a commit.
type Key = (BString, BString, BString, BString);

/// Add to `found` what was said about commits that are not on the history of `tip` any more and have a rewritten form among `walked`. What
/// has several is not guessed.
pub(super) fn find(desk: &Desk<'_>, found: &mut Found, walked: &[Commit], tip: ObjectId) -> Result<()> {
    let here: BTreeSet<ObjectId> = desk.owners.commits().filter(|id| desk.repo.has(*id)).collect();
    if here.is_empty() {
        return Ok(());
    }
    let old = revwalk::unreachable(desk.repo, &here.into_iter().collect::<Vec<_>>(), tip)?;
    let mut new: HashMap<Key, Vec<&Commit>> = HashMap::new();
    for entry in walked {
        new.entry(key(&entry.author, entry.subject())).or_default().push(entry);
    }
    let mut sources: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    for id in old {
        let commit = Commit::read(desk.repo, id)?;
        if let Some([entry]) = new.get(&key(&commit.author, commit.subject())).map(Vec::as_slice) {
            sources.entry(entry.id).or_default().push(id);
        }
    }
    for entry in walked {
        let Some(sources) = sources.get(&entry.id) else { continue };
        let said = |ids: &dyn Fn(ObjectId) -> BTreeSet<String>| -> HashSet<BTreeSet<String>> {
            sources.iter().map(|source| ids(*source)).collect()
        };
        let linked = |id| desk.owners.linked(id).iter().map(ToString::to_string).collect();
        let unlinked = |id| desk.owners.unlinked(id).iter().map(ToString::to_string).collect();
        // Rewritten more than once, and something else was said meanwhile.
        if said(&linked).len() > 1 || said(&unlinked).len() > 1 {
            continue;
        }
        let source = sources[0];
        let tasks = desk.owners.of(entry.id, &entry.message);
        let belongs = |id: &str| tasks.iter().any(|task| task == id);
        let carry = |id| Link { source: Some(source), ..link(entry, id, "rewrite", None) };
        let missing = desk.owners.linked(source).iter().filter(|id| !belongs(id.as_str()));
        found.links.retain(|one| one.commit != entry.id);
        found.links.extend(missing.map(carry));
        let left = desk.owners.unlinked(source).iter().filter(|id| belongs(id.as_str()));
        found.unlinks.extend(left.map(carry));
    }
    Ok(())
}

fn key(author: &CommitAuthor, subject: BString) -> Key {
    (author.name.clone(), author.mail.clone(), author.date.clone(), subject)
}
