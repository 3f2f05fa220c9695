//! The history engine against stock git: on random graphs, with and without its index, whatever happened to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use git_agent::{
    git::{ObjectId, Repo},
    store::history,
};

use crate::support::{Git, Layout, TestRepo, gits, ledger::Random, on_one_git};

const TASKS: [&str; 5] = ["T-1", "T-10", "T-2", "t-1", "x.y"];

/// A fast-import stream of `count` commits with random parents, dates, and messages, and a branch `b<n>` at each.
fn graph(dice: &mut Random, count: usize) -> String {
    let mut stream = String::new();
    for n in 1..=count {
        let mut parents = BTreeSet::new();
        if n > 1 && !dice.one_in(25) {
            let near = |dice: &mut Random| n - 1 - dice.below((n - 1).min(6));
            for _ in 0..[1, 1, 1, 2, 2, 3, 5][dice.below(7)] {
                parents.insert(if dice.one_in(8) { 1 + dice.below(n - 1) } else { near(dice) });
            }
        }
        let mut parents: Vec<usize> = parents.into_iter().collect();
        dice.shuffle(&mut parents);
        let message = message(dice, n);
        // Dates mean nothing: some run backwards.
        let date = 1_700_000_000 + if dice.one_in(3) { dice.below(100_000) } else { n * 60 };
        writeln!(stream, "commit refs/heads/b{n}\nmark :{n}\ncommitter C <c@e> {date} +0000").unwrap();
        writeln!(stream, "data {}\n{message}", message.len()).unwrap();
        for (at, parent) in parents.iter().enumerate() {
            writeln!(stream, "{} :{parent}", if at == 0 { "from" } else { "merge" }).unwrap();
        }
        writeln!(stream, "M 100644 inline f{}\ndata 2\n{}\n", dice.below(4), dice.below(10)).unwrap();
    }
    stream
}

fn message(dice: &mut Random, n: usize) -> String {
    let task = |dice: &mut Random| TASKS[dice.below(TASKS.len())];
    let (one, other) = (task(dice), task(dice));
    match dice.below(9) {
        0 => format!("plain {n}"),
        1 => format!("{n}: about {one}\n\nWe should mention {other} here. Task-Id: {other}\n"),
        2 => format!("{n}\n\nTask-Id: {one}\nTask-Id: {other}\n"),
        3 => format!("{n}\n\nsquashed:\n    Task-Id: {one}\n* Task-Id: {other}\n\nend"),
        4 => format!("{n}\n\ntask-id :  {one}\t\r\n\nTask-Id: two words\n"),
        5 => format!("{n}\n\nTask-Id: {one}0\nTask-Idx: {other}\n"),
        _ => format!("{n}\n\nbody\n\nSigned-off-by: x <x@y>\nTask-Id: {one}\n"),
    }
}

/// What stock git says: for every id the commits of `tip` that have it on a line, in topological order, oldest first.
fn oracle(repo: &TestRepo, tip: &str) -> BTreeMap<String, Vec<String>> {
    lines_of(
        &repo.git(&["log", "--topo-order", "--reverse", "-z", "--format=%H%n%B", tip, "--"]).success().raw,
        &["task-id"],
    )
}

/// The commits by what stands behind one of `keys` on a line of their message.
fn lines_of(log: &[u8], keys: &[&str]) -> BTreeMap<String, Vec<String>> {
    let line = format!(r"(?mi-u)^[ \t]*(?:\* )?(?:{})[ \t]*:[ \t]*([^\x00-\x20\x7f]+)[ \t]*\r?$", keys.join("|"));
    let line = regex::bytes::Regex::new(&line).unwrap();
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for record in log.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
        let commit = String::from_utf8(record[..record.iter().position(|b| *b == b'\n').unwrap()].to_vec()).unwrap();
        for found in line.captures_iter(record) {
            let commits = all.entry(String::from_utf8_lossy(&found[1]).into_owned()).or_default();
            if commits.last() != Some(&commit) {
                commits.push(commit.clone());
            }
        }
    }
    all
}

fn open(repo: &TestRepo) -> Repo {
    Repo::discover(repo.path()).unwrap()
}

fn id(repo: &TestRepo, rev: &str) -> ObjectId {
    ObjectId::from_hex(repo.git(&["rev-parse", rev]).success().text().trim().as_bytes()).unwrap()
}

/// What we say, in the same form; asked for all ids at once and one by one.
fn ours(repo: &Repo, tip: ObjectId) -> BTreeMap<String, Vec<String>> {
    let hex = |commits: Vec<ObjectId>| commits.iter().map(ToString::to_string).collect::<Vec<_>>();
    let all = history::ask(repo, tip, history::Past::all).unwrap();
    for (id, commits) in &all {
        assert_eq!(&history::ask(repo, tip, |past| past.naming(id)).unwrap(), commits, "{id}");
    }
    all.into_iter().map(|(id, commits)| (id.to_string(), hex(commits))).collect()
}

/// Compare with git from `tips` of a graph of `count` commits, while an index grows from some of them.
pub fn compare(git: &Git, layout: Layout, seed: u64, count: usize) {
    let mut dice = Random::new(seed);
    let repo = TestRepo::with_layout(git, layout);
    repo.run("git").args(["fast-import", "--quiet"]).stdin(graph(&mut dice, count)).run().success();
    let with_graph = dice.one_in(2);
    if with_graph {
        repo.git(&["commit-graph", "write", "--reachable"]).success();
    }
    for _ in 0..6 {
        let tip = format!("b{}", 1 + dice.below(count));
        let (expected, here) = (oracle(&repo, &tip), open(&repo));
        let tip = id(&repo, &tip);
        assert_eq!(ours(&here, tip), expected, "seed {seed}, {tip}");
        if dice.one_in(2) {
            history::index(&here, tip).unwrap();
            assert_eq!(ours(&here, tip), expected, "seed {seed}, {tip}, with an index");
        }
        let other = id(&repo, &format!("b{}", 1 + dice.below(count)));
        let is_ancestor =
            repo.git(&["merge-base", "--is-ancestor", &other.to_string(), &tip.to_string()]).code == Some(0);
        assert_eq!(
            history::ask(&here, tip, |past| past.contains(other)).unwrap(),
            is_ancestor,
            "seed {seed}: {other} {tip}"
        );
    }
}

/// How many random graphs; `GIT_AGENT_GRAPHS` asks for more.
fn graphs(few: u64) -> u64 {
    std::env::var("GIT_AGENT_GRAPHS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

#[test]
fn on_random_graphs_every_id_has_the_commits_that_git_finds_in_the_order_of_git() {
    let first = std::env::var("GIT_AGENT_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    for seed in first..first + graphs(24) {
        let git = &gits()[seed as usize % gits().len()];
        let layout = if seed % 5 == 0 { Layout::Sha256 } else { Layout::Plain };
        compare(git, layout, seed, 10 + seed as usize % 60);
    }
}

/// The commits of T-1 on HEAD, as asked from outside.
fn logged(repo: &TestRepo, task: &str) -> Vec<String> {
    let log =
        repo.agent(&["log", "--task", task, "--no-events", "--topo-order", "--reverse", "--jsonl"]).success().text();
    let commit =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["commit"].as_str().unwrap().to_owned();
    log.lines().map(commit).collect()
}

/// A repository with a long enough history that the first question makes an index.
fn long(git: &Git, layout: Layout) -> TestRepo {
    of_length(git, layout, 700)
}

/// A repository with `commits` commits.
fn of_length(git: &Git, layout: Layout, commits: usize) -> TestRepo {
    let repo = TestRepo::with_layout(git, layout);
    let mut stream = String::new();
    for n in 1..=commits {
        writeln!(stream, "commit refs/heads/main\ncommitter C <c@e> {} +0000", 1_700_000_000 + n).unwrap();
        let message = format!("{n}\n\nTask-Id: T-{}\n", n % 50);
        writeln!(stream, "data {}\n{message}\nM 100644 inline f\ndata 4\n{n:04}\n", message.len()).unwrap();
    }
    repo.run("git").args(["fast-import", "--quiet"]).stdin(stream).run().success();
    repo.git(&["reset", "-q", "--hard", "main"]).success();
    repo
}

fn index_dir(repo: &TestRepo) -> std::path::PathBuf {
    repo.path().join(".git/agent/history")
}

fn check(repo: &TestRepo) {
    let expected = oracle(repo, "HEAD").remove("T-7").unwrap_or_default();
    assert_eq!(ours(&open(repo), id(repo, "HEAD")).remove("T-7").unwrap_or_default(), expected);
    assert_eq!(logged(repo, "T-7"), expected);
}

#[test]
fn replacements_count_in_every_query_as_they_do_for_git() {
    for layout in [Layout::Plain, Layout::Reftable] {
        let Some(git) = gits().iter().find(|git| layout == Layout::Plain || git.has_reftable()) else { continue };
        let repo = TestRepo::with_layout(git, layout);
        let commits: Vec<String> =
            (0..6).map(|n| repo.commit_file("f", &format!("{n}\n"), &format!("{n}\n\nTask-Id: T-{}", n % 2))).collect();
        // One that is replaced twice and names another task in the end; one with other parents; a blob.
        let like = |commit: &str, message: &str| {
            let parent = repo.git(&["rev-parse", &format!("{commit}^")]).text();
            repo.git(&["commit-tree", "-p", &parent, "-m", message, &format!("{commit}^{{tree}}")]).text()
        };
        let (first, second) = (like(&commits[2], "x\n\nTask-Id: T-1"), like(&commits[2], "y\n\nTask-Id: T-2"));
        repo.git(&["replace", &commits[2], &first]).success();
        repo.git(&["replace", &first, &second]).success();
        repo.git(&["replace", "--graft", &commits[4], &commits[1]]).success();
        repo.git(&["replace", &format!("{}:f", commits[5]), &format!("{}:f", commits[0])]).success();
        repo.git(&["update-ref", &format!("refs/other/{}", commits[5]), &commits[3]]).success();
        let off: [&[&str]; 4] =
            [&[], &["-c", "core.useReplaceRefs=false"], &["--no-replace-objects"], &["-c", "core.useReplaceRefs=true"]];
        for (words, base) in off.iter().map(|words| (*words, None)).chain([(&[][..], Some("refs/other/"))]) {
            match base {
                Some(base) => repo.set_env("GIT_REPLACE_REF_BASE", base),
                None => repo.unset_env("GIT_REPLACE_REF_BASE"),
            }
            let git = |more: &[&str]| repo.run("git").args(words).args(more).run().success();
            let expected =
                lines_of(&git(&["log", "--topo-order", "--reverse", "-z", "--format=%H%n%B"]).raw, &["task-id"]);
            for id in ["T-0", "T-1", "T-2"] {
                let of = expected.get(id).cloned().unwrap_or_default();
                let log = git(&["agent", "log", "--topo-order", "--reverse", "--jsonl", "HEAD"]).text();
                let log = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
                let named = log.filter(|line| line["tasks"].as_array().unwrap().contains(&id.into()));
                let named: Vec<String> = named.map(|line| line["commit"].as_str().unwrap().to_owned()).collect();
                assert_eq!(named, of, "{id} in the log, {words:?} {base:?} {layout:?}");
            }
            let repo = &repo;
            drop(repo.agent(&["add", "T-1", "--id", "T-1", "-q"]));
            let shown: Vec<String> = (1..=expected["T-1"].len())
                .map(|n| {
                    let shown = git(&["agent", "show", &format!("T-1@{n}"), "--json"]).json();
                    shown["checkpoint"]["commit"].as_str().unwrap().to_owned()
                })
                .collect();
            assert_eq!(shown, expected["T-1"], "{words:?} {base:?} {layout:?}");
            let changes = git(&["agent", "changes-since", "T-1@1", "--committed", "--json"]).json();
            let range = format!("{}..HEAD", shown[0]);
            let between = git(&["log", "--topo-order", "--format=%H", &range]).lines();
            let ours = changes["commits"].as_array().unwrap().iter().map(|one| one["commit"].as_str().unwrap());
            assert_eq!(ours.collect::<Vec<_>>(), between, "{words:?} {base:?} {layout:?}");
            git(&["agent", "blame", "f"]);
            git(&["agent", "bisect", "T-1", "--all-commits", "--", "true"]);
        }
    }
}

#[test]
fn a_damaged_index_costs_time_and_no_answer() {
    let repo = long(&gits()[0], Layout::Plain);
    check(&repo);
    let mut files: Vec<_> = std::fs::read_dir(index_dir(&repo)).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        let Some(bytes) = std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty()) else { continue };
        for at in (0..bytes.len()).step_by(bytes.len() / 16 + 1) {
            let mut wrong = bytes.clone();
            wrong[at] ^= 0x41;
            std::fs::write(&file, &wrong).unwrap();
            check(&repo);
        }
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&file, &bytes[..cut]).unwrap();
            check(&repo);
        }
        std::fs::remove_file(&file).unwrap_or_default();
        check(&repo);
    }
    assert!(matches!(history::state(&open(&repo)).unwrap(), history::HistoryState::Sound(700, 1)));
}

#[test]
fn many_commits_are_read_by_several_threads_in_the_order_of_gits_commit_graph() {
    let repo = of_length(&gits()[0], Layout::Plain, 9_000);
    // Two files of a graph, and commits above both.
    for tip in ["HEAD~4000", "HEAD~10"] {
        let words = ["commit-graph", "write", "--stdin-commits", "--split=no-merge"];
        repo.run("git").args(words).stdin(format!("{}\n", id(&repo, tip))).run().success();
    }
    check(&repo);
    assert!(matches!(history::state(&open(&repo)).unwrap(), history::HistoryState::Sound(9_000, 1)));
}

#[test]
fn a_commit_graph_that_cannot_be_right_is_damaged() {
    // A place that it does not have, and one that makes it a cycle: that of the tip, and of another commit.
    let is_damaged = |parent: &dyn Fn(&TestRepo) -> u32| {
        let repo = long(&gits()[0], Layout::Plain);
        repo.git(&["commit-graph", "write", "--reachable"]).success();
        let path = repo.path().join(".git/objects/info/commit-graph");
        let mut graph = std::fs::read(&path).unwrap();
        let chunk = graph.windows(4).position(|name| name == b"CDAT").unwrap();
        let at = usize::from_be_bytes(graph[chunk + 4..chunk + 12].try_into().unwrap());
        // Of each commit the tree, and its first parent.
        let parent = parent(&repo).to_be_bytes();
        (0..700).for_each(|row| graph[at + row * 36 + 20..][..4].copy_from_slice(&parent));
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, graph).unwrap();
        let failed = history::ask(&open(&repo), id(&repo, "HEAD"), history::Past::all).unwrap_err();
        assert_eq!(failed.code().word, "damaged-commit-graph");
    };
    let place_of = |repo: &TestRepo, commit: &str| {
        let ids: BTreeSet<String> = repo.git(&["rev-list", "--all"]).lines().into_iter().collect();
        let id = repo.git(&["rev-parse", commit]).text();
        u32::try_from(ids.iter().position(|one| *one == id).unwrap()).unwrap()
    };
    is_damaged(&|_| 0xffff);
    is_damaged(&|repo| place_of(repo, "HEAD"));
    is_damaged(&|repo| place_of(repo, "HEAD~5"));
}

#[test]
fn replacements_that_make_a_commit_its_own_ancestor_are_named() {
    let repo = long(&gits()[0], Layout::Plain);
    repo.git(&["replace", "--graft", "HEAD~5", "HEAD~2"]).success();
    let failed = history::ask(&open(&repo), id(&repo, "HEAD"), history::Past::all).unwrap_err();
    assert_eq!(failed.code().word, "damaged-commit");
    assert!(failed.to_string().contains("its own ancestor"), "{failed}");
}

#[test]
fn the_index_stays_right_when_history_is_rewritten_repacked_or_replaced() {
    on_one_git(|git| {
        let repo = long(git, Layout::Plain);
        check(&repo);
        // A rewrite, and what it left is pruned.
        repo.git(&["reset", "-q", "--hard", "HEAD~90"]).success();
        for n in 0..3 {
            repo.commit_file("g", &n.to_string(), &format!("new {n}\n\nTask-Id: T-7"));
        }
        check(&repo);
        repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
        repo.git(&["gc", "-q", "--prune=now"]).success();
        check(&repo);
        // Replaced, and back again.
        let seventh = oracle(&repo, "HEAD")["T-7"][2].clone();
        repo.git(&["replace", "--graft", &seventh]).success();
        check(&repo);
        repo.git(&["replace", "-d", &seventh]).success();
        check(&repo);
        // Other branches, detached, a merge of unrelated histories.
        repo.git(&["switch", "-q", "--detach", "HEAD~300"]).success();
        check(&repo);
        repo.git(&["switch", "-q", "--orphan", "other"]).success();
        repo.commit_file("h", "1", "orphan\n\nTask-Id: T-7");
        check(&repo);
        repo.git(&["merge", "-q", "--allow-unrelated-histories", "-m", "both", "main"]).success();
        check(&repo);
        // Another key changes what messages say.
        repo.git(&["config", "agent.trailerKey", "Bug"]).success();
        assert_eq!(ours(&open(&repo), id(&repo, "HEAD")), BTreeMap::new());
        repo.git(&["config", "--unset", "agent.trailerKey"]).success();
        check(&repo);
        std::fs::create_dir_all(repo.path().join(".git/info")).unwrap();
        std::fs::write(repo.path().join(".git/info/grafts"), format!("{seventh}\n")).unwrap();
        check(&repo);
    });
}

#[test]
fn shallow_clones_end_where_git_says() {
    on_one_git(|git| {
        let repo = long(git, Layout::Plain);
        check(&repo);
        let url = format!("file://{}", repo.path().display());
        repo.git(&["clone", "-q", "--depth", "60", &url, "../shallow"]).success();
        let shallow = repo.at("../shallow");
        check(&shallow);
        shallow.git(&["fetch", "-q", "--deepen", "600"]).success();
        check(&shallow);
        shallow.git(&["fetch", "-q", "--unshallow"]).success();
        check(&shallow);
    });
}

#[test]
fn readers_and_writers_of_the_index_do_not_mind_each_other() {
    let repo = long(&gits()[0], Layout::Plain);
    let tips: Vec<ObjectId> = (0..8).map(|n| id(&repo, &format!("HEAD~{}", n * 80))).collect();
    let expected: Vec<_> = tips.iter().map(|tip| oracle(&repo, &tip.to_string())).collect();
    std::thread::scope(|scope| {
        for at in 0..4 {
            let (path, tips, expected) = (repo.path(), &tips, &expected);
            scope.spawn(move || {
                for round in 0..12 {
                    let which = (at * 3 + round) % tips.len();
                    let here = Repo::discover(path).unwrap();
                    if round % 5 == 4 {
                        history::forget(&here).unwrap();
                    }
                    history::index(&here, tips[which]).unwrap();
                    assert_eq!(ours(&here, tips[which]), expected[which]);
                }
            });
        }
    });
}

#[test]
fn doctor_looks_at_the_index_and_makes_it_anew() {
    let repo = long(&gits()[0], Layout::Plain);
    let history = |words: &[&str]| {
        let answer = repo.agent(words).json();
        let checks = answer["checks"].as_array().unwrap().clone();
        let check = checks.iter().find(|check| check["name"] == "commits").unwrap();
        check["message"].as_str().unwrap().to_owned()
    };
    assert!(history(&["doctor", "--json"]).contains("none; the first query"));
    check(&repo);
    assert_eq!(history(&["doctor", "--json"]), "history index: 700 commits in 1 layer");
    let layer = std::fs::read_dir(index_dir(&repo)).unwrap().map(|file| file.unwrap().path());
    let layer = layer.into_iter().find(|path| path.extension().is_some_and(|ext| ext == "layer")).unwrap();
    let mut bytes = std::fs::read(&layer).unwrap();
    bytes[2000] ^= 1;
    std::fs::write(&layer, bytes).unwrap();
    assert!(history(&["doctor", "--json"]).contains("was damaged and has been rebuilt: 700 commits in 1 layer"));
    assert!(history(&["doctor", "--rebuild-index", "--json"]).contains("has been rebuilt: 700 commits"));
    check(&repo);
}

#[test]
fn where_the_index_cannot_be_written_the_answers_are_the_same() {
    let repo = long(&gits()[0], Layout::Plain);
    std::fs::create_dir_all(repo.path().join(".git/agent")).unwrap();
    // A file where the directory should be.
    std::fs::write(index_dir(&repo), "").unwrap();
    check(&repo);
    check(&repo);
}

/// Real histories: `GIT_AGENT_HISTORY` names a repository, `GIT_AGENT_KEYS` the trailers that it uses, separated by spaces.
#[test]
#[ignore = "needs a repository; see tests/long/histories.sh"]
fn in_a_given_repository_every_id_has_the_commits_that_git_finds() {
    let path = std::env::var("GIT_AGENT_HISTORY").expect("GIT_AGENT_HISTORY names a repository");
    let keys = std::env::var("GIT_AGENT_KEYS").unwrap_or_else(|_| "Task-Id".to_owned());
    let keys: Vec<&str> = keys.split(' ').collect();
    let git = |words: &[&str]| {
        let out = std::process::Command::new("git").arg("-C").arg(&path).args(words).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        out.stdout
    };
    let here = Repo::discover(std::path::Path::new(&path)).unwrap();
    let count = String::from_utf8(git(&["rev-list", "--count", "HEAD"])).unwrap().trim().parse::<usize>().unwrap();
    for with_index in [false, true] {
        history::forget(&here).unwrap();
        for back in [count / 2, count / 50, 0, count / 7] {
            // By date: the tips are not all on one line, and not in the order in which the index grows.
            let tip = git(&["rev-list", "--max-count=1", &format!("--skip={back}"), "HEAD"]);
            let tip = ObjectId::from_hex(tip.trim_ascii()).unwrap();
            let log = git(&["log", "--topo-order", "--reverse", "-z", "--format=%H%n%B", &tip.to_string(), "--"]);
            let expected = lines_of(&log, &keys);
            if !with_index {
                history::forget(&here).unwrap();
            }
            let hex = |commits: &Vec<ObjectId>| commits.iter().map(ToString::to_string).collect::<Vec<_>>();
            let all = history::ask(&here, tip, history::Past::all).unwrap();
            let ours: BTreeMap<_, _> = all.iter().map(|(id, commits)| (id.to_string(), hex(commits))).collect();
            assert_eq!(ours.len(), expected.len(), "{tip}");
            for (id, commits) in &expected {
                assert_eq!(ours.get(id), Some(commits), "{id} from {tip}");
            }
            history::ask(&here, tip, |past| {
                for (id, commits) in &all {
                    assert_eq!(&past.naming(id)?, commits, "{id} from {tip}");
                }
                Ok(())
            })
            .unwrap();
            println!(
                "{tip}: {} ids, {} commits of theirs",
                all.len(),
                all.iter().map(|(_, of)| of.len()).sum::<usize>()
            );
        }
    }
}
