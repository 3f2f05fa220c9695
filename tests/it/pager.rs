//! The pager, as git chooses it. `script` gives us a terminal.

use crate::support::{Run, TestRepo};

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("a", "1", "one");
    repo.agent(&["add", "A task with a title that is longer than a narrow terminal is wide", "--id", "t-1", "-q"])
        .success();
    repo.unset_env("GIT_PAGER");
    repo.set_env("TERM", "xterm");
    repo.set_env("SHELL", "/bin/sh");
    repo
}

/// `command` on a terminal of 60 columns.
fn on_terminal(repo: &TestRepo, command: &str) -> Run {
    repo.run("script").args(["-qec", &format!("stty rows 24 cols 60; {command}"), "/dev/null"])
}

/// What it printed, line ends as on disk, without colours.
fn shown(run: Run) -> String {
    let text = run.run().success().stdout.replace("\r\n", "\n");
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m').unwrap_or(part)
    })
}

#[test]
fn it_is_the_one_that_git_would_use() {
    let repo = repo();
    let first = "        + t-1 added: A task with a title t… (A-U-Thor";
    let line = |command: &str| shown(on_terminal(&repo, command)).lines().next().unwrap_or_default().to_owned();
    assert!(line("PAGER='sed s/^/P/' git agent log --oneline").starts_with("P "));
    assert!(line("PAGER=false git -c core.pager='sed s/^/C/' agent log --oneline").starts_with("C "));
    assert!(line("GIT_PAGER='sed s/^/G/' git -c core.pager=false agent log --oneline").starts_with("G "));
    assert!(line("GIT_PAGER='sed s/^/G/' git --no-pager agent log --oneline").starts_with(&first[..20]));
    assert!(line("GIT_PAGER='sed s/^/G/' git -c pager.agent=false agent log --oneline").starts_with(&first[..20]));
    assert!(line("PAGER=false git -c pager.agent='sed s/^/A/' agent log --oneline").starts_with("A "));
    assert!(line("GIT_PAGER=cat git agent log --oneline").starts_with(&first[..20]));
    assert!(line("GIT_PAGER= git agent log --oneline").starts_with(&first[..20]));
    assert!(line("GIT_PAGER='sed s/^/G/' git agent list").starts_with("G○"));
    assert!(line("GIT_PAGER='sed s/^/G/' git agent show t-1").starts_with("Gtask t-1"));
    assert!(line("GIT_PAGER='sed s/^/G/' git agent log --json").starts_with("{"), "JSON is for programs");
    repo.git(&["config", "pager.agent", "sed s/^/D/"]).success();
    assert!(line("git-agent log --oneline").starts_with("D "), "without git in front of it");
    for command in ["git agent", "git-agent"] {
        assert!(line(&format!("GIT_PAGER='sed s/^/G/' {command} log --oneline")).starts_with("G "), "{command}");
    }
    repo.git(&["config", "pager.agent", "false"]).success();
    assert!(line("PAGER='sed s/^/P/' git-agent log --oneline").starts_with(&first[..20]));
}

#[test]
fn it_is_told_what_git_tells_it() {
    let repo = repo();
    let told = |command: &str| shown(on_terminal(&repo, command));
    let pager = "GIT_PAGER='cat >/dev/null; echo $LESS $LV $GIT_PAGER_IN_USE'";
    assert_eq!(told(&format!("{pager} git agent log")), "FRX -c true\n");
    assert_eq!(told(&format!("LESS=S LV= {pager} git agent log")), "S true\n");
}

#[test]
fn who_quits_early_has_seen_enough() {
    let repo = repo();
    let script = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); printf 'commit refs/heads/long\ncommitter a <a@b> %d +0000\ndata 70\n%070d\n' $i $i; done | git fast-import --quiet";
    repo.sh(script).success();
    for pager in ["true", "head -n 1 >/dev/null"] {
        let command = format!("GIT_PAGER='{pager}' git agent log long; echo code $?");
        assert_eq!(shown(on_terminal(&repo, &command)), "code 0\n");
    }
    let missing = "GIT_PAGER=no-such-pager git agent log --oneline -n 1; echo code $?";
    assert!(shown(on_terminal(&repo, missing)).ends_with("code 0\n"), "without a pager there is still an answer");
}

#[test]
fn errors_come_without_a_pager() {
    let repo = repo();
    let text = shown(on_terminal(&repo, "GIT_PAGER='sed s/^/P/' git agent log no-such-thing; echo code $?"));
    assert!(text.starts_with("error: ") && text.ends_with("code 2\n"), "{text}");
}

#[test]
fn what_is_too_wide_gives_way_on_terminals_only() {
    let repo = repo();
    let wide = |command: &str| {
        shown(on_terminal(&repo, command)).lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or_default()
    };
    repo.agent(&[
        "add",
        "日本語のとても長い題名です、本当に長いので切られる必要がありますよね",
        "--id",
        "t-2",
        "--after",
        "t-1",
        "-q",
    ])
    .success();
    for command in ["list", "list --tree", "log --oneline", "ready --explain"] {
        assert!(wide(&format!("git --no-pager agent {command}")) <= 60, "{command}");
        assert!(wide(&format!("GIT_PAGER='cat -' git agent {command}")) <= 60, "{command} in a pager");
    }
    assert!(repo.agent(&["list"]).text().contains("narrow terminal is wide"));
}

#[test]
fn colours_follow_gits_settings() {
    let repo = repo();
    let coloured = |command: &str| on_terminal(&repo, command).run().success().stdout.contains("\u{1b}[");
    assert!(coloured("git --no-pager agent log"));
    assert!(coloured("GIT_PAGER='cat -' git agent log"));
    assert!(!coloured("GIT_PAGER='cat -' NO_COLOR=1 git agent log"));
    assert!(!coloured("git --no-pager agent log --color=never"));
    assert!(!coloured("git --no-pager agent log | cat"));
    assert!(coloured("git agent log --color=always | cat"));
    assert!(coloured("git -c color.ui=always agent log | cat"));
    assert!(!coloured("git --no-pager -c color.agent=false agent log"));
    for (key, value, paged, direct) in [
        ("color.pager", "false", false, true),
        ("color.agent", "false", false, false),
        ("color.agent", "always", true, true),
        ("color.ui", "never", false, false),
    ] {
        repo.git(&["config", key, value]).success();
        assert_eq!(coloured("GIT_PAGER='cat -' git agent log"), paged, "{key}={value}");
        assert_eq!(coloured("git --no-pager agent log"), direct, "{key}={value}");
        repo.git(&["config", "--unset", key]).success();
    }
}
