//! Every command that changes something meets a fault at its n-th system call: a full disk, an I/O error, `kill -9`, in the program
//! alone or in the gits that it starts, too. What was recorded stays, what is said to be done is done, and the next command works.
//!
//! The everyday slice is small; `tests/long/faults.sh` strikes at every call. Faults in the middle of operations on the work tree,
//! and what undo and resume make of them, are in `worlds`.

use std::{collections::BTreeSet, path::Path, process::Command};

use crate::{
    support::{Output, TestRepo, has_strace, is_missing, program},
    worlds::measure,
};

/// The commands, each with what has to be the case before it.
const COMMANDS: [(&str, &str); 38] = [
    ("", "add Another --id new --after b"),
    ("", "edit b --title Renamed --priority 1"),
    ("", "start b --also"),
    ("", "next --start"),
    ("", "claim b"),
    ("", "pause a"),
    ("", "complete a --result done"),
    ("", "fail a --reason broken"),
    ("", "cancel b"),
    ("", "reopen c"),
    ("", "block a --on weather"),
    ("git agent block a --on weather -q", "unblock a --all"),
    ("", "dep add b --after c"),
    ("", "decide something --why because"),
    ("", "note something"),
    ("", "checkpoint -m three"),
    ("", "checkpoint -m three --verify true"),
    ("", "verify a -- true"),
    ("", "snapshot -m now"),
    ("", "rollback a@1"),
    ("", "rollback a@1 --mode restore"),
    ("git checkout -q .", "rollback a@1 --mode revert"),
    ("", "guard -- rm -f one"),
    ("git agent rollback a@1 -q", "undo"),
    ("git agent rollback a@1 -q; git agent undo -q", "redo"),
    ("git checkout -q .", "squash a"),
    ("", "sync"),
    ("", "sync --push-only"),
    ("", "plan import ../plan.toml"),
    ("git -c core.hooksPath=/dev/null commit -qam lost", "repair"),
    ("", "adopt b"),
    ("", "link HEAD --task b"),
    ("", "unlink HEAD --task a"),
    ("", "gc"),
    ("", "init"),
    ("", "uninstall"),
    ("git add -A", "commit"),
    ("git add -A", "commit --amend"),
];

/// System calls that change something, or without which nothing can be read.
const CALLS: [&str; 9] = [
    "rename,renameat,renameat2,link,linkat",
    "unlink,unlinkat,rmdir",
    "mkdir,mkdirat,symlink,symlinkat",
    "write,pwrite64",
    "fsync,fdatasync",
    "chmod,fchmod,utimensat,ftruncate,flock",
    "execve,clone3,vfork",
    "openat",
    "read,pread64",
];

/// What happens there.
const EFFECTS: [&str; 3] = ["error=ENOSPC", "error=EIO", "signal=SIGKILL"];

/// A repository with a story: `a` active with two checkpoints and changes since, `b` pending, `c` completed, a remote, a plan.
fn story() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("base", "base\n", "base");
    repo.sh(
        "git init -q --bare ../remote; git remote add origin ../remote; git agent init -q
        printf '[[task]]\\nid = \"p1\"\\ntitle = \"One\"\\n[[task]]\\nid = \"p2\"\\ntitle = \"Two\"\\nafter = [\"p1\"]\\n' >../plan.toml
        git agent add A --id a -q; git agent add B --id b -q; git agent add C --id c -q
        git agent start c -q; git agent complete c -q; git agent sync -q; git agent start a -q
        echo 1 >one; git agent checkpoint -qm one; echo 2 >two; git agent checkpoint -qm two
        echo 3 >three; echo 1b >one",
    )
    .success();
    std::fs::create_dir(repo.tmp().join("base")).expect("a new directory");
    for part in ["repo", "remote", "plan.toml"] {
        std::fs::rename(repo.tmp().join(part), repo.tmp().join("base").join(part)).expect("it can be moved");
    }
    repo
}

/// The story once more, ready for a command.
fn again(story: &TestRepo, before: &str) -> TestRepo {
    // Where it was told: a copy elsewhere is another clone, which holds no claim.
    let script = "rm -rf repo remote plan.toml; cp -a base/* .";
    let copied = Command::new("sh").args(["-c", script]).current_dir(story.tmp()).status();
    assert!(copied.is_ok_and(|status| status.success()), "the story can be copied");
    let repo = story.at(story.tmp().join("repo"));
    repo.git(&["status"]).success();
    if !before.is_empty() {
        repo.sh(before).success();
    }
    repo
}

/// Every line of every note of the ledger.
fn events(repo: &TestRepo) -> BTreeSet<String> {
    let script = "git notes --ref=agent-tasks list | cut -d' ' -f1 | while read blob; do git cat-file blob $blob; done";
    repo.sh(script).success().stdout.lines().map(str::to_owned).collect()
}

/// How `words` are run: by themselves, or by git with hooks that run the program.
fn run(repo: &TestRepo, words: &str, under: &[String]) -> Output {
    let program = program().to_str().expect("UTF-8");
    let Some(rest) = words.strip_prefix("commit") else {
        let line = under.iter().cloned().chain([program.to_owned()]);
        let line: Vec<String> = line.chain(words.split(' ').map(str::to_owned)).collect();
        return repo.run(&line[0]).args(&line[1..]).run();
    };
    // Only the program is struck, not the git that commits.
    let wrapper = repo.tmp().join("wrap");
    std::fs::create_dir_all(&wrapper).expect("a directory");
    let line = under.iter().map(|word| format!("'{word}' ")).collect::<String>();
    repo.write_script(&wrapper.join("git-agent").to_string_lossy(), &format!("exec {line}'{program}' \"$@\""));
    let path =
        std::env::join_paths(std::iter::once(wrapper).chain(std::env::split_paths(&path_of(repo)))).expect("a path");
    repo.run("git").args(["commit", "-q", "-m", "by hand"]).args(rest.split_whitespace()).env("PATH", path).run()
}

fn path_of(repo: &TestRepo) -> String {
    repo.sh("printf %s \"$PATH\"").success().stdout.replace("$TMP", &repo.tmp().to_string_lossy())
}

/// Strike `words` at call `n` of `calls`; answers whether it came that far.
fn strike(story: &TestRepo, (before, words): (&str, &str), calls: &str, effect: &str, n: usize, follow: bool) -> bool {
    let repo = again(story, before);
    let recorded = events(&repo);
    let log = repo.tmp().join("strace.log");
    std::fs::write(&log, "").expect("a file");
    let mut under: Vec<String> = ["strace", "-qq", "-A", "-o", &log.to_string_lossy()].map(str::to_owned).into();
    under.extend(follow.then(|| "-f".to_owned()));
    under.extend([
        "-e".into(),
        format!("trace={calls}"),
        "-e".into(),
        format!("inject={calls}:{effect}:when={n}"),
        "--".into(),
    ]);
    let output = run(&repo, words, &under);
    let log = std::fs::read(&log).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let when = format!(
        "'{words}' with {effect} at call {n} of {calls}{}:\n{output}",
        if follow { " in its gits, too" } else { "" }
    );
    let is_struck = log.contains("(INJECTED)") || log.contains("killed by SIGKILL");
    if words.starts_with("commit") {
        assert_eq!(output.code, Some(0), "a hook stopped a commit: {when}");
    } else if let Some(code) = output.code {
        assert!(code != 70 && code != 101, "{when}");
    }
    let now = events(&repo);
    let lost: Vec<_> = recorded.difference(&now).collect();
    assert!(lost.is_empty() || words == "uninstall", "lost {lost:?}: {when}");
    if is_struck {
        // What was interrupted can be ended, and what was refused or lost can be done again.
        let status = repo.agent(&["status", "--json"]).json();
        if !status["interrupted"].is_null() {
            repo.agent(&["undo"]).success();
        }
        let next = run(&repo, words, &[]);
        let code = next.code.unwrap_or(-1);
        assert!((0..=3).contains(&code), "then {next}\nafter {when}");
        repo.agent(&["note", "still here", "--task", "a"]).success();
    } else {
        assert_eq!(output.code, Some(0), "{when}");
    }
    repo.fsck();
    is_struck
}

fn strikes(name: &str, commands: &[(&str, &str)], calls: &[&str], stride: usize) {
    if is_missing("strace", has_strace()) {
        return;
    }
    let commands: Vec<_> = commands.iter().copied().enumerate().collect();
    let struck = std::sync::atomic::AtomicUsize::new(0);
    crate::worlds::each(name, (0..commands.len() as u64).collect(), |number| {
        let (at, command) = commands[usize::try_from(number).expect("a small number")];
        let story = story();
        for (which, calls) in calls.iter().enumerate() {
            for effect in EFFECTS {
                for follow in [false, true] {
                    let mut n = 1 + (at + which) % stride;
                    while strike(&story, command, calls, effect, n, follow) {
                        n += stride;
                        struck.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                }
            }
        }
    });
    eprintln!("{name}: struck {} times", struck.into_inner());
}

#[test]
fn a_fault_at_any_call_loses_nothing_that_was_recorded() {
    let only = std::env::var("GIT_AGENT_TEST_COMMAND").ok();
    let chosen: Vec<_> =
        COMMANDS.into_iter().filter(|(_, words)| only.as_ref().is_none_or(|only| words.contains(only))).collect();
    match measure("GIT_AGENT_TEST_FAULTS", 0) {
        // A few of the commands that are run all day, at every seventh rename.
        0 if only.is_none() => {
            let daily = ["note something", "checkpoint -m three", "commit", "complete a --result done"];
            let daily: Vec<_> = chosen.into_iter().filter(|(_, words)| daily.contains(words)).collect();
            strikes("a_fault_at_any_call_loses_nothing_that_was_recorded", &daily, &CALLS[..1], 7);
        }
        stride => strikes("a_fault_at_any_call_loses_nothing_that_was_recorded", &chosen, &CALLS, stride.max(1)),
    }
}

#[test]
fn the_commands_that_are_struck_are_those_that_change_something() {
    let reads = [
        "ready",
        "list",
        "show",
        "status",
        "brief",
        "board",
        "ops",
        "log",
        "report",
        "graph",
        "diff",
        "blame",
        "bisect",
        "changes-since",
        "resume",
        "doctor",
        "demo",
        "schema",
        "capabilities",
        "completions",
        "man",
        "mcp",
        "help",
    ];
    // Those of other programs, not of the repository.
    let elsewhere = ["host"];
    let capabilities = TestRepo::new().agent(&["capabilities"]).json();
    let commands = capabilities["commands"].as_array().unwrap();
    for name in commands.iter().map(|name| name.as_str().unwrap()).filter(|name| !elsewhere.contains(name)) {
        let is_struck = COMMANDS.iter().any(|(_, words)| words.split(' ').next() == Some(name));
        assert!(is_struck || reads.contains(&name), "'{name}' is neither struck nor known as one that changes nothing");
    }
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/long/faults.sh").exists());
}
