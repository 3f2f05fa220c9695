//! Completion, in the shells themselves: bash and zsh on a terminal, fish asked for what it offers.

use std::{
    io::{Read as _, Write as _},
    process::Stdio,
    sync::mpsc::channel,
    time::{Duration, Instant},
};

use crate::support::{TestRepo, is_missing};

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.set_env("TERM", "dumb");
    repo.set_env("COLUMNS", "100");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["add", "Design the login form", "--id", "login-form", "-q"]).success();
    repo.agent(&["add", "Check: passwords & 'names'", "--id", "passwords", "-q"]).success();
    repo.agent(&["add", "Old form", "--id", "old-form", "-q"]).success();
    repo.agent(&["cancel", "old-form", "-q"]).success();
    repo.agent(&["start", "login-form", "-q"]).success();
    repo.write("a.txt", "two\n");
    repo.agent(&["checkpoint", "-m", "First draft", "-q"]).success();
    for shell in ["bash", "zsh", "fish"] {
        let script = repo.agent(&["completions", shell]).success().stdout;
        repo.write(&format!("../git-agent.{shell}"), script);
    }
    repo
}

/// The words that are offered behind `words`.
fn offered(repo: &TestRepo, words: &[&str]) -> Vec<String> {
    let lines = repo.run("git-agent").args(["completions", "fish", "--complete", "--"]).args(words).run().lines();
    lines.into_iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

fn is_here(program: &str) -> bool {
    std::process::Command::new(program).arg("--version").output().is_ok()
}

/// Type `keys` in the interactive `shell`, each when the text before it has appeared; everything that came.
fn typed(repo: &TestRepo, shell: &str, keys: &[(&str, &str)]) -> String {
    let command = format!("stty rows 50 cols 100; {shell}");
    let mut script = repo.run("script").args(["-qec", &command, "/dev/null"]).into_command();
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (send, receive) = channel();
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count) = stdout.read(&mut bytes)
            && count > 0
        {
            send.send(bytes[..count].to_vec()).ok();
        }
    });
    let (mut all, mut from) = (String::new(), 0);
    for (wanted, key) in keys {
        let began = Instant::now();
        while !all[from..].contains(wanted) {
            if let Ok(more) = receive.recv_timeout(Duration::from_millis(100)) {
                all.push_str(&String::from_utf8_lossy(&more));
            }
            assert!(began.elapsed() < Duration::from_secs(60), "no '{wanted}' in {:?}", &all[from..]);
        }
        from = all.len();
        stdin.write_all(key.as_bytes()).unwrap();
    }
    drop(stdin);
    child.kill().ok();
    child.wait().unwrap();
    reader.join().unwrap();
    all
}

/// Erases the line.
const ERASE: &str = "\u{15}\n";

#[test]
fn bash_completes_on_a_terminal() {
    let repo = repo();
    let through_git = "/usr/share/bash-completion/completions/git";
    let keys = [
        ("ready> ", "source ../git-agent.bash\n"),
        ("ready> ", "git-agent chec\t"),
        ("git-agent checkpoint ", ERASE),
        ("ready> ", "git-agent list --st\t"),
        ("git-agent list --status ", "fail\t"),
        ("failed ", ERASE),
        ("ready> ", "git-agent show log\t"),
        ("git-agent show login-form ", ERASE),
        ("ready> ", "git-agent show \t\t"),
        ("(Check: passwords & 'names')", ERASE),
        ("ready> ", "git-agent rollback login-form@\t\t"),
        ("(First draft)", ERASE),
        ("ready> ", "git-agent report --output a\t"),
        ("a.txt ", ERASE),
        ("ready> ", "exit\n"),
    ];
    typed(&repo, "PS1='ready> ' bash --norc -i", &keys);
    if is_missing("git-bash-completion", std::path::Path::new(through_git).exists()) {
        return;
    }
    let source = format!("source {through_git}; source ../git-agent.bash\n");
    let keys = [
        ("ready> ", source.as_str()),
        ("ready> ", "git agent chec\t"),
        ("git agent checkpoint ", ERASE),
        ("ready> ", "git agent show pass\t"),
        ("git agent show passwords ", ERASE),
        ("ready> ", "git agent plan im\t"),
        ("git agent plan import ", ERASE),
        ("ready> ", "exit\n"),
    ];
    typed(&repo, "PS1='ready> ' bash --norc -i", &keys);
}

#[test]
fn zsh_completes_on_a_terminal() {
    if is_missing("zsh", is_here("zsh")) {
        return;
    }
    let repo = repo();
    let set_up = "autoload -U compinit; compinit -u -D; source ../git-agent.zsh; unsetopt zle_bracketed_paste; PS1='rea''dy> '\n";
    let keys = [
        ("% ", set_up),
        ("ready> ", "git-agent chec\t"),
        ("kpoint ", ERASE),
        ("ready> ", "git-agent show log\t"),
        ("in-form ", ERASE),
        ("ready> ", "git-agent show \t"),
        ("-- Check: passwords & 'names'", ERASE),
        ("ready> ", "git-agent rollback login-form@\t"),
        ("-- First draft", ERASE),
        ("ready> ", "git agent show pass\t"),
        ("words ", ERASE),
        ("ready> ", "exit\n"),
    ];
    typed(&repo, "PS1='%% ' zsh -f -i", &keys);
}

#[test]
fn fish_completes() {
    if is_missing("fish", is_here("fish")) {
        return;
    }
    let repo = repo();
    let asked = |line: &str| {
        let script = format!("source ../git-agent.fish; complete -C '{line}'");
        repo.run("fish").args(["--no-config", "-c", &script]).run().lines()
    };
    assert_eq!(asked("git-agent chec"), ["checkpoint\tCommit all files that are not ignored, for the active task"]);
    assert_eq!(asked("git-agent show log"), ["login-form\tDesign the login form"]);
    assert_eq!(asked("git agent show pass"), ["passwords\tCheck: passwords & 'names'"]);
    assert_eq!(asked("git-agent plan im").len(), 1);
    assert!(asked("git-agent rollback login-form@").contains(&"login-form@1\tFirst draft".to_owned()));
    assert_eq!(asked("git-agent report --output a"), ["a.txt"]);
}

#[test]
fn commands_options_and_values_are_offered() {
    let repo = repo();
    assert_eq!(offered(&repo, &["che"]), ["checkpoint"]);
    assert_eq!(offered(&repo, &["plan", ""]), ["import", "export"]);
    assert_eq!(offered(&repo, &["list", "--st"]), ["--status"]);
    assert_eq!(offered(&repo, &["list", "--status", "pending,in"]), ["pending,in_progress"]);
    assert_eq!(offered(&repo, &["list", "--status=can"]), ["--status=cancelled"]);
    assert_eq!(offered(&repo, &["list", "--sort", "up"]), ["updated"]);
    assert_eq!(offered(&repo, &["list", "--all", "--al"]), [""; 0]);
    assert_eq!(offered(&repo, &["--color", "al"]), ["always"]);
    assert_eq!(offered(&repo, &["list", "--by", "a"]), ["ada@box"]);
    assert_eq!(offered(&repo, &["report", "--output", ""]), [":files"]);
    assert_eq!(offered(&repo, &["help", "plan", "i"]), ["import"]);
    for hidden in [&["complete", "--verify", "x", "--complet"][..], &["completions", "bash", "--comp"]] {
        assert_eq!(offered(&repo, hidden), [""; 0], "{hidden:?}");
    }
}

#[test]
fn ids_are_offered_with_what_they_name() {
    let repo = repo();
    assert_eq!(offered(&repo, &["start", ""]), ["login-form", "passwords"]);
    assert_eq!(offered(&repo, &["reopen", ""]), ["old-form"]);
    assert_eq!(offered(&repo, &["add", "x", "--after", "passwords", "o"]), ["old-form"]);
    assert_eq!(offered(&repo, &["show", "login-form@"])[..2], ["login-form@start", "login-form@1"]);
    assert_eq!(offered(&repo, &["diff", "@l"]), ["@last"]);
    let operation = repo.agent(&["ops", "--json"]).json()["operations"][0]["id"].as_str().unwrap().to_owned();
    // By the shortest names, also those that only wrote to the ledger; by whole ids where more is typed, and by their places.
    let names = offered(&repo, &["undo", ""]);
    assert!(names.len() > 1 && operation.starts_with(&names[0]), "{names:?}");
    assert_eq!(offered(&repo, &["ops", "show", &operation])[0], operation);
    assert_eq!(offered(&repo, &["undo", "op@"])[0], "op@{0}");
    let snapshot =
        repo.agent(&["snapshot", "-m", "mine", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    let lines = repo.agent(&["completions", "fish", "--complete", "--", "snapshot", "restore", &snapshot]).lines();
    assert!(lines[0].starts_with(&format!("{snapshot}\t")) && lines[0].ends_with("mine"), "{lines:?}");
    repo.agent(&["block", "passwords", "--on", "a release", "-q"]).success();
    assert!(offered(&repo, &["unblock", "passwords", ""])[0].starts_with("b-"));
    assert_eq!(offered(&repo, &["note", "pass"]), ["passwords"]);
    repo.git(&["remote", "add", "origin", "../x"]).success();
    assert_eq!(offered(&repo, &["sync", ""]), ["origin"]);
    let nowhere = repo.at(repo.tmp());
    assert_eq!(offered(&nowhere, &["show", ""]), [""; 0]);
    assert_eq!(offered(&nowhere, &["che"]), ["checkpoint"]);
}

/// A hostile title is shown as what it is, and no id can run anything.
#[test]
fn what_is_offered_is_one_line_each() {
    let repo = repo();
    repo.agent(&["edit", "passwords", "--title", "a $(touch pwned) `x` 'y'", "-q"]).success();
    for shell in ["bash", "zsh", "fish"] {
        let words: &[&str] = if shell == "bash" { &["git-agent show pass"] } else { &["show", "pass"] };
        let output = repo.run("git-agent").args(["completions", shell, "--complete", "--"]).args(words).run().success();
        assert_eq!(output.lines().len(), 1);
    }
}
