//! The candidates for the first bad commit, as a graph.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use crate::{
    error::Result,
    git::{
        ObjectId, Repo, revwalk,
        revwalk::{Link, between},
    },
};

/// Commits that may be the first bad one.
#[derive(Clone, Debug)]
pub struct Range {
    /// The commits, parents before their children.
    pub commits: Vec<ObjectId>,
    /// For each of them its nearest ancestors among them.
    pub parents: Vec<Vec<usize>>,
    /// The state before all of them; `None`: there was nothing.
    pub base: Option<ObjectId>,
}

impl Range {
    /// Those commits of `base..tip` that `is_wanted`.
    pub fn new(
        repo: &Repo,
        base: Option<ObjectId>,
        tip: ObjectId,
        mut is_wanted: impl FnMut(ObjectId) -> bool,
    ) -> Result<Self> {
        let mut links = between(repo, base, tip)?;
        links.reverse();
        let wanted: HashSet<ObjectId> =
            links.iter().map(|link| link.commit).filter(|commit| is_wanted(*commit)).collect();
        let (commits, parents) = nearest(&links, &wanted);
        let base = match base {
            // As git bisect: where the two sides part.
            Some(base) if !revwalk::is_ancestor(repo, base, tip)? => revwalk::merge_base(repo, base, tip)?,
            base => base,
        };
        Ok(Range { commits, parents, base })
    }
}

/// The graph of `wanted` alone: of each its nearest ancestors. `links` have parents before their children.
fn nearest(links: &[Link], wanted: &HashSet<ObjectId>) -> (Vec<ObjectId>, Vec<Vec<usize>>) {
    let (mut commits, mut parents) = (Vec::new(), Vec::new());
    // For each commit what a child of it sees first. A line of unwanted ones shares one list.
    let mut seen: HashMap<ObjectId, Rc<Vec<usize>>> = HashMap::with_capacity(links.len());
    for link in links {
        let mut above = link.parents.iter().filter_map(|parent| seen.get(parent));
        let list = match (above.next(), above.next()) {
            (None, _) => Rc::default(),
            (Some(only), None) => Rc::clone(only),
            _ => {
                let all =
                    link.parents.iter().filter_map(|parent| seen.get(parent)).flat_map(|list| list.iter().copied());
                let mut all: Vec<usize> = all.collect();
                all.sort_unstable();
                all.dedup();
                Rc::new(all)
            }
        };
        if wanted.contains(&link.commit) {
            parents.push(list.to_vec());
            seen.insert(link.commit, Rc::new(vec![commits.len()]));
            commits.push(link.commit);
        } else {
            seen.insert(link.commit, list);
        }
    }
    (commits, parents)
}
