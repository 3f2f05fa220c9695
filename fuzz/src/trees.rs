//! Trees that no git would write: of notes here, of snapshots and operations in [`super::stored`].

use std::{cell::RefCell, collections::BTreeSet, fs, path::Path};

use git_agent::{
    domain::{id::TaskId, note},
    git::{ObjectId, Repo, objects::Batch},
    store::ledger::tree::{self, Changes, Part},
};

use super::Choices;

/// How many inputs are played in one repository before it is emptied.
const RUNS: usize = 500;

/// A bare repository that takes the objects of a few hundred inputs.
pub struct Store {
    dir: tempfile::TempDir,
    runs: usize,
}

impl Store {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("HEAD"), "ref: refs/heads/main\n").expect("a file");
        fs::write(dir.path().join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n").expect("a file");
        fs::create_dir(dir.path().join("refs")).expect("a directory");
        fs::create_dir(dir.path().join("objects")).expect("a directory");
        Store { dir, runs: 0 }
    }

    /// Run `test` in the repository, without refs of ours.
    pub fn with(test: impl FnOnce(&Path, &Repo)) {
        thread_local!(static STORE: RefCell<Store> = RefCell::new(Store::new()));
        STORE.with_borrow_mut(|store| {
            store.runs += 1;
            if store.runs > RUNS {
                *store = Store::new();
            }
            let refs = store.dir.path().join("refs/agent");
            if refs.exists() {
                fs::remove_dir_all(refs).expect("refs can be removed");
            }
            let repo = Repo::discover(store.dir.path()).expect("a repository");
            test(store.dir.path(), &repo);
        });
    }
}

/// Store an object as it is.
pub fn store(repo: &Repo, kind: gix::objs::Kind, bytes: &[u8]) -> ObjectId {
    use gix::objs::Write as _;
    thread_local!(static OPEN: RefCell<Option<gix::Repository>> = const { RefCell::new(None) });
    OPEN.with_borrow_mut(|open| {
        let known = open.take().filter(|known| known.git_dir() == repo.git_dir());
        let known = open.insert(known.unwrap_or_else(|| gix::open(repo.git_dir()).expect("a repository")));
        known.objects.write_buf(kind, bytes).expect("it can be written")
    })
}

/// The trees that `choices` describe, the last of them the root. Names are from `names`, or anything.
pub fn build(
    repo: &Repo,
    choices: &mut Choices<'_>,
    names: &dyn Fn(&mut Choices<'_>) -> Vec<u8>,
    blobs: &[ObjectId],
) -> ObjectId {
    let missing = ObjectId::from_hex(&[b'7'; 40]).expect("an id");
    let mut trees: Vec<ObjectId> = vec![store(repo, gix::objs::Kind::Tree, b"")];
    while !choices.is_at_end() && trees.len() < 12 {
        let mut bytes = Vec::new();
        for _ in 0..choices.below(12) {
            let mode = ["100644", "40000", "40000", "100755", "120000", "160000", "040000", "100664"][choices.below(8)];
            let name = names(choices);
            let id = match mode.ends_with("40000") {
                _ if choices.below(32) == 31 => missing,
                true => trees[choices.below(trees.len())],
                false => blobs[choices.below(blobs.len())],
            };
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend(name.iter().filter(|byte| **byte != 0));
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
        }
        trees.push(store(repo, gix::objs::Kind::Tree, &bytes));
    }
    trees.pop().expect("there is one")
}

/// The tree of a ledger.
pub fn notes_tree(data: &[u8]) {
    Store::with(|_, repo| {
        let mut choices = Choices(data);
        let anchors = ["t-1", "t-2", "t-3"].map(|id| note::anchor(&TaskId::parse(id).expect("an id")));
        let keys = anchors.clone().map(|anchor| repo.blob_id(anchor.as_bytes()).expect("an id"));
        let blobs: Vec<ObjectId> =
            anchors.iter().map(|anchor| store(repo, gix::objs::Kind::Blob, anchor.as_bytes())).collect();
        let names = |choices: &mut Choices<'_>| {
            let hex = keys[choices.below(3)].to_string();
            let depth = choices.below(4) * 2;
            match choices.below(8) {
                0 => b"text".to_vec(),
                1 => b"anchor.t-1".to_vec(),
                2 => hex[depth..].to_uppercase().into_bytes(),
                3 => choices.bytes().to_vec(),
                4 | 5 => hex.as_bytes()[depth..].to_vec(),
                _ => hex.as_bytes()[depth..depth + 2].to_vec(),
            }
        };
        let root = build(repo, &mut choices, &names, &blobs);
        let other = build(repo, &mut choices, &names, &blobs);
        let Ok((notes, _)) = tree::list(repo, root) else { return };
        let mut parts = Vec::new();
        for part in Part::split(3) {
            parts.extend(tree::list_part(repo, root, part).expect("a part of what can be read"));
        }
        parts.sort_unstable();
        assert_eq!(parts, notes, "the parts of {root} are not the whole");
        tree::estimate(repo, root).expect("an estimate");
        tree::texts(repo, root).ok();
        let blobs_of = |root: ObjectId, key: ObjectId| -> BTreeSet<ObjectId> {
            tree::find(repo, root, key).unwrap_or_default().into_iter().collect()
        };
        for key in keys {
            let listed: BTreeSet<ObjectId> = notes.iter().filter(|(k, _)| *k == key).map(|(_, blob)| *blob).collect();
            assert_eq!(blobs_of(root, key), listed, "find and list differ about {key} in {root}");
        }
        if let Ok(changed) = tree::changed_keys(repo, root, other)
            && tree::list(repo, other).is_ok()
        {
            for key in keys {
                assert!(blobs_of(root, key) == blobs_of(other, key) || changed.contains(&key), "{key} changed unseen");
            }
        }
        let mut batch = Batch::default();
        let blob = batch.blob(repo, b"0 task t-1\nnew\n".to_vec()).expect("a blob");
        let changes = Changes { notes: [(keys[0], blob)].into(), texts: vec![blob], ..Changes::default() };
        let Ok(edited) = tree::edit(repo, &mut batch, Some(root), &changes) else { return };
        batch.write(repo).expect("it can be written");
        assert!(blobs_of(edited, keys[0]).contains(&blob), "the new note is not in {edited}");
        for key in &keys[1..] {
            assert!(
                blobs_of(edited, *key).is_superset(&blobs_of(root, *key)),
                "{key} lost lines from {root} to {edited}"
            );
        }
    });
}
