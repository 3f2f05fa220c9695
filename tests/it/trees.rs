//! Trees that we change and compare, against git's.

use bstr::{BStr, BString, ByteSlice as _};
use git_agent::git::{
    ObjectId, Repo,
    changed_paths::Comparer,
    objects::Batch,
    tree::{self, Entry, Trees},
};
use gix::objs::tree::EntryKind;

use crate::support::{Layout, TestRepo, default_git, ledger::Random};

/// The tree that git makes of `entries`, given as `<mode> <id>\t<path>`.
fn tree_by_git(repo: &TestRepo, entries: &[(BString, Entry)]) -> ObjectId {
    let mut script = Vec::new();
    for (path, entry) in entries {
        script.extend_from_slice(format!("{} {} 0\t", entry.mode(), entry.id).as_bytes());
        script.extend_from_slice(path);
        script.push(0);
    }
    let git = |args: &[&str]| repo.run("git").env("GIT_INDEX_FILE", repo.tmp().join("index")).args(args);
    std::fs::remove_file(repo.tmp().join("index")).unwrap_or_default();
    git(&["update-index", "-z", "--index-info"]).stdin(script).run().success();
    git(&["write-tree"]).run().text().parse().unwrap()
}

/// Some files, no file below another.
fn world(random: &mut Random, blobs: &[ObjectId]) -> Vec<(BString, Entry)> {
    const NAMES: [&str; 8] = ["a", "a.b", "a-b", "b", "a0", "\u{fc}", "z z", "n\nl"];
    let kinds = [EntryKind::Blob, EntryKind::BlobExecutable, EntryKind::Link];
    let mut files: Vec<(BString, Entry)> = Vec::new();
    for _ in 0..random.below(30) {
        let depth = 1 + random.below(3);
        let path = (0..depth).map(|_| NAMES[random.below(NAMES.len())]).collect::<Vec<_>>().join("/");
        let below = |one: &BStr, other: &BStr| {
            one.strip_prefix(other.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
        };
        let path = BString::from(path);
        if files.iter().all(|(known, _)| {
            known != &path && !below(known.as_bstr(), path.as_bstr()) && !below(path.as_bstr(), known.as_bstr())
        }) {
            files.push((path, Entry { kind: kinds[random.below(3)], id: blobs[random.below(blobs.len())] }));
        }
    }
    files
}

#[test]
fn trees_change_and_differ_as_gits() {
    for layout in [Layout::Plain, Layout::Sha256] {
        let test = TestRepo::with_layout(default_git(), layout);
        let repo = Repo::discover(test.path()).unwrap();
        let blob = |text: String| test.run("git").args(["hash-object", "-w", "--stdin"]).stdin(text).run().text();
        let blobs: Vec<ObjectId> = (0..4).map(|i| blob(format!("{i}\n")).parse().unwrap()).collect();
        let mut random = Random::new(7);
        for round in 0..40 {
            let (old, new) = (world(&mut random, &blobs), world(&mut random, &blobs));
            let (old_tree, new_tree) = (tree_by_git(&test, &old), tree_by_git(&test, &new));
            let find = |files: &[(BString, Entry)], path: &BString| {
                files.iter().find(|(known, _)| known == path).map(|(_, entry)| *entry)
            };
            let mut paths: Vec<BString> = old.iter().chain(&new).map(|(path, _)| path.clone()).collect();
            paths.sort();
            paths.dedup();
            paths.retain(|path| find(&old, path) != find(&new, path));
            let trees = Trees::new(&repo);
            let mut ours = Comparer::new(&repo).differing(old_tree, new_tree).unwrap();
            let gits = test
                .git(&[
                    "diff-tree",
                    "-r",
                    "-z",
                    "--name-only",
                    "--no-renames",
                    &old_tree.to_string(),
                    &new_tree.to_string(),
                ])
                .raw;
            let gits: Vec<BString> = gits.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect();
            assert_eq!(ours, gits, "round {round}");
            ours.sort();
            assert_eq!(ours, paths, "round {round}");
            for (path, entry) in &old {
                assert_eq!(trees.find(old_tree, path.as_bstr()).unwrap(), Some(*entry));
            }
            let mut batch = Batch::default();
            let changes = paths.iter().map(|path| (path.as_bstr(), find(&new, path)));
            assert_eq!(
                tree::edit(&repo, &mut batch, old_tree, changes).unwrap(),
                new_tree,
                "round {round}: {old:?} {new:?}"
            );
        }
    }
}
