//! What changed and whose it is, as stock git tells it: one call for each fact.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::support::TestRepo;

/// A path, byte for byte.
pub type Name = Vec<u8>;

/// What is said of one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub status: String,
    pub old_path: Option<Name>,
    pub modes: [String; 2],
    pub tasks: BTreeSet<String>,
    pub untasked: bool,
    pub commits: Vec<String>,
    /// committed, staged, unstaged, untracked
    pub places: [bool; 4],
}

/// The whole answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub base: Option<String>,
    pub rule: String,
    pub tree: String,
    pub commits: Vec<(String, Vec<String>)>,
    pub changes: BTreeMap<Name, Said>,
}

/// The answer of git-agent.
pub fn ours(answer: &Value) -> Answer {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |value: &Value| value.as_array().unwrap().iter().map(text).collect::<Vec<_>>();
    let name = |value: &Value, key: &str| -> Option<Name> {
        let hex = |digits: &str| -> Name {
            (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
        };
        let plain = value[key].as_str().map(|text| text.as_bytes().to_vec());
        plain.or_else(|| value[format!("{key}_hex")].as_str().map(hex))
    };
    let changes = answer["changes"].as_array().unwrap().iter().map(|change| {
        let flag = |key: &str| change[key].as_bool().unwrap();
        let said = Said {
            status: text(&change["status"]),
            old_path: name(change, "old_path"),
            modes: [text(&change["old_mode"]), text(&change["new_mode"])],
            tasks: list(&change["tasks"]).into_iter().collect(),
            untasked: flag("untasked"),
            commits: list(&change["commits"]),
            places: [flag("committed"), flag("staged"), flag("unstaged"), flag("untracked")],
        };
        (name(change, "path").expect("a path"), said)
    });
    let commits = answer["commits"].as_array().unwrap().iter();
    Answer {
        base: answer["base"]["commit"].as_str().map(str::to_owned),
        rule: text(&answer["base"]["rule"]),
        tree: text(&answer["tree"]),
        commits: commits.map(|commit| (text(&commit["commit"]), list(&commit["tasks"]))).collect(),
        changes: changes.collect(),
    }
}

/// Up to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    Now,
    Commit(String),
}

/// The parts of an answer that end in NUL.
fn parts(bytes: &[u8]) -> Vec<Name> {
    bytes.split(|b| *b == 0).filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
}

fn names(repo: &TestRepo, words: &[&str]) -> BTreeSet<Name> {
    parts(&repo.git(words).success().raw).into_iter().collect()
}

/// HEAD's commit, unless the branch is unborn.
pub fn head(repo: &TestRepo) -> Option<String> {
    let output = repo.git(&["rev-parse", "-q", "--verify", "HEAD^{commit}"]);
    (output.code == Some(0)).then(|| output.stdout.trim().to_owned())
}

/// The tree that a commit of everything would have.
pub fn tree_now(repo: &TestRepo) -> String {
    repo.sh(r#"top=$(git rev-parse --show-toplevel); real=$(git rev-parse --git-path index); copy=$(mktemp -u)
           [ -e "$real" ] && cp -p "$real" "$copy"; export GIT_INDEX_FILE=$copy; cd "$top"; git add -A --sparse .
           git write-tree; rm -f "$copy""#)
        .text()
}

pub fn empty_tree(repo: &TestRepo) -> String {
    repo.run("git").args(["hash-object", "-t", "tree", "--stdin"]).run().text()
}

/// What each commit of the range `words` says and touches, children before their parents.
struct Facts {
    order: Vec<String>,
    tasks: HashMap<String, Vec<String>>,
    touched: HashMap<String, BTreeSet<Name>>,
}

/// Which tasks commits belong to beside what git knows.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Commits, and the tasks that they are linked to.
    pub links: Vec<(String, String)>,
    /// Another key that names tasks.
    pub key: Option<&'static str>,
}

impl Facts {
    fn of(repo: &TestRepo, range: &[&str], ledger: &Ledger) -> Self {
        let key = ledger.key.unwrap_or("task-id");
        let line = format!(r"(?m-u)^[ \t]*(?:\* )?(?i:task-id|{key})[ \t]*:[ \t]*([^\s]+)[ \t]*\r?$");
        let line = regex::bytes::Regex::new(&line).unwrap();
        let said = repo.git(&[&["log", "-z", "--topo-order", "--format=%H%n%B"], range].concat()).success().raw;
        let (mut order, mut tasks) = (Vec::new(), HashMap::new());
        for record in parts(&said) {
            let end = record.iter().position(|b| *b == b'\n').unwrap();
            let id = String::from_utf8(record[..end].to_vec()).unwrap();
            let mut ids = Vec::new();
            for found in line.captures_iter(&record[end..]) {
                let id = String::from_utf8(found[1].to_vec()).unwrap();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            for (_, task) in ledger.links.iter().filter(|(commit, _)| *commit == id) {
                if !ids.contains(task) {
                    ids.push(task.clone());
                }
            }
            order.push(id.clone());
            tasks.insert(id, ids);
        }
        let words = ["diff-tree", "--stdin", "--root", "-r", "-c", "--name-only", "--no-renames", "-z"];
        let touches = repo.run("git").args(words).stdin(order.join("\n") + "\n").run().success().raw;
        let mut touched = HashMap::<String, BTreeSet<Name>>::new();
        let mut at = String::new();
        for part in parts(&touches) {
            match std::str::from_utf8(&part).ok().filter(|id| tasks.contains_key(*id)) {
                Some(id) => at = id.to_owned(),
                None => drop(touched.entry(at.clone()).or_default().insert(part)),
            }
        }
        Facts { order, tasks, touched }
    }
}

/// Where T-1 began on the history of `tip`, if `recorded` was written down (`None`: on an unborn branch).
pub fn base(
    repo: &TestRepo,
    ledger: &Ledger,
    recorded: Option<&str>,
    tip: Option<&str>,
) -> Option<(Option<String>, String)> {
    let Some(recorded) = recorded else { return Some((None, "unborn".into())) };
    let tip = tip?;
    if repo.git(&["merge-base", "--is-ancestor", recorded, tip]).code == Some(0) {
        return Some((Some(recorded.to_owned()), "recorded".into()));
    }
    let all = Facts::of(repo, &[tip], ledger);
    if let Some(oldest) = all.order.iter().rev().find(|commit| all.tasks[*commit].iter().any(|id| id == "T-1")) {
        let parents = repo.git(&["rev-list", "--parents", "-1", oldest]).text();
        return Some((parents.split(' ').nth(1).map(str::to_owned), "rewritten".into()));
    }
    let base = repo.git(&["merge-base", recorded, tip]);
    (base.code == Some(0)).then(|| (Some(base.stdout.trim().to_owned()), "merge-base".into()))
}

/// The answer about T-1 since `base`, limited to `paths`.
pub fn answer(
    repo: &TestRepo,
    ledger: &Ledger,
    (base, rule): (Option<String>, String),
    tip: Option<String>,
    until: &Until,
    paths: &[&str],
) -> Answer {
    let empty = empty_tree(repo);
    let base_tree = base.clone().unwrap_or_else(|| empty.clone());
    let tip_tree = tip.clone().unwrap_or_else(|| empty.clone());
    let tree = match until {
        Until::Now => tree_now(repo),
        Until::Commit(_) => repo.git(&["rev-parse", &format!("{tip_tree}^{{tree}}")]).text(),
    };
    let not_base = base.as_ref().map(|base| format!("^{base}"));
    let range: Vec<&str> = tip.iter().chain(&not_base).map(String::as_str).collect();
    let facts = match tip.is_some() {
        true => Facts::of(repo, &range, ledger),
        false => Facts { order: Vec::new(), tasks: HashMap::new(), touched: HashMap::new() },
    };
    let committed = names(repo, &["diff-tree", "-r", "-z", "--name-only", "--no-renames", &base_tree, &tip_tree]);
    let now = |words: &[&str]| if *until == Until::Now { names(repo, words) } else { BTreeSet::new() };
    let against = if head(repo).is_some() { "HEAD" } else { empty.as_str() };
    let staged = now(&["diff", "--cached", "-z", "--name-only", "--no-renames", "--ignore-submodules=none", against]);
    let unstaged = now(&["diff", "-z", "--name-only", "--no-renames", "--ignore-submodules=none"]);
    let untracked = now(&["ls-files", "-z", "--others", "--exclude-standard", "--full-name", ":/"]);

    let mut words = vec!["diff-tree", "-r", "-M", "-C", "--raw", "--no-abbrev", "-z", &base_tree, &tree, "--"];
    words.extend(paths);
    let mut raw = parts(&repo.git(&words).success().raw).into_iter();
    let mut changes = BTreeMap::new();
    while let Some(head) = raw.next() {
        let head = String::from_utf8(head).unwrap();
        let fields: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let status = &fields[4][..1];
        let old_path = ["R", "C"].contains(&status).then(|| raw.next().unwrap());
        let path = raw.next().unwrap();
        let mut sides = vec![&path];
        sides.extend(old_path.as_ref().filter(|_| status == "R"));
        let touches = |id: &&String| {
            facts.touched.get(*id).is_some_and(|touched| sides.iter().any(|side| touched.contains(*side)))
        };
        let by: Vec<&String> = facts.order.iter().filter(touches).collect();
        let is_in = |set: &BTreeSet<Name>| sides.iter().any(|side| set.contains(*side));
        let said = Said {
            status: status.to_owned(),
            old_path: old_path.clone(),
            modes: [fields[0].to_owned(), fields[1].to_owned()],
            tasks: by.iter().flat_map(|id| facts.tasks[*id].clone()).collect(),
            untasked: by.iter().any(|id| facts.tasks[*id].is_empty()),
            commits: by.into_iter().cloned().collect(),
            places: [&committed, &staged, &unstaged, &untracked].map(is_in),
        };
        changes.insert(path, said);
    }
    let commits = facts.order.iter().map(|id| (id.clone(), facts.tasks[id].clone())).collect();
    Answer { base, rule, tree, commits, changes }
}
