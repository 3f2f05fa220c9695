//! What the loop costs an agent: calls and bytes for a feature of twelve tasks.

use crate::support::TestRepo;

const TASKS: usize = 12;

/// Play the feature as an agent would; answers how many calls it took, and how many bytes they said.
fn played(options: &[&str]) -> (usize, usize) {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "claude@box");
    repo.commit_file("README", "modules\n", "first");
    repo.agent(&["init", "-q"]).success();
    repo.git(&["config", "agent.verify", "sh test.sh"]).success();
    repo.write("test.sh", "for n in $(seq 200); do echo test $n is ok; done\n");
    let tasks: Vec<String> = (1..=TASKS)
        .map(|number| {
            let after = if number > 1 { format!("after = ['t-{:02}']\n", number - 1) } else { String::new() };
            format!("[[task.task]]\nid = 't-{number:02}'\ntitle = 'Write module {number}'\ndescription = 'Read the input of step {number} and test it.'\n{after}")
        })
        .collect();
    repo.write("plan.toml", format!("[[task]]\nid = 'modules'\ntitle = 'Modules'\n{}", tasks.concat()));
    let (mut calls, mut bytes) = (0, 0);
    let mut call = |words: &[&str]| {
        let output = repo.run("git-agent").args(words).args(options).run().success();
        calls += 1;
        let size = output.raw.len() + output.stderr.len();
        eprintln!("{} ({size})\n{output}", words.join(" "));
        size
    };
    bytes += call(&["plan", "import", "plan.toml"]);
    bytes += call(&["next", "--start"]);
    for number in 1..=TASKS {
        repo.write(&format!("src/module{number}.rs"), format!("// {number}\n"));
        bytes += call(&["complete", "-m", &format!("Write module {number}"), "--verify", "--next"]);
    }
    let all = repo.agent(&["list", "--all", "--json"]).json()["tasks"].clone();
    let all = all.as_array().unwrap();
    assert!(all.len() == TASKS + 1 && all.iter().all(|task| task["status"] == "completed"), "{all:?}");
    let ids = repo.git(&["log", "--format=%(trailers:key=Task-Id,valueonly,separator=%x2C)", "--reverse"]).lines();
    assert_eq!(ids[1..], (1..=TASKS).map(|number| format!("t-{number:02}")).collect::<Vec<_>>());
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
    eprintln!("{calls} calls, {bytes} bytes: {:.2} and {} a task", calls as f64 / TASKS as f64, bytes / TASKS);
    (calls, bytes)
}

#[test]
fn a_feature_of_twelve_tasks_takes_few_calls_and_few_words() {
    let (calls, bytes) = played(&[]);
    assert!(2 * calls <= 3 * TASKS && bytes <= 250 * TASKS, "{calls} calls, {bytes} bytes");
    let (calls, bytes) = played(&["--json"]);
    assert!(2 * calls <= 3 * TASKS && bytes <= 600 * TASKS, "{calls} calls, {bytes} bytes");
}
