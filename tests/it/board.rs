//! `git agent board` on terminals: `script` gives us one whose bytes we see, tmux one whose screen we see.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    sync::mpsc::channel,
    time::{Duration, Instant},
};

use crate::support::{TestRepo, is_missing};

const ENTER_SCREEN: &str = "\u{1b}[?1049h";
const LEAVE_SCREEN: &str = "\u{1b}[?1049l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.set_env("TERM", "xterm");
    repo.set_env("SHELL", "/bin/sh");
    repo.commit_file("a.txt", "one\n", "first");
    let accept = ["--accept", "it can be read"];
    repo.run("git-agent").args(["add", "Write the manual", "--id", "manual"]).args(accept).run().success();
    repo.agent(&["add", "Print the manual", "--id", "print", "--after", "manual"]).success();
    repo.agent(&["add", "Fix the login", "--id", "login"]).success();
    repo.agent(&["start", "login"]).success();
    repo
}

#[test]
fn off_a_terminal_it_says_what_there_is_instead() {
    let repo = repo();
    insta::assert_snapshot!(repo.agent(&["board"]), @r"
    ------- stderr -------
    error: cannot show the board without a terminal
    nothing was changed
    hint: 'git agent status --watch' prints changes line by line
    hint: 'git agent report' describes the whole plan
    [exit code 1]
    ");
    let answer = repo.agent(&["board", "--json"]).exits(1);
    assert!(answer.stdout.contains(r#""code":"no-terminal""#), "{answer}");
    let on_terminal = "stty rows 24 cols 80; git-agent board --json; echo code $?";
    let said = repo.run("script").args(["-qec", on_terminal, "/dev/null"]).run().success().stdout;
    assert!(said.contains("no-terminal") && !said.contains(ENTER_SCREEN), "{said}");
    repo.at("..").agent(&["board"]).failure();
}

/// Run `command` on a terminal of `script`'s; type `keys`, each when the text before it has appeared. Everything that came.
fn typed(repo: &TestRepo, command: &str, keys: &[(&str, &str)]) -> String {
    let command =
        format!("stty rows 24 cols 80; {command}; echo code $?; stty -a | tr ';' '\\n' | grep -o -- '-*icanon'");
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
    let mut seen = Vec::new();
    for (wanted, key) in keys {
        let began = Instant::now();
        while !String::from_utf8_lossy(&seen).contains(wanted) {
            if let Ok(more) = receive.recv_timeout(Duration::from_millis(200)) {
                seen.extend(more);
            }
            let shown = String::from_utf8_lossy(&seen);
            assert!(began.elapsed() < Duration::from_secs(30), "no '{wanted}' in {shown:?}");
        }
        stdin.write_all(key.as_bytes()).unwrap();
    }
    let status = child.wait().unwrap();
    reader.join().unwrap();
    seen.extend(receive.try_iter().flatten());
    assert!(status.success());
    String::from_utf8_lossy(&seen).into_owned()
}

/// The terminal is as it was: main screen, cursor, line discipline.
#[track_caller]
fn expect_restored(text: &str, code: i32) {
    let after = text.split(LEAVE_SCREEN).nth(1).unwrap_or_else(|| panic!("the screen was not left: {text:?}"));
    assert!(text.contains(ENTER_SCREEN) && text.rfind(SHOW_CURSOR) > text.rfind("\u{1b}[?25l"), "{text:?}");
    assert!(after.contains(&format!("code {code}\r\n")), "{after:?}");
    assert!(after.contains("\r\nicanon"), "lines are lines again: {after:?}");
}

#[test]
fn the_terminal_is_as_it_was_after_quitting_and_after_signals() {
    let repo = repo();
    expect_restored(&typed(&repo, "git-agent board", &[("git-agent", "q")]), 0);
    expect_restored(&typed(&repo, "git-agent board", &[("git-agent", "\u{3}")]), 0);
    let kill =
        |signal: &str| format!("(sleep 1; kill -{signal} $(cat pid)) & sh -c 'echo $$ >pid; exec git-agent board'");
    expect_restored(&typed(&repo, &kill("TERM"), &[("git-agent", "")]), 143);
    expect_restored(&typed(&repo, &kill("INT"), &[("git-agent", "")]), 130);
    let plain = typed(&repo, "NO_COLOR=1 git-agent board", &[("git-agent", "q")]);
    let coloured = typed(&repo, "git-agent board", &[("git-agent", "q")]);
    let paints = |text: &str| text.contains("\u{1b}[38;5;") || text.contains("\u{1b}[33m");
    assert!(!paints(&plain) && paints(&coloured), "{plain:?}\n{coloured:?}");
}

/// A terminal that is closed, or whose connection breaks, leaves nothing behind that runs on.
#[test]
fn it_ends_with_its_terminal() {
    let repo = repo();
    for hangup in ["", "trap '' HUP; "] {
        let command = format!("stty rows 24 cols 80; {hangup}exec sh -c 'echo $$ >pid; exec git-agent board'");
        let mut script = repo.run("script").args(["-qec", &command, "/dev/null"]).into_command();
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("git-agent") {
            let mut bytes = [0; 4096];
            let count = child.stdout.as_mut().unwrap().read(&mut bytes).unwrap();
            assert!(count > 0, "it ended: {:?}", String::from_utf8_lossy(&seen));
            seen.extend(&bytes[..count]);
        }
        let pid = std::fs::read_to_string(repo.path().join("pid")).unwrap();
        let runs = || Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status().unwrap().success();
        assert!(runs());
        child.kill().unwrap();
        child.wait().unwrap();
        let began = Instant::now();
        while runs() {
            if began.elapsed() > Duration::from_secs(10) {
                Command::new("kill").args(["-9", pid.trim()]).status().unwrap();
                panic!("the board runs on without a terminal ('{hangup}')");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// What cannot be read at first is said on the terminal as it is.
#[test]
fn a_ledger_that_cannot_be_read_leaves_the_terminal_alone() {
    let repo = repo();
    repo.write(".git/refs/notes/agent-tasks", format!("{}\n", "1".repeat(40)));
    let text = typed(&repo, "git-agent board", &[]);
    assert!(text.contains("error: ") && !text.contains(ENTER_SCREEN), "{text:?}");
}

/// A tmux of the test's own, with one window in which the board runs.
struct Screen<'r> {
    repo: &'r TestRepo,
    socket: String,
}

impl<'r> Screen<'r> {
    fn start(repo: &'r TestRepo, width: usize, height: usize) -> Self {
        let screen = Screen { repo, socket: repo.tmp().join("tmux").to_string_lossy().into_owned() };
        let (width, height) = (width.to_string(), height.to_string());
        let words = ["-f", "/dev/null", "new-session", "-d", "-x", &width, "-y", &height];
        screen.tmux(&words, &["git-agent board; echo code $?; exec cat"]);
        screen
    }

    fn tmux(&self, words: &[&str], more: &[&str]) -> String {
        let call = self.repo.run("tmux").args(["-S", &self.socket, "-u"]).args(words).args(more);
        call.env("LC_ALL", "C.UTF-8").run().success().stdout
    }

    fn keys(&self, keys: &[&str]) {
        self.tmux(&["send-keys"], keys);
    }

    /// Wait until the screen is as `is` wants it.
    #[track_caller]
    fn until(&self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.tmux(&["capture-pane", "-p"], &[]);
            if is(&screen) {
                return screen;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{what}:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[track_caller]
    fn shows(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        drop(self.repo.run("tmux").args(["-S", &self.socket, "kill-server"]).run());
    }
}

#[test]
fn it_is_used_in_a_terminal() {
    if is_missing("tmux", Command::new("tmux").arg("-V").output().is_ok()) {
        return;
    }
    let repo = repo();
    let refs = || repo.git(&["for-each-ref"]).text();
    let screen = Screen::start(&repo, 80, 24);
    let first = screen.shows("›→ login ada@box");
    assert!(first.contains("Waiting (1)") && first.contains("Ready (1)") && first.contains("0/3 done 0%"), "{first}");
    let before = refs();
    // Move to the left and open.
    screen.keys(&["Left"]);
    screen.shows("›○ manual");
    screen.keys(&["Enter"]);
    let story = screen.shows("manual: story");
    assert!(story.contains("Write the manual") && story.contains("it can be read"), "{story}");
    screen.keys(&["l"]);
    screen.shows("manual: log");
    screen.shows("+ added (ada@box)");
    screen.keys(&["q"]);
    screen.shows("Agents (1)");
    // Filter.
    screen.keys(&["/", "p", "r", "i"]);
    screen.until("only what contains it", |screen| screen.contains("/pri") && screen.contains("Ready (0)"));
    screen.keys(&["Escape"]);
    screen.shows("Ready (1)");
    assert_eq!(refs(), before, "looking changes nothing");
    // Somebody else writes, and is not kept from it.
    repo.agent(&["complete", "login"]).success();
    repo.agent(&["add", "A new one", "--id", "fresh"]).success();
    let after = screen.shows("A new one");
    assert!(after.contains("Ended (1)") && after.contains("1/4 done 25%"), "{after}");
    // Another size.
    screen.tmux(&["resize-window", "-x", "120", "-y", "40"], &[]);
    screen.until("five columns", |screen| screen.contains("Failed (0)") && screen.contains("Done (1)"));
    screen.tmux(&["resize-window", "-x", "50", "-y", "10"], &[]);
    screen.until("no panels", |screen| !screen.contains("Agents") && screen.contains("Ended (1)"));
    screen.tmux(&["resize-window", "-x", "80", "-y", "24"], &[]);
    screen.shows("Agents (0)");
    screen.keys(&["?"]);
    screen.shows("filter by id, title or agent");
    screen.keys(&["q", "q"]);
    let end = screen.shows("code 0");
    assert!(!end.contains("Ready"), "the screen is as it was:\n{end}");
}
