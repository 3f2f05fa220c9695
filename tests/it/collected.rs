//! Beside a gc that leaves nothing that is not named: no operation, no object and no task is lost, and no log leads to nothing.

use crate::support::{Layout, TestRepo, default_git};

/// A git that collects whatever nothing names, after each call that it makes.
fn collecting(repo: &TestRepo, collect: &str) {
    let git = repo.sh("command -v git").text();
    let bin = repo.tmp().join("collecting");
    std::fs::create_dir_all(&bin).unwrap();
    let script = format!(
        "#!/bin/sh\n{git} \"$@\"\ncode=$?\n\
         env -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES -u GIT_INDEX_FILE -u GIT_DIR -u GIT_WORK_TREE \\\n\
         {git} -C '{}' {collect} >/dev/null 2>&1 </dev/null\nexit $code\n",
        repo.path().display()
    );
    std::fs::write(bin.join("git"), script).unwrap();
    repo.sh(&format!("chmod 755 '{}/git'", bin.display())).success();
    let path = repo.sh("echo \"$PATH\"").success().stdout.replace("$TMP", &repo.tmp().to_string_lossy());
    repo.set_env("PATH", format!("{}:{}", bin.display(), path.trim()));
}

fn world() -> TestRepo {
    let repo = TestRepo::with_layout(default_git(), Layout::Plain);
    repo.git(&["config", "core.logAllRefUpdates", "false"]).success();
    repo.git(&["config", "gc.auto", "0"]).success();
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["init"]).success();
    repo.agent(&["add", "--id", "t", "T"]).success();
    repo.agent(&["start", "t"]).success();
    repo
}

fn operations(repo: &TestRepo) -> usize {
    repo.agent(&["ops", "--json"]).json()["operations"].as_array().unwrap().len()
}

#[test]
fn every_command_survives_a_prune_after_every_call_of_git() {
    for collect in ["prune --expire=now", "gc --quiet --prune=now"] {
        let repo = world();
        collecting(&repo, collect);
        for text in ["two\n", "three\n"] {
            repo.write("a", text);
            repo.write(text.trim(), text);
            repo.agent(&["checkpoint"]).success();
        }
        repo.git(&["commit", "-q", "--allow-empty", "-m", "by hand", "-m", "Task-Id: other"]).success();
        repo.agent(&["rollback", "t@1", "--mode", "revert"]).success();
        assert_eq!(repo.read("a"), "two\n");
        repo.agent(&["undo"]).success();
        assert_eq!(repo.read("a"), "three\n");
        repo.agent(&["redo"]).success();
        repo.agent(&["rollback", "t@1", "--mode", "restore", "--allow-foreign"]).success();
        repo.write("a", "four\n");
        repo.agent(&["checkpoint"]).success();
        repo.write("a", "five\n");
        repo.agent(&["checkpoint"]).success();
        repo.agent(&["squash", "t"]).success();
        repo.agent(&["undo"]).success();
        repo.write("a", "six\n");
        let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
        repo.write("a", "seven\n");
        repo.agent(&["snapshot", "restore", &id]).success();
        assert_eq!(repo.read("a"), "six\n");
        repo.agent(&["complete", "t"]).success();
        assert!(operations(&repo) >= 10, "{}", operations(&repo));
        repo.agent(&["doctor"]).success();
        repo.agent(&["gc"]).success();
        repo.git(&["gc", "-q", "--prune=now"]).success();
        repo.fsck();
    }
}

/// What an earlier version could leave: an operation whose new commit a gc took.
#[test]
fn a_log_that_leads_to_what_is_gone_is_made_whole_without_the_others_being_lost() {
    let repo = world();
    repo.git(&["config", "core.logAllRefUpdates", "false"]).success();
    for text in ["two\n", "three\n"] {
        repo.write("a", text);
        repo.agent(&["checkpoint"]).success();
    }
    let tip = repo.git(&["rev-parse", "refs/agent/ops/main"]).text();
    // Its newest operation names a commit that is nowhere.
    let lost = repo.git(&["commit-tree", "HEAD^{tree}", "-m", "lost"]).text();
    let text = String::from_utf8(repo.git(&["cat-file", "commit", &tip]).success().raw).unwrap();
    let head = repo.head();
    let seal = text.lines().find(|line| line.starts_with("agent-seal ")).unwrap();
    let text = text.replace(&format!("{seal}\n"), "").replacen("author ", &format!("parent {lost}\nauthor "), 1);
    assert!(text.contains(&head));
    let words = ["hash-object", "-t", "commit", "-w", "--stdin"];
    let broken = repo.run("git").args(words).stdin(text).run().text();
    repo.git(&["update-ref", "refs/agent/ops/main", &broken]).success();
    repo.agent(&["doctor", "--adopt"]).success();
    let before = operations(&repo);
    std::fs::remove_file(repo.path().join(format!(".git/objects/{}/{}", &lost[..2], &lost[2..]))).unwrap();
    repo.git(&["gc", "-q", "--prune=now"]).failure();
    repo.agent(&["gc"]).success();
    let doctor = repo.agent(&["doctor"]).exits(1);
    assert!(doctor.stdout.contains("git agent doctor --fix"), "{doctor}");
    let fixed = repo.agent(&["doctor", "--fix", "--json"]).success();
    assert!(fixed.stdout.contains("2 kept, 0 lost"), "{fixed}");
    assert_eq!(operations(&repo), before);
    repo.git(&["gc", "-q", "--prune=now"]).success();
    repo.agent(&["undo"]).success();
    repo.agent(&["undo"]).success();
    repo.fsck();
}

/// A prune that has found out what nothing names, has deleted a part of that, and waits until somebody reads what it says.
struct Prune(std::process::Child);

impl Prune {
    fn begin(repo: &TestRepo) -> Self {
        // What it says of three thousand objects is more than a pipe takes.
        let objects: String = (0..3_000).map(|at| format!("blob\ndata <<end\n{at}\nend\n")).collect();
        repo.run("git")
            .args(["-c", "fastimport.unpackLimit=10000", "fast-import", "--quiet"])
            .stdin(objects)
            .run()
            .success();
        let mut git = std::process::Command::new("git");
        git.args(["prune", "-v", "--expire=now"]).current_dir(repo.path()).stdout(std::process::Stdio::piped());
        let child = git.spawn().unwrap();
        let loose = || repo.git(&["count-objects"]).text().split(' ').next().unwrap().parse::<usize>().unwrap();
        let (mut before, mut now) = (usize::MAX, loose());
        while now > 3_000 || now < before {
            std::thread::sleep(std::time::Duration::from_millis(50));
            (before, now) = (now, loose());
        }
        assert!(now > 500, "it has not come to its end: {now}");
        Prune(child)
    }

    fn end(self) {
        assert!(self.0.wait_with_output().unwrap().status.success());
    }
}

#[test]
fn what_is_written_while_a_prune_runs_is_there_after_it() {
    let repo = world();
    repo.write("a", "two\n");
    repo.agent(&["checkpoint"]).success();
    let commands: [&[&str]; 13] = [
        &["add", "--id", "new", "New"],
        &["note", "a remark"],
        &["decide", "a decision"],
        &["snapshot"],
        &["checkpoint"],
        &["rollback", "t@1", "--mode", "revert"],
        &["undo"],
        &["rollback", "t@1", "--mode", "restore", "--allow-foreign"],
        &["undo"],
        &["squash", "t", "--no-edit"],
        &["undo"],
        &["complete", "t"],
        &["gc"],
    ];
    let prune = Prune::begin(&repo);
    for command in commands {
        if matches!(command[0], "snapshot" | "checkpoint") {
            repo.write("b", format!("before {command:?}\n"));
        }
        repo.agent(command).success();
    }
    prune.end();
    repo.fsck();
    repo.agent(&["doctor"]).success();
    assert_eq!(repo.agent(&["show", "t", "--json"]).json()["task"]["status"], "completed");
}
