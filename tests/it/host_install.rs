//! `git agent host install`: configuration files of agent hosts, which belong to their users.

use std::{collections::BTreeMap, fs, path::Path};

use crate::support::TestRepo;

/// Every file below `dir` with its content.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(now) = todo.pop() {
        for entry in fs::read_dir(&now).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                found.insert(format!("{}/", path.display()), String::new());
                todo.push(path);
            } else {
                found.insert(path.display().to_string(), fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    found
}

const SETTINGS: &str = r#"{
  // what I like
  "model": "opus",
  "hooks": {
    "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }], // loud
  },
  "zeta": [1,2,  3]
}"#;

const CONFIG: &str = "# mine\nmodel = \"gpt\"  # the best\n\n[mcp_servers.other]\ncommand = \"other\"\n";

/// A home with configurations of all hosts.
fn with_home() -> (TestRepo, std::path::PathBuf) {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    let home = repo.tmp().join("the-home");
    for (file, text) in [
        (".claude/settings.json", SETTINGS),
        (".claude/CLAUDE.md", "# Mine\n"),
        (".claude.json", "{\"projects\": {}}"),
        (".codex/config.toml", CONFIG),
        (".codex/hooks.json", "{\"hooks\": {}}\n"),
        (".gemini/settings.json", SETTINGS),
        (".copilot/mcp-config.json", "{\n\t\"mcpServers\": {\"x\": {\"command\": \"x\"}}\n}\n"),
        (".config/opencode/opencode.json", "{ \"theme\": \"dark\" /* nice */ }\n"),
        (".cursor/hooks.json", "{\"version\": 1, \"hooks\": {\"stop\": [{\"command\": \"theirs\"}]}}\n"),
    ] {
        let file = home.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    repo.set_env("HOME", &home);
    repo.unset_env("XDG_CONFIG_HOME");
    repo.unset_env("XDG_STATE_HOME");
    (repo, home)
}

#[test]
fn it_comes_and_goes_without_a_trace() {
    let (repo, home) = with_home();
    let before = files(&home);
    let planned = repo.agent(&["host", "install", "--dry-run"]).text();
    assert!(planned.contains("+++ ") && planned.contains("git-agent host event claude stop"), "{planned}");
    assert_eq!(files(&home), before, "a dry run writes nothing");

    let said = repo.agent(&["host", "install"]).text();
    assert!(said.starts_with("Installed for Claude Code, Codex, Gemini CLI, Copilot CLI, OpenCode, Cursor"), "{said}");
    let installed = files(&home);
    let read = |file: &str| installed[&home.join(file).display().to_string()].clone();
    for file in [".claude/settings.json", ".gemini/settings.json"] {
        let text = read(file);
        for kept in ["// what I like", "\"say done\"", "// loud", "[1,2,  3]"] {
            assert!(text.contains(kept), "{file}: {kept}\n{text}");
        }
        assert!(!text.ends_with('\n'), "{file}");
    }
    assert!(read(".codex/config.toml").starts_with(CONFIG), "{}", read(".codex/config.toml"));
    assert!(read(".codex/config.toml").contains("[mcp_servers.git-agent]"));
    assert!(read(".config/opencode/opencode.json").contains("/* nice */"));
    assert!(read(".config/opencode/plugins/git-agent.js").contains("tool.execute.before"));
    assert!(read(".cursor/hooks.json").contains("\"theirs\""));
    assert!(read(".claude/CLAUDE.md").starts_with("# Mine\n"));

    let again = repo.agent(&["host", "install"]).text();
    assert!(again.starts_with("Already installed"), "{again}");
    assert_eq!(files(&home), installed, "twice is once");
    let status = repo.agent(&["host", "status", "claude", "--json"]).json();
    assert_eq!(status["hosts"][0]["installed"][0], "user", "{status}");
    assert_eq!(status["hosts"][0]["missing"].as_array().map(Vec::len), Some(0), "{status}");

    repo.agent(&["host", "uninstall"]).success();
    assert_eq!(files(&home), before);
    assert_eq!(repo.agent(&["host", "uninstall"]).text(), "Nothing is installed.");
}

#[test]
fn what_was_changed_since_is_kept() {
    let (repo, home) = with_home();
    repo.agent(&["host", "install", "claude", "codex"]).success();
    let file = home.join(".claude/settings.json");
    let text = fs::read_to_string(&file).unwrap().replace("\"opus\"", "\"sonnet\"");
    fs::write(&file, &text).unwrap();
    repo.agent(&["host", "uninstall", "claude"]).success();
    let left = fs::read_to_string(&file).unwrap();
    assert!(left.contains("sonnet") && left.contains("say done") && !left.contains("git-agent"), "{left}");
    assert!(home.join(".codex/skills/git-agent/SKILL.md").exists(), "the other host stays");
}

#[test]
fn a_file_that_cannot_be_read_is_refused_and_nothing_changes() {
    let (repo, home) = with_home();
    fs::write(home.join(".gemini/settings.json"), "{ broken").unwrap();
    let before = files(&home);
    let refused = repo.agent(&["host", "install"]).failure();
    assert!(refused.stderr.contains(".gemini/settings.json"), "{refused}");
    assert_eq!(files(&home), before);
}

#[test]
fn a_project_gets_files_that_can_be_committed() {
    let (repo, _) = with_home();
    repo.write("AGENTS.md", "# Rules\n");
    repo.agent(&["host", "install", "claude", "codex", "--project"]).success();
    assert!(!repo.path().join("CLAUDE.md").exists(), "it would hide AGENTS.md");
    assert!(repo.read("AGENTS.md").contains("git agent next --start"));
    let hooks = repo.read(".claude/settings.json");
    assert!(hooks.contains("git-agent host event claude stop 2>/dev/null || echo '{}'"), "{hooks}");
    // Codex still needs the block of AGENTS.md.
    repo.agent(&["host", "uninstall", "claude", "--project"]).success();
    assert!(repo.read("AGENTS.md").contains("git agent next --start"));
    repo.agent(&["host", "uninstall", "--project"]).success();
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "?? AGENTS.md");
    assert_eq!(repo.read("AGENTS.md"), "# Rules\n");
}

/// The links of a clone come from others.
#[test]
fn a_project_is_installed_through_no_link_that_leads_out_of_it() {
    let (repo, home) = with_home();
    for (link, target) in [
        (".claude", "the-home/.claude"),
        (".claude/settings.json", "the-home/.claude/settings.json"),
        (".mcp.json", "the-home/.claude.json"),
        ("CLAUDE.md", "the-home/.claude/CLAUDE.md"),
        ("CLAUDE.md", "repo/.git/config"),
        (".claude/skills", "repo/.git/hooks"),
    ] {
        let link = repo.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(repo.tmp().join(target), &link).unwrap();
        let before = (files(&home), files(repo.path()));
        for words in [&["host", "install", "--project", "claude"][..], &["host", "uninstall", "--project", "claude"]] {
            let refused = repo.agent(words).exits(1);
            assert!(refused.stderr.contains("a symbolic link leads to '"), "{target}: {refused}");
        }
        assert_eq!((files(&home), files(repo.path())), before, "{target}");
        fs::remove_file(&link).unwrap();
    }
    // Within the project a link is a name like any other.
    repo.write("AGENTS.md", "# Ours\n");
    std::os::unix::fs::symlink("AGENTS.md", repo.path().join("CLAUDE.md")).unwrap();
    repo.agent(&["host", "install", "--project", "claude"]).success();
    assert!(fs::read_to_string(repo.path().join("AGENTS.md")).unwrap().contains("git-agent: begin"));
    assert!(repo.path().join("CLAUDE.md").is_symlink());
}

#[test]
fn a_line_without_its_program_is_harmless() {
    let (repo, home) = with_home();
    repo.agent(&["host", "install", "claude"]).success();
    let settings = fs::read_to_string(home.join(".claude/settings.json")).unwrap();
    let line = settings.lines().find_map(|line| line.trim().strip_prefix("\"command\": \"git-agent")).unwrap();
    let line = format!("git-agent{}", line.trim_end_matches(',').trim_end_matches('"'));
    let output = repo.run("/bin/sh").args(["-c", &line]).env("PATH", "/nonexistent").run().success();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("{}\n", ""));
}

#[test]
fn what_agents_are_told_to_type_exists() {
    let (repo, home) = with_home();
    repo.agent(&["host", "install", "claude"]).success();
    let tree = git_agent::cli::tree();
    for (file, most) in [(".claude/skills/git-agent/SKILL.md", 40), (".claude/CLAUDE.md", 20)] {
        let text = fs::read_to_string(home.join(file)).unwrap();
        assert!(text.lines().count() <= most, "{file} is too long");
        let mut commands = text.split("`git agent ").skip(1).peekable();
        assert!(commands.peek().is_some(), "{file}");
        for command in commands {
            let name = command.split(['`', ' ']).next().unwrap();
            assert!(tree.find_subcommand(name).is_some(), "{file}: git agent {name}");
        }
    }
}

#[test]
fn the_trust_that_codex_wants_is_told() {
    let repo = TestRepo::new();
    let home = repo.tmp().join("home");
    std::fs::create_dir(home.join(".codex")).unwrap();
    let trusted = || repo.agent(&["host", "status", "codex", "--json"]).json()["hosts"][0]["trusted"].clone();
    assert_eq!(trusted(), serde_json::Value::Null, "not installed");
    repo.agent(&["host", "install", "codex"]).success();
    assert_eq!(trusted(), false);
    assert!(
        repo.agent(&["host", "status", "codex"]).text().contains("not trusted yet, so its hooks do not run: /hooks")
    );
    let config = home.join(".codex/config.toml");
    let ours = std::fs::read_to_string(&config).unwrap();
    let with = |state: &str| {
        std::fs::write(&config, format!("{ours}\n[hooks.state.\"{state}\"]\ntrusted_hash = \"x\"\n")).unwrap();
    };
    with("/elsewhere/hooks.json:stop:0:0");
    assert_eq!(trusted(), false, "of another file");
    with(&format!("{}:stop:0:0", home.join(".codex/hooks.json").display()));
    assert_eq!(trusted(), true);
    assert!(!repo.agent(&["host", "status", "codex"]).text().contains("not trusted"));
}
