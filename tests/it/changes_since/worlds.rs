//! Random histories with random work trees on top: every answer is that of stock git.
//!
//! `GIT_AGENT_TEST_WORLD=<number>` repeats one; `tests/long/changes.sh` runs many.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt as _, os::unix::fs::PermissionsExt as _, path::PathBuf};

use super::oracle::{self, Until, answer, base, head, ours};
use crate::{
    support::{
        Layout, Output, TestRepo, gits,
        ledger::{Ledger, Random, task_id},
    },
    worlds::{each, numbers},
};
use git_agent::domain::event::{self, Payload};

const NAMES: [&[u8]; 12] = [
    b"a",
    b"b c",
    b"dir/d",
    b"dir/e",
    b"dir/sub/f",
    b"dir/sub/deep/g",
    b"g",
    b"dir-h",
    b"dir.i",
    b"odd/new\nline\t\"q\\",
    b"odd/\xff\xfe",
    "odd/ü".as_bytes(),
];

struct World {
    repo: TestRepo,
    dice: Random,
    counter: usize,
    ledger: oracle::Ledger,
}

impl World {
    fn path(&mut self) -> PathBuf {
        let name = NAMES[self.dice.below(NAMES.len())];
        self.repo.path().join(OsStr::from_bytes(name))
    }

    /// Make room for a file at `path`, whatever stands there or above it.
    fn clear(&self, path: &PathBuf) {
        for above in path.ancestors().take_while(|above| *above != self.repo.path()) {
            if above.symlink_metadata().is_ok_and(|meta| above == path || !meta.is_dir()) {
                match above.is_dir() && !above.is_symlink() {
                    true => fs::remove_dir_all(above).unwrap(),
                    false => fs::remove_file(above).unwrap(),
                }
            }
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
    }

    fn put(&mut self, path: &PathBuf) {
        self.counter += 1;
        let mut text = String::new();
        // Few seeds: files that are alike are found to be copies.
        let seed = self.dice.below(3);
        (0..20).for_each(|line| text.push_str(&format!("line {line} of {seed}\n")));
        text.push_str(&format!("and {}\n", self.counter));
        self.clear(path);
        fs::write(path, text).unwrap();
    }

    /// Change one thing in the work tree.
    fn mutate(&mut self) {
        let (path, other) = (self.path(), self.path());
        let is_file = path.symlink_metadata().is_ok_and(|meta| meta.is_file());
        match self.dice.below(12) {
            0 | 1 if is_file => fs::remove_file(&path).unwrap(),
            2 | 3 if is_file && path != other && !other.starts_with(&path) => {
                let held = fs::read(&path).unwrap();
                fs::remove_file(&path).unwrap();
                self.clear(&other);
                fs::write(&other, held).unwrap();
            }
            4 if is_file && path != other && !path.starts_with(&other) && !other.starts_with(&path) => {
                self.clear(&other);
                fs::copy(&path, &other).unwrap();
            }
            5 if is_file => {
                let mode = path.metadata().unwrap().permissions().mode() ^ 0o111;
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
            6 => {
                self.clear(&path);
                std::os::unix::fs::symlink(format!("to {}", self.counter), &path).unwrap();
            }
            7 | 8 if is_file => {
                let mut held = fs::read(&path).unwrap();
                held.extend_from_slice(format!("more {}\n", self.counter).as_bytes());
                self.counter += 1;
                fs::write(&path, held).unwrap();
            }
            9 => {
                self.clear(&path);
                fs::write(&path, [0, 1, self.dice.below(9) as u8, 255]).unwrap();
            }
            _ => self.put(&path),
        }
    }

    fn mutate_some(&mut self, most: usize) {
        (0..=self.dice.below(most)).for_each(|_| self.mutate());
    }

    fn message(&mut self) -> String {
        self.counter += 1;
        let n = self.counter;
        let task = ["T-1", "T-10", "T-2"][self.dice.below(3)];
        match self.dice.below(8) {
            0 | 1 => format!("{n}: nobody's"),
            2 => format!("{n}: two\n\nTask-Id: {task}\nTask-Id: T-1"),
            3 => format!("{n}: squashed\n\n    Task-Id: {task}\n\nend"),
            5 => format!("{n}: talks of Task-Id: {task}"),
            4 if self.ledger.key.is_some() => format!("{n}: work\n\nBug: {task}"),
            _ => format!("{n}: work\n\nTask-Id: {task}"),
        }
    }

    fn git(&self, words: &[&str]) -> Output {
        self.repo.git(words)
    }

    fn commit(&mut self) {
        self.mutate_some(4);
        self.git(&["add", "-A"]).success();
        let message = self.message();
        self.git(&["commit", "-q", "--allow-empty", "-m", &message]).success();
    }

    fn merge(&mut self) {
        self.git(&["switch", "-q", "-c", "side"]).success();
        for _ in 0..=self.dice.below(2) {
            self.commit();
        }
        self.git(&["switch", "-q", "main"]).success();
        if !self.dice.one_in(4) {
            self.commit();
        }
        let merged = self.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
        if merged.code != Some(0) || self.dice.one_in(3) {
            // Resolved by taking everything as it is now, and then some.
            self.mutate_some(2);
        }
        self.git(&["add", "-A"]).success();
        let message = self.message();
        self.git(&["commit", "-q", "--allow-empty", "-m", &message]).success();
        self.git(&["branch", "-q", "-D", "side"]).success();
    }

    fn step(&mut self) {
        match self.dice.below(9) {
            0 | 1 => self.merge(),
            2 => {
                // A merge cannot be reverted without saying how; then nothing happens.
                if self.git(&["revert", "--no-edit", "HEAD"]).code != Some(0) {
                    self.git(&["reset", "-q", "--merge"]);
                }
            }
            3 => {
                let message = self.message();
                self.mutate();
                self.git(&["add", "-A"]).success();
                self.git(&["commit", "-q", "--allow-empty", "--amend", "-m", &message]).success();
            }
            _ => self.commit(),
        }
    }

    /// One of the commits, or of their objects of `kind`.
    fn object(&mut self, kind: &str) -> String {
        let all = match kind {
            "commit" => self.git(&["rev-list", "--branches", "HEAD"]),
            _ => self.repo.sh(&format!(
                "git rev-list --objects --no-object-names HEAD | git cat-file --batch-check | grep ' {kind} ' | cut -d' ' -f1"
            )),
        };
        let all = all.lines();
        all[self.dice.below(all.len())].clone()
    }

    /// Let git read `other` in place of `one`, unless it comes back to `one` that way.
    fn replace(&self, one: &str, other: &str) {
        let replaced = self.git(&["replace", "-f", one, other]).code == Some(0);
        if replaced && self.git(&["cat-file", "-t", one]).code != Some(0) {
            self.git(&["replace", "-d", one]).success();
        }
    }

    /// Let git see another history than the one that was made.
    fn twist(&mut self) {
        let stored = |world: &World, words: &[&str]| world.repo.run("git").args(words).run().success().text();
        if self.dice.one_in(4) {
            self.repo.set_env("GIT_REPLACE_REF_BASE", "refs/other/");
        }
        for _ in 0..self.dice.below(4) {
            let one = self.object("commit");
            match self.dice.below(6) {
                0 => {
                    // Below itself nothing may be put on top of it.
                    let parents = stored(self, &["rev-list", "--max-count=3", &format!("{one}^@")]);
                    let parents: Vec<&str> = parents.lines().filter(|_| self.dice.one_in(2)).collect();
                    drop(self.git(&[&["replace", "-f", "--graft", &one][..], &parents].concat()));
                }
                1 | 2 => {
                    let (tree, message) = (self.object("tree"), self.message());
                    let parents = stored(self, &["rev-parse", &format!("{one}^@")]);
                    let words = parents.lines().flat_map(|parent| ["-p", parent]);
                    let words: Vec<&str> = ["commit-tree", "-m", &message, &tree].into_iter().chain(words).collect();
                    let other = stored(self, &words);
                    self.replace(&one, &other);
                    if self.dice.one_in(2) {
                        // The replacement is replaced as well.
                        let message = self.message();
                        let words: Vec<&str> = ["commit-tree", "-m", &message, &tree].to_vec();
                        let last = stored(self, &words);
                        self.replace(&other, &last);
                    }
                }
                3 => {
                    let (one, other) = (self.object("blob"), self.object("blob"));
                    self.replace(&one, &other);
                }
                4 => {
                    let (one, other) = (self.object("tree"), self.object("tree"));
                    // A tree that holds itself is none.
                    let holds = |tree: &str, other: &str| stored(self, &["ls-tree", "-r", "-t", tree]).contains(other);
                    if one != other && !holds(&other, &one) {
                        self.replace(&one, &other);
                    }
                }
                _ => {
                    let parents = stored(self, &["rev-list", "--max-count=3", &format!("{one}^@")]);
                    let parents: Vec<&str> = parents.lines().filter(|_| self.dice.one_in(2)).collect();
                    let dir = stored(self, &["rev-parse", "--path-format=absolute", "--git-common-dir"]);
                    let file = PathBuf::from(dir).join("info/grafts");
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    let known = fs::read_to_string(&file).unwrap_or_default();
                    fs::write(file, format!("{known}{one} {}\n", parents.join(" ")).replace(" \n", "\n")).unwrap();
                }
            }
        }
        match self.dice.below(8) {
            0 => drop(self.git(&["config", "core.useReplaceRefs", "false"]).success()),
            1 => self.repo.set_env("GIT_NO_REPLACE_OBJECTS", "1"),
            _ => {}
        }
    }

    /// Commits that belong to tasks without naming them.
    fn link(&mut self) {
        let ledger = Ledger::of(&self.repo, "ada@box");
        ledger.add("T-2");
        for _ in 0..self.dice.below(5) {
            let (commit, task) = (self.object("commit"), ["T-1", "T-2"][self.dice.below(2)]);
            let link = event::Link { commit: commit.clone(), by: "patch".into() };
            ledger.write(vec![(task_id(task), Payload::Link(link))]);
            let link = (commit, task.to_owned());
            if !self.ledger.links.contains(&link) {
                self.ledger.links.push(link);
            }
        }
        self.ledger.links.sort_by(|a, b| a.1.cmp(&b.1));
    }

    /// Leave things uncommitted in every way.
    fn mess(&mut self) {
        if self.dice.one_in(4) {
            return;
        }
        self.mutate_some(3);
        for _ in 0..self.dice.below(3) {
            let path = self.path();
            drop(self.repo.run("git").args(["add", "-A", "--"]).args([&path]).run());
        }
        self.mutate_some(3);
        if self.dice.one_in(3) {
            let path = self.path();
            if path.symlink_metadata().is_err() {
                self.put(&path);
                drop(self.repo.run("git").args(["add", "-N", "--"]).args([&path]).run());
            }
        }
        if self.dice.one_in(3) {
            let path = self.path();
            drop(self.repo.run("git").args(["rm", "-q", "--cached", "--ignore-unmatch", "--"]).args([&path]).run());
        }
        self.repo.write("ignored.o", "never seen");
    }
}

fn make(number: u64) -> (World, Option<String>) {
    let mut dice = Random::new(number + 1000);
    let gits = gits();
    let git = &gits[number as usize % gits.len()];
    let layout = match number % 5 {
        1 => Layout::Sha256,
        2 if git.has_reftable() => Layout::Reftable,
        _ => Layout::Plain,
    };
    let mut repo = TestRepo::with_layout(git, layout);
    repo.write(".gitignore", "*.o\n");
    let unborn = dice.one_in(6);
    if !unborn {
        repo.commit_file("a", "first\n", "first");
        if number % 4 == 3 {
            repo = repo.worktree("linked");
            repo.git(&["branch", "-q", "-m", "main", "gone"]).success();
            repo.git(&["branch", "-q", "-m", "linked", "main"]).success();
        }
    }
    let mut world = World { repo, dice, counter: 0, ledger: oracle::Ledger::default() };
    if !unborn {
        (0..world.dice.below(3)).for_each(|_| world.commit());
    }
    if world.dice.one_in(4) {
        world.ledger.key = Some("Bug");
        world.git(&["config", "--add", "agent.trailerKey", "Task-Id"]).success();
        world.git(&["config", "--add", "agent.trailerKey", "Bug"]).success();
    }
    super::start(&world.repo);
    let recorded = head(&world.repo);
    let unborn_still = unborn && world.dice.one_in(4);
    if !unborn_still {
        world.commit();
        (0..2 + world.dice.below(6)).for_each(|_| world.step());
    }
    if recorded.is_some() && world.dice.one_in(4) {
        // Rebased: the recorded start is no ancestor any more, unless nothing had to be done.
        let onto = recorded.clone().unwrap();
        world.git(&["switch", "-q", "-c", "onto", &onto]).success();
        world.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "another start"]).success();
        world.git(&["switch", "-q", "main"]).success();
        if world.git(&["rebase", "-q", "--empty=keep", "-X", "theirs", "--onto", "onto", &onto]).code != Some(0) {
            world.git(&["rebase", "--abort"]);
        }
    }
    world.mess();
    if !unborn_still && number % 2 == 1 {
        world.link();
        world.twist();
    }
    (world, recorded)
}

/// Everything in the git directory that is not git-agent's, with its bytes.
fn git_dir(repo: &TestRepo) -> Vec<(PathBuf, Vec<u8>)> {
    fn walk(dir: PathBuf, found: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.ends_with("agent") && path.parent().is_some_and(|dir| !dir.ends_with("refs")) => {}
                path if path.is_dir() => walk(path, found),
                path => found.push((path.clone(), fs::read(path).unwrap())),
            }
        }
    }
    let dir = repo.git(&["rev-parse", "--path-format=absolute", "--git-common-dir"]).success().raw;
    let mut found = Vec::new();
    walk(PathBuf::from(OsStr::from_bytes(dir.trim_ascii_end())), &mut found);
    found.sort();
    found
}

fn check(number: u64) {
    let (mut world, recorded) = make(number);
    let tip = head(&world.repo);
    let before = git_dir(&world.repo);
    let now = world.repo.agent(&["changes-since", "T-1", "--json"]);
    let Some(base) = base(&world.repo, &world.ledger, recorded.as_deref(), tip.as_deref()) else {
        now.exits(1);
        return;
    };
    let now = ours(&now.json());
    let quote = format!("core.quotePath={}", world.dice.one_in(2));
    let forms = [&["--name-status"][..], &["--name-status", "-z"], &["--name-only"], &["--name-only", "-z"]];
    let shown = |repo: &TestRepo, more: &[&str]| {
        let words = ["-c", &quote, "agent", "changes-since", "T-1"];
        repo.run("git").args(words).args(more).run().success().raw
    };
    let listed: Vec<Vec<u8>> = forms.iter().map(|form| shown(&world.repo, form)).collect();
    let patch = shown(&world.repo, &["--patch"]);
    let stat = shown(&world.repo, &["--stat"]);
    assert!(git_dir(&world.repo) == before, "world {number}: the git directory is not what it was");

    let repo = &world.repo;
    let expected = answer(repo, &world.ledger, base.clone(), tip.clone(), &Until::Now, &[]);
    pretty(number, &now, &expected);
    let base_tree = base.0.clone().unwrap_or_else(|| oracle::empty_tree(repo));
    for (form, listed) in forms.iter().zip(listed) {
        let words = ["-c", &quote, "diff-tree", "-r", "-M", "-C", &base_tree, &expected.tree];
        let theirs = repo.run("git").args(words).args(*form).run().success().raw;
        assert_eq!(String::from_utf8_lossy(&listed), String::from_utf8_lossy(&theirs), "world {number}: {form:?}");
    }
    for (ours, form) in [(patch, "--patch"), (stat, "--stat")] {
        let theirs = repo.git(&["-c", &quote, "diff", "-M", "-C", form, &base_tree, &expected.tree]).success().raw;
        assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs), "world {number}: {form}");
    }

    // Of a directory; of another tip; what is committed.
    let paths = [["dir"], ["odd"], ["*[ab]*"], [":(literal)a"]][world.dice.below(4)];
    let limited = repo.agent(&[&["changes-since", "T-1", "--json", "--"][..], &paths].concat()).json();
    pretty(number, &ours(&limited), &answer(repo, &world.ledger, base.clone(), tip.clone(), &Until::Now, &paths));
    let Some(tip) = tip else { return };
    let committed = ours(&repo.agent(&["changes-since", "T-1", "--json", "--committed"]).json());
    let expected = answer(repo, &world.ledger, base, Some(tip.clone()), &Until::Commit(tip.clone()), &[]);
    pretty(number, &committed, &expected);
    let all = repo.git(&["rev-list", "--all", "--exclude=refs/notes/*", "--exclude=refs/agent/*", "HEAD"]).lines();
    let at = &all[world.dice.below(all.len())];
    let elsewhere = repo.agent(&["changes-since", "T-1", "--json", "--at", at]);
    match oracle::base(repo, &world.ledger, recorded.as_deref(), Some(at)) {
        None => drop(elsewhere.exits(1)),
        Some(base) => {
            let expected = answer(repo, &world.ledger, base, Some(at.clone()), &Until::Commit(at.clone()), &[]);
            pretty(number, &ours(&elsewhere.json()), &expected);
        }
    }
    own(number, repo, &now);
}

/// `--own` is the part of the answer that is the task's; git shows exactly that part, too.
fn own(number: u64, repo: &TestRepo, all: &oracle::Answer) {
    let own = ours(&repo.agent(&["changes-since", "T-1", "--json", "--own"]).json());
    let mut expected = all.changes.clone();
    expected.retain(|_, said| said.tasks.contains("T-1"));
    assert_eq!(own.changes, expected, "world {number}: --own");
    repo.activate("T-1");
    let own = ours(&repo.agent(&["changes-since", "--json", "--own"]).json());
    let mut with_open = all.changes.clone();
    with_open.retain(|_, said| said.tasks.contains("T-1") || said.places[1..].contains(&true));
    assert_eq!(own.changes, with_open, "world {number}: --own of the active task");
    repo.deactivate();
    // What git shows of it has the same names and letters; both list in the same order.
    let names = repo.agent(&["changes-since", "T-1", "--own", "--name-status"]).success().raw;
    let stat = repo.agent(&["changes-since", "T-1", "--own", "--stat"]).success();
    let patch = repo.agent(&["changes-since", "T-1", "--own", "--patch"]).success().raw;
    let last = stat.stdout.lines().last().unwrap_or_default();
    let count = names.split(|b| *b == b'\n').filter(|line| !line.is_empty()).count();
    let counted = last.trim().split(' ').next().unwrap_or_default();
    assert_eq!(
        if count == 0 { "" } else { counted },
        if count == 0 { String::new() } else { count.to_string() },
        "{stat}"
    );
    let whole = repo.agent(&["changes-since", "T-1", "--patch"]).success().raw;
    for section in sections(&patch) {
        let is_there = sections(&whole).contains(&section);
        assert!(is_there, "world {number}: --own --patch shows otherwise:\n{}", String::from_utf8_lossy(section));
    }
}

/// The parts of a patch, a file each.
fn sections(patch: &[u8]) -> Vec<&[u8]> {
    let head = b"diff --git ";
    let starts: Vec<usize> = (0..patch.len())
        .filter(|at| patch[*at..].starts_with(head) && (*at == 0 || patch[at - 1] == b'\n'))
        .chain([patch.len()])
        .collect();
    starts.windows(2).map(|pair| &patch[pair[0]..pair[1]]).collect()
}

fn pretty(number: u64, ours: &oracle::Answer, theirs: &oracle::Answer) {
    assert_eq!(format!("{ours:#?}"), format!("{theirs:#?}"), "world {number}");
}

#[test]
fn every_answer_is_that_of_stock_git() {
    each("changes_since::worlds", numbers("GIT_AGENT_TEST_CHANGES", 20), check);
}
