//! Two clones whose actors have the same name are two holders; two worktrees of one clone are one.

use crate::support::TestRepo;

/// Two clones of one remote, both of `claude@here`, that know the task `T`.
fn clones() -> (TestRepo, TestRepo) {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "claude@here");
    repo.commit_file("a.txt", "one\n", "first");
    repo.git(&["clone", "-q", "--bare", ".", "../remote"]).success();
    let (one, two) = (repo.at("../remote").clone_to("one"), repo.at("../remote").clone_to("two"));
    one.agent(&["add", "x", "--id", "T"]).success();
    sync(&[&one, &two]);
    (one, two)
}

fn sync(clones: &[&TestRepo]) {
    clones.iter().for_each(|clone| drop(clone.agent(&["sync"]).success()));
}

/// Exit code and error of a command that fails, and its whole answer.
fn refused(clone: &TestRepo, args: &[&str]) -> (i32, String, String) {
    let output = clone.run("git-agent").args(["--json"]).args(args).run();
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let code = answer["error"]["code"].as_str().unwrap_or("none").to_owned();
    (output.code.unwrap(), code, output.stdout)
}

fn claim(clone: &TestRepo) -> serde_json::Value {
    clone.agent(&["show", "T", "--json"]).json()["task"]["claim"].clone()
}

#[test]
fn a_live_claim_of_another_clone_is_another_holders() {
    let (one, two) = clones();
    one.agent(&["start", "T"]).success();
    sync(&[&one, &two]);
    let before = two.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
    for args in [&["start", "T"][..], &["claim", "T"], &["claim", "T", "--release"]] {
        let (exit, code, answer) = refused(&two, args);
        assert_eq!((exit, code.as_str()), (1, "task-claimed"), "{args:?}");
        assert!(answer.contains("claude@here in another clone") && answer.contains("--steal"), "{answer}");
    }
    for args in [&["next", "--start"][..], &["next", "--claim"]] {
        let answer = two.agent(&[args, &["--json"]].concat()).stdout;
        assert!(answer.contains(r#""task":null,"reason":"all-claimed""#), "{args:?}: {answer}");
    }
    assert_eq!(two.git(&["rev-parse", "refs/notes/agent-tasks"]).text(), before);
    let brief = two.agent(&["brief", "--task", "T"]).text();
    assert!(brief.contains("held by claude@here in another clone until"), "{brief}");
    // The holder goes on as ever, and so does its other worktree.
    assert!(one.agent(&["start", "T"]).text().contains("already in progress"));
    one.git(&["worktree", "add", "-q", "../side"]).success();
    assert!(one.at("../side").agent(&["start", "T"]).text().contains("already in progress"));
    // Taken over with a reason, and the one who had it is told.
    let said = two.agent(&["claim", "T", "--steal", "--reason", "it hangs"]).text();
    assert!(said.contains("held by claude@here in another clone"), "{said}");
    sync(&[&two]);
    let told = one.agent(&["sync"]).success();
    assert!(told.stderr.contains("claimed T"), "{told}");
    assert_eq!(refused(&one, &["start", "T"]).1, "task-claimed");
}

#[test]
fn a_claim_of_another_clone_that_ran_out_is_taken_over_and_that_is_said() {
    let (one, two) = clones();
    one.agent(&["start", "T"]).success();
    sync(&[&one, &two]);
    two.advance(3 * 60 * 60);
    let said = two.agent(&["start", "T"]).text();
    assert!(said.starts_with("Took over T") && said.contains("held by claude@here in another clone"), "{said}");
}

#[test]
fn what_another_clone_does_is_no_sign_of_life_of_the_holder() {
    let (one, two) = clones();
    two.agent(&["init"]).success();
    two.agent(&["start", "T"]).success();
    sync(&[&two, &one]);
    one.agent(&["claim", "T", "--steal", "--reason", "moved"]).success();
    sync(&[&one, &two]);
    let before = claim(&two);
    two.advance(60);
    // Its worktree is still at the task.
    for number in 0..2 {
        two.commit_file("b.txt", &format!("{number}\n"), "late");
        two.agent(&["note", "--task", "T", "still here"]).success();
    }
    let events = "git notes --ref=agent-tasks list | cut -d' ' -f1 | xargs git cat-file blob";
    assert_eq!(two.sh(&format!("{events} | grep -c ' commit commit=.* clone='")).text(), "2");
    assert_eq!(claim(&two), before);
    // But what the holder does is.
    sync(&[&two, &one]);
    one.agent(&["note", "--task", "T", "at it"]).success();
    assert_ne!(claim(&one)["until"], before["until"]);
}

#[test]
fn claims_that_name_no_clone_are_those_of_the_actor_everywhere() {
    let (one, two) = clones();
    one.agent(&["start", "T"]).success();
    // As a version wrote it that knew of no clones.
    one.sh("git notes --ref=agent-tasks list | while read note anchor; do \
            git cat-file blob $note | sed 's/ clone=\"[^\"]*\"//' | git hash-object -w --stdin | \
            xargs -I{} git notes --ref=agent-tasks add -f -C {} $anchor; done")
        .success();
    assert!(claim(&one)["clone"].is_null());
    sync(&[&one, &two]);
    assert!(two.agent(&["start", "T"]).text().contains("already in progress"));
}

#[test]
fn a_copy_of_the_directory_is_another_clone_and_a_moved_one_is_not() {
    let (one, _) = clones();
    one.agent(&["start", "T"]).success();
    one.sh("cp -a . ../copy").success();
    let copy = one.at("../copy");
    assert_eq!(refused(&copy, &["start", "T"]).1, "task-claimed");
    copy.agent(&["add", "y", "--id", "U"]).success();
    copy.agent(&["start", "U"]).success();
    assert!(copy.agent(&["start", "U"]).text().contains("already in progress"));
    one.sh("mv ../copy ../moved").success();
    assert!(one.at("../moved").agent(&["start", "U"]).text().contains("already in progress"));
    // What stands where it stood is the same clone, restored.
    one.sh("cp -a ../moved ../copy").success();
    assert!(copy.agent(&["start", "U"]).text().contains("already in progress"));
}
