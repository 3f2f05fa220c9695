//! What `report` says, in every format.

use std::path::PathBuf;

use crate::support::{Output, TestRepo, found, golden, on_one_git};

/// A day of two agents: a feature, tasks of their own, a failure, a blocker, decisions, a night in between.
fn story() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a", "1", "first");
    let agent = |words: &[&str]| drop(repo.agent(&[words, &["-q"]].concat()).success());
    agent(&[
        "add",
        "User authentication",
        "--id",
        "auth",
        "-d",
        "People log in.\n\nWith a <form>.",
        "--accept",
        "A stranger cannot get in",
    ]);
    agent(&[
        "add",
        "Log in with a form",
        "--id",
        "login",
        "--parent",
        "auth",
        "--estimate",
        "2h",
        "--file",
        "src/login.rs",
    ]);
    agent(&["add", "Check passwords", "--id", "check", "--parent", "auth", "--after", "login", "--estimate", "30m"]);
    agent(&["add", "Reset by mail", "--id", "reset", "--parent", "auth", "--after", "check"]);
    agent(&["add", "Send mail", "--id", "mail", "--parent", "auth", "--accept", "A mail arrives"]);
    agent(&["add", "Audit log", "--id", "audit", "--parent", "auth"]);
    agent(&["add", "Two factors", "--id", "factors", "--parent", "auth"]);
    agent(&["cancel", "factors"]);
    repo.advance(600);
    agent(&["start", "login"]);
    repo.advance(1200);
    repo.write("a", "2");
    agent(&["checkpoint", "-m", "Add the form"]);
    agent(&["verify", "--", "true"]);
    agent(&["decide", "Use cookies", "--why", "scripts can read the rest"]);
    // A night.
    repo.advance(50_000);
    agent(&["note", "The form needs two fields"]);
    repo.advance(900);
    repo.write("a", "3");
    agent(&["checkpoint", "-m", "Close the form"]);
    repo.agent(&["verify", "--", "false"]).exits(1);
    agent(&["complete", "login", "--result", "two commits,\nreviewed", "--force"]);
    repo.set_env("GIT_AGENT_ACTOR", "bob@ci");
    agent(&["start", "mail"]);
    repo.advance(300);
    agent(&["fail", "mail", "--reason", "the server does not answer"]);
    agent(&["start", "check"]);
    agent(&["block", "audit", "--on", "no disk"]);
    repo.advance(600);
    repo
}

#[test]
fn the_markdown_of_a_feature() {
    let repo = story();
    insta::assert_snapshot!(repo.agent(&["report"]).success().stdout, @r"
    ## User authentication (`auth`) – repo on main, 2026-01-02

    **Overall**: 1/5 tasks (20%)

    ### Now

    - → Check passwords (`check`) – bob@ci, since 2026-01-02 17:47 UTC, 10m of 30m estimated
    - ■ Audit log (`audit`) – blocked: no disk
    - ✗ Send mail (`mail`) – failed: the server does not answer, 5m of work

    ### Completed

    - ✓ Log in with a form (`login`) – 35m of 2h00m estimated, last verification failed, 2 commits while working
      > two commits, reviewed

    ### In Progress

    - → Check passwords (`check`) – bob@ci, since 2026-01-02 17:47 UTC, 10m of 30m estimated

    ### Remaining

    - ◌ Reset by mail (`reset`) – after check
    - ✗ Send mail (`mail`) – failed: the server does not answer, 5m of work
    - ■ Audit log (`audit`) – blocked: no disk

    ### Decisions

    - Use cookies, because scripts can read the rest (`login`, ada@box, 2026-01-02)

    ### Time

    | Task | Work | Elapsed | Estimate | By |
    |---|--:|--:|--:|---|
    | Log in with a form (`login`) | 35m | 14h28m | 2h00m | ada@box |
    | Check passwords (`check`) | 10m | 10m | 30m | bob@ci |
    | Send mail (`mail`) | 5m | 5m | – | bob@ci |
    | All | 50m | | 2h30m | ada@box 35m, bob@ci 15m |

    **Last updated**: 2026-01-02 17:47 UTC
    ");
    golden("report/story.md", &repo.agent(&["report"]).success().stdout);
}

/// Without times and durations to the second, which depend on the machine's speed.
fn without_times(text: &str) -> String {
    let plain = text.lines().map(|line| match line.split_once("\": ") {
        Some((key, _))
            if ["at", "since", "from", "to", "active_seconds", "elapsed_seconds", "before_seconds", "work_seconds"]
                .iter()
                .any(|end| key.ends_with(end)) =>
        {
            format!("{key}\": …")
        }
        _ => line.to_owned(),
    });
    plain.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn every_format_of_a_story() {
    let repo = story();
    for (format, name) in [("html", "story.html"), ("text", "story.txt"), ("execplan", "story.execplan.md")] {
        golden(&format!("report/{name}"), &repo.agent(&["report", "--format", format]).success().stdout);
    }
    let json = repo.agent(&["report", "--format", "json"]).success();
    let answer = json.clone().json();
    assert_eq!(answer["report"]["overall"]["percent"], 20);
    golden("report/story.json", &without_times(&json.stdout));
    let same = repo.agent(&["report", "--json"]).success().json();
    assert_eq!(same["report"]["overall"], answer["report"]["overall"]);
    let wrapped = repo.agent(&["report", "--json", "--format", "md"]).success().json();
    assert!(wrapped["text"].as_str().unwrap().starts_with("## User authentication (`auth`) – repo on main, "));
}

#[test]
fn time_leaves_out_the_night_and_is_told_by_actor() {
    let repo = story();
    let task = repo.agent(&["show", "login", "--json"]).json()["task"].clone();
    let active = task["active_seconds"].as_u64().unwrap();
    let elapsed = task["elapsed_seconds"].as_u64().unwrap();
    assert!((2_100..2_120).contains(&active), "20 minutes, a night, 15 minutes: {active}");
    assert!((52_100..52_130).contains(&elapsed), "{elapsed}");
    repo.git(&["config", "agent.idleGap", "1d"]).success();
    let whole = repo.agent(&["show", "login", "--json"]).json()["task"]["active_seconds"].as_u64().unwrap();
    assert_eq!(whole, elapsed, "with a gap of a day there is none");
    repo.git(&["config", "agent.idleGap", "10m"]).success();
    assert!(repo.agent(&["status"]).success().stdout.contains("Working on check"), "and status goes by it, too");
    let less =
        repo.agent(&["list", "--all", "--search", "login", "--json"]).json()["tasks"][0]["active_seconds"].clone();
    assert!(less.as_u64().unwrap() < 60, "{less}");
}

#[test]
fn several_features_have_a_block_each() {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    for (id, parent) in [("one", None), ("two", None), ("a", Some("one")), ("b", Some("two")), ("c", Some("two"))] {
        let parent: Vec<&str> = parent.iter().flat_map(|parent| ["--parent", parent]).collect();
        repo.agent(&[&["add", &format!("Task {id}"), "--id", id, "-q"], &parent[..]].concat()).success();
    }
    repo.agent(&["add", "Lone", "--id", "lone", "--after", "b", "-q"]).success();
    repo.agent(&["complete", "a", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["report"]).success().stdout, @r"
    ## Progress – repo on main, 2026-01-02

    **Overall**: 1/4 tasks (25%)

    ### Now

    - Next: ○ Task b (`b`)

    ### Task one (`one`): 1/1 task (100%)

    #### Completed

    - ✓ Task a (`a`)

    ### Task two (`two`): 0/2 tasks (0%)

    #### Remaining

    - ○ Task b (`b`)
    - ○ Task c (`c`)

    ### Other tasks: 0/1 task (0%)

    #### Remaining

    - ◌ Lone (`lone`) – after b

    **Last updated**: 2026-01-02 03:04 UTC
    ");
    insta::assert_snapshot!(repo.agent(&["report", "--parent", "two"]).success().stdout, @r"
    ## Task two (`two`) – repo on main, 2026-01-02

    **Overall**: 0/2 tasks (0%)

    ### Now

    - Next: ○ Task b (`b`)

    ### Remaining

    - ○ Task b (`b`)
    - ○ Task c (`c`)

    **Last updated**: 2026-01-02 03:04 UTC
    ");
    insta::assert_snapshot!(repo.agent(&["report", "--parent", "one", "--format", "text"]).success().stdout, @r"
    Task one (one) – repo on main, 2026-01-02: 1/1 task (100%)
    ████████████████████████████████████████████████████████████

    Completed
      ✓ a Task a

    Last updated: 2026-01-02 03:04 UTC
    ");
    insta::assert_snapshot!(repo.agent(&["report", "--feature", "nothing"]).exits(2), @r"
    ------- stderr -------
    error: task 'nothing' does not exist
    hint: 'git agent list --all' shows every task
    [exit code 2]
    ");
}

#[test]
fn a_terminal_gets_the_text_form() {
    let repo = TestRepo::new();
    repo.agent(&["add", "Only", "--id", "only", "-q"]).success();
    let on_terminal = |line: &str| {
        let run = repo.run("script").args(["-qec", line, "/dev/null"]).env("TERM", "xterm").env("GIT_PAGER", "cat");
        run.run().success().stdout
    };
    assert!(!on_terminal("git-agent report").contains("## Progress"));
    assert!(on_terminal("git-agent report --format md").contains("## Progress"));
    on_terminal("git-agent report --output report.md");
    assert!(repo.read("report.md").starts_with("## Progress"));
}

#[test]
fn an_empty_ledger_and_one_task() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        for format in ["md", "html", "text", "execplan", "json"] {
            let output = repo.agent(&["report", "--format", format]).success();
            assert!(!output.stdout.trim().is_empty(), "{format}");
        }
        assert_eq!(
            repo.agent(&["report"]).success().stdout,
            "## Progress – repo on main, 2026-01-02\n\n**Overall**: no tasks\n"
        );
        well_formed(&repo.agent(&["report", "--format", "html"]).success().stdout);
        repo.agent(&["add", "Only", "--id", "only", "-q"]).success();
        let one = "## Progress – repo on main, 2026-01-02\n\n**Overall**: 0/1 task (0%)\n\n\
                   ### Now\n\n- Next: ○ Only (`only`)\n\n### Remaining\n\n- ○ Only (`only`)\n\n\
                   **Last updated**: 2026-01-02 03:04 UTC\n";
        assert_eq!(repo.agent(&["report"]).success().stdout, one);
        well_formed(&repo.agent(&["report", "--format", "html"]).success().stdout);
    });
}

#[test]
fn since_tells_what_changed() {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    for id in ["a", "b", "c", "d"] {
        repo.agent(&["add", &format!("Task {id}"), "--id", id, "-q"]).success();
    }
    repo.agent(&["complete", "a", "-q"]).success();
    repo.advance(86_400);
    repo.agent(&["complete", "b", "-q"]).success();
    repo.agent(&["start", "c", "-q"]).success();
    repo.advance(90);
    // git takes every text for a date: one that it does not know would be now, since which nothing changed.
    insta::assert_snapshot!(repo.agent(&["report", "--since", "nope"]), @r"
    ------- stderr -------
    error: 'nope' is not a valid date
    hint: dates are written as for 'git log --since': 2026-11-20, yesterday, '2 weeks ago'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["report", "--since", "2026-01-02 12:00"]).success().stdout, @r"
    ## Progress – repo on main, 2026-01-03

    **Overall**: 2/4 tasks (50%)

    **Since 2026-01-02 12:00 UTC**: 1 completed, 2 started

    ### Now

    - → Task c (`c`) – ada@box, since 2026-01-03 03:04 UTC, 1m of work
    - Next: ○ Task d (`d`)

    ### Completed

    - ✓ Task b (`b`)
    - … and 1 before

    ### In Progress

    - → Task c (`c`) – ada@box, since 2026-01-03 03:04 UTC, 1m of work

    ### Remaining

    - ○ Task d (`d`)

    ### Time

    | Task | Work | Elapsed | Estimate | By |
    |---|--:|--:|--:|---|
    | Task c (`c`) | 1m | 1m | – | ada@box |

    **Last updated**: 2026-01-03 03:04 UTC
    ");
    let json = repo.agent(&["report", "--since", "2026-01-02 12:00", "--json"]).success().json();
    assert_eq!(json["report"]["changes"]["since"], "2026-01-02T12:00:00.000Z");
    assert_eq!(json["report"]["features"][0]["completed_before"], 1);
}

#[test]
fn the_report_goes_to_a_file_and_its_name_says_the_format() {
    let repo = story();
    insta::assert_snapshot!(repo.agent(&["report", "--output", "progress.html"]).success(), @r"
    ------- stderr -------
    Wrote the report to 'progress.html'.
    ");
    assert!(repo.read("progress.html").starts_with("<!DOCTYPE html>"));
    let answer = repo.agent(&["report", "-o", "progress.json", "--json"]).success().json();
    assert_eq!(answer["output"], "progress.json");
    assert!(repo.read("progress.json").contains("\"overall\""));
    repo.agent(&["report", "-o", "plan.md", "--format", "execplan"]).success();
    assert!(repo.read("plan.md").starts_with("# User authentication (`auth`)\n"));
    insta::assert_snapshot!(repo.agent(&["report", "-o", "no/where.md"]).exits(5), @r"
    ------- stderr -------
    error: cannot write the report to 'no/where.md': No such file or directory (os error 2)
    hint: check the path: the file or its directory does not exist
    [exit code 5]
    ");
    // From a subdirectory and a worktree the story is the same.
    repo.write("sub/x", "");
    let sub = repo.at("sub").agent(&["report", "--format", "text"]).success().stdout;
    let other = repo.worktree("other").agent(&["report", "--format", "text"]).success().stdout;
    assert_eq!(sub.replace("repo on main", ""), other.replace("repo on other", ""));
}

/// Titles that a command refuses and a ledger from elsewhere may have all the same.
#[test]
fn nothing_in_a_title_is_markup() {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    let titles = [
        "<script>alert(1)</script>",
        "\" onload='x' & <b>bold</b> &amp;",
        "]]> --> */ `code` *stars* _under_ | # 1. [link](javascript:x)",
        "日本語 العربية עברית 👩‍👩‍👧",
    ];
    for (at, title) in titles.iter().enumerate() {
        repo.agent(&["add", title, "--id", &format!("t{at}"), "-q"]).success();
    }
    // Escape sequences and a bidirectional override, as an older or hostile writer may leave them.
    let anchor = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task evil\n").run().text();
    let line =
        "2026-01-02T03:04:05.000Z 01JD0000000000000000000001 a@b n=1 create title=\"x\\u001b[2J\\u202egpj\\nb\"\n";
    repo.write("note", format!("0 task evil\n{line}"));
    repo.git(&["notes", "--ref=agent-tasks", "add", "-f", "-F", "note", &anchor]).success();
    repo.agent(&["dep", "add", "t1", "--after", "t0", "evil", "-q"]).success();
    repo.agent(&["start", "t0", "-q"]).success();
    repo.commit_file("a", "1", "<img src=x>\n\nTask-Id: t0");
    repo.advance(90);
    for format in ["md", "html", "text", "execplan"] {
        let output = repo.agent(&["report", "--format", format]).success();
        assert!(!output.stdout.contains(['\u{1b}', '\u{202e}']), "{format}");
        golden(&format!("report/hostile.{format}"), &output.stdout);
    }
    let html = repo.agent(&["report", "--format", "html"]).success().stdout;
    well_formed(&html);
    assert!(!html.contains("<b>") && !html.contains("<img"), "{html}");
    for format in ["dot", "mermaid", "svg", "text"] {
        let output = repo.agent(&["graph", "--format", format]).success();
        assert!(!output.stdout.contains(['\u{1b}', '\u{202e}']), "{format}");
        golden(&format!("report/hostile.graph.{format}"), &output.stdout);
    }
}

const ELEMENTS: [&str; 42] = [
    "html", "head", "meta", "title", "style", "body", "main", "section", "footer", "h1", "h2", "h3", "p", "div",
    "span", "i", "strong", "small", "code", "bdi", "ul", "li", "dl", "dt", "dd", "details", "summary", "table",
    "thead", "tbody", "tr", "th", "td", "svg", "desc", "defs", "marker", "g", "path", "rect", "circle", "text",
];

const ATTRIBUTES: [&str; 30] = [
    "lang",
    "charset",
    "name",
    "content",
    "class",
    "style",
    "role",
    "aria-label",
    "aria-labelledby",
    "id",
    "width",
    "height",
    "viewBox",
    "title",
    "tabindex",
    "scope",
    "x",
    "y",
    "rx",
    "d",
    "cx",
    "cy",
    "r",
    "text-anchor",
    "refX",
    "refY",
    "markerWidth",
    "markerHeight",
    "orient",
    "marker-end",
];

/// Expect that `html` is balanced, and loads and runs nothing.
#[track_caller]
pub fn well_formed(html: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut ids = std::collections::HashSet::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a page begins with its type");
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').map(|end| at + end).expect("every tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "</{name}> ends something else");
            continue;
        }
        let name = tag.split([' ', '/', '\n']).next().unwrap();
        assert!(ELEMENTS.contains(&name), "<{tag}>");
        // What is not between quotes are names of attributes: none of them can load or run anything.
        let bare: String = tag[name.len()..].split('"').step_by(2).collect();
        for attribute in bare.split(['=', ' ', '/', '\n']).filter(|word| !word.is_empty()) {
            assert!(ATTRIBUTES.contains(&attribute), "the attribute '{attribute}' in <{tag}>");
        }
        if let Some(id) = tag.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            assert!(ids.insert(id.to_owned()), "two elements are called {id}");
        }
        if !tag.ends_with('/') && name != "meta" {
            open.push(name.to_owned());
        }
        if name == "style" {
            let (style, behind) = rest.split_at(rest.find("</style>").expect("styles end"));
            assert!(!["http", "url(", "@import", "<"].iter().any(|word| style.contains(word)), "{style}");
            rest = behind;
        }
    }
    assert_eq!(open, Vec::<String>::new());
    for reference in
        html.split("aria-labelledby=\"").skip(1).flat_map(|rest| rest.split('"').next().unwrap().split(' '))
    {
        assert!(ids.contains(reference), "nothing is called {reference}");
    }
}

#[test]
fn the_page_is_well_formed() {
    well_formed(&story().agent(&["report", "--format", "html"]).success().stdout);
}

/// The browser that `GIT_AGENT_TEST_BROWSER` names, which has to work then, or one on PATH.
fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("GIT_AGENT_TEST_BROWSER").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file())
}

#[test]
fn a_browser_draws_the_page() {
    let Some(browser) = found("chromium", browser()) else { return };
    let repo = story();
    repo.agent(&["report", "-o", "page.html", "-q"]).success();
    let page = format!("file://{}", repo.path().join("page.html").display());
    let shoot = |name: &str, size: &str| -> Output {
        let profile = format!("--user-data-dir={}", repo.tmp().join("profile").display());
        let picture = format!("--screenshot={}", repo.path().join(name).display());
        let quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"];
        let still = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
        let words = [&quiet[..], &still[..], &[&profile, size, &picture, &page]].concat();
        repo.run(&browser).args(words).run()
    };
    for (name, size) in [("wide.png", "--window-size=1200,2000"), ("narrow.png", "--window-size=500,2000")] {
        let output = shoot(name, size);
        let picture = std::fs::read(repo.path().join(name)).unwrap_or_else(|_| panic!("no picture\n{output}"));
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "an empty picture: {} bytes", picture.len());
    }
    // What the browser made of it: nothing was left out, nothing ran off the page.
    let dump = repo
        .run(&browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args([format!("--user-data-dir={}", repo.tmp().join("profile").display()), "--dump-dom".into(), page.clone()])
        .run()
        .success();
    assert_eq!(dump.stdout.matches("<svg").count(), 3);
    assert!(dump.stdout.contains("two commits, reviewed"));
}
