//! Configuration files of agent hosts in every form that people and other programs leave them in.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::PathBuf,
};

use crate::support::TestRepo;

const THEIRS: &str = "{\n  // mine\n  \"hooks\": {\n    \"Stop\": [{ \"hooks\": [{ \"type\": \"command\", \"command\": \"theirs\" }] }]\n  }\n}";

fn with_home() -> (TestRepo, PathBuf) {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    let home = repo.tmp().join("the-home");
    for dir in [".claude", ".codex", ".gemini"] {
        fs::create_dir_all(home.join(dir)).unwrap();
    }
    repo.set_env("HOME", &home);
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME"] {
        repo.unset_env(name);
    }
    (repo, home)
}

#[test]
fn line_ends_marks_and_missing_line_ends_stay() {
    let toml =
        "# mine\nmodel = \"gpt\" # best\n\n[mcp_servers.other]\ncommand = \"other\"\ntext = \"\"\"\none\ntwo\"\"\"";
    let files =
        [(".claude/settings.json", THEIRS), (".claude/CLAUDE.md", "# Mine\n\n- a\n"), (".codex/config.toml", toml)];
    for (mark, line_end, end) in
        [("", "\r\n", "\r\n"), ("\u{feff}", "\r\n", ""), ("\u{feff}", "\n", "\n"), ("", "\n", ""), ("", "\r\n", "")]
    {
        let (repo, home) = with_home();
        let form = |text: &str| format!("{mark}{}{end}", text.trim_end().replace('\n', line_end));
        for (file, text) in files {
            fs::write(home.join(file), form(text)).unwrap();
        }
        repo.agent(&["host", "install", "claude", "codex"]).success();
        let read = |file: &str| fs::read_to_string(home.join(file)).unwrap();
        for (file, _) in files {
            let text = read(file);
            assert!(text.contains("git-agent"), "{file} {text:?}");
            assert_eq!(text.starts_with('\u{feff}'), mark == "\u{feff}", "{file}: {text:?}");
            assert_eq!(text.matches('\u{feff}').count(), usize::from(mark == "\u{feff}"), "{file}: {text:?}");
            let alone = text.matches('\n').count() - text.matches("\r\n").count();
            assert_eq!(alone == 0, line_end == "\r\n", "{file}: {text:?}");
        }
        let status = repo.agent(&["host", "status", "claude", "codex", "--json"]).json();
        for host in status["hosts"].as_array().unwrap() {
            assert_eq!(host["missing"].as_array().map(Vec::len), Some(0), "{host}");
        }
        assert!(repo.agent(&["host", "install", "claude", "codex"]).text().starts_with("Already installed"));
        repo.agent(&["host", "uninstall"]).success();
        for (file, text) in files {
            assert_eq!(read(file), form(text), "{file}");
        }
        // Without the record of what they were, or after a change, only our parts go.
        repo.agent(&["host", "install", "claude", "codex"]).success();
        fs::remove_file(home.join(".local/state/git-agent/hosts.json")).unwrap();
        repo.agent(&["host", "uninstall"]).success();
        let words = |text: &str| text.split_whitespace().collect::<String>();
        for (file, text) in files {
            assert_eq!(words(&read(file)), words(&form(text)), "{file}");
            assert_eq!(read(file).contains('\r'), line_end == "\r\n", "{file}");
        }
    }
}

#[test]
fn links_are_followed_and_stay() {
    let (repo, home) = with_home();
    let dotfiles = home.join("dotfiles");
    fs::create_dir_all(dotfiles.join("skills")).unwrap();
    fs::write(dotfiles.join("claude.json"), THEIRS).unwrap();
    fs::write(dotfiles.join("empty.json"), "").unwrap();
    fs::write(dotfiles.join("AGENTS.md"), "# Both\n").unwrap();
    let links = [
        (".claude/settings.json", "../dotfiles/claude.json"),
        (".claude/CLAUDE.md", "../dotfiles/AGENTS.md"),
        (".codex/AGENTS.md", "../dotfiles/AGENTS.md"),
        (".claude/skills", "../dotfiles/skills"),
        (".codex/skills", "../dotfiles/skills"),
        (".gemini/settings.json", "../dotfiles/empty.json"),
        // Leads nowhere yet.
        (".codex/config.toml", "../dotfiles/config.toml"),
        (".gemini/GEMINI.md", "itself.md"),
        (".gemini/itself.md", "GEMINI.md"),
    ];
    for (link, to) in links {
        symlink(to, home.join(link)).unwrap();
    }
    let are_there = || {
        for (link, to) in links {
            assert_eq!(fs::read_link(home.join(link)).unwrap().to_str(), Some(to), "{link}");
        }
    };
    // A circle is no file.
    let refused = repo.agent(&["host", "install"]).failure();
    assert!(refused.stderr.contains(".gemini/"), "{refused}");
    assert_eq!(fs::read_to_string(dotfiles.join("claude.json")).unwrap(), THEIRS);
    are_there();
    for recorded in [true, false] {
        repo.agent(&["host", "install", "claude", "codex"]).success();
        are_there();
        assert!(fs::read_to_string(dotfiles.join("claude.json")).unwrap().contains("git-agent host event"));
        assert!(fs::read_to_string(dotfiles.join("config.toml")).unwrap().contains("[mcp_servers.git-agent]"));
        assert_eq!(fs::read_to_string(dotfiles.join("AGENTS.md")).unwrap().matches("git-agent: begin").count(), 1);
        // What the other host needs, too, stays.
        repo.agent(&["host", "uninstall", "claude"]).success();
        assert!(fs::read_to_string(dotfiles.join("AGENTS.md")).unwrap().contains("git-agent: begin"));
        assert!(dotfiles.join("skills/git-agent/SKILL.md").exists());
        if !recorded {
            fs::remove_file(home.join(".local/state/git-agent/hosts.json")).unwrap();
        }
        repo.agent(&["host", "uninstall"]).success();
        are_there();
        assert_eq!(fs::read_to_string(dotfiles.join("claude.json")).unwrap(), THEIRS);
        assert_eq!(fs::read_to_string(dotfiles.join("AGENTS.md")).unwrap(), "# Both\n");
        for gone in ["config.toml", "skills/git-agent/SKILL.md"] {
            assert!(!dotfiles.join(gone).exists(), "{gone}");
        }
    }
}

#[test]
fn what_is_read_only_is_refused_and_nothing_changes() {
    let (repo, home) = with_home();
    let file = home.join(".codex/config.toml");
    fs::write(&file, "model = \"gpt\"\n").unwrap();
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o444);
    for dry in [&["host", "install"][..], &["host", "install", "--dry-run"]] {
        let refused = repo.agent(dry).failure();
        assert!(refused.stderr.contains("config.toml': it is read-only"), "{refused}");
        assert!(refused.stderr.contains("chmod u+w"), "{refused}");
    }
    assert_eq!(fs::read_dir(home.join(".claude")).unwrap().count(), 0);
    assert!(!home.join(".local").exists());
    mode(0o640);
    repo.agent(&["host", "install", "codex"]).success();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    mode(0o440);
    let installed = fs::read_to_string(&file).unwrap();
    repo.agent(&["host", "uninstall"]).failure();
    assert!(home.join(".codex/hooks.json").exists());
    assert_eq!(fs::read_to_string(&file).unwrap(), installed);
    mode(0o640);
    repo.agent(&["host", "uninstall"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), "model = \"gpt\"\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_others_as_they_are() {
    let (repo, home) = with_home();
    fs::write(home.join(".claude/settings.json"), THEIRS).unwrap();
    // A file is where a directory has to be: the last one that is written.
    fs::write(home.join(".gemini/skills"), "mine").unwrap();
    let refused = repo.agent(&["host", "install"]).failure();
    assert!(refused.stderr.contains(".gemini/skills/git-agent/SKILL.md"), "{refused}");
    assert_eq!(fs::read_to_string(home.join(".claude/settings.json")).unwrap(), THEIRS);
    let left: Vec<_> = fs::read_dir(home.join(".claude")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["settings.json"]);
    assert_eq!(fs::read_dir(home.join(".codex")).unwrap().count(), 0);
    assert!(!home.join(".local").exists());
    // Nor is anything left to be undone.
    assert_eq!(repo.agent(&["host", "uninstall"]).text(), "Nothing is installed.");
    // Where what is kept of the files cannot be written, nothing is, either.
    fs::remove_file(home.join(".gemini/skills")).unwrap();
    fs::write(home.join(".local"), "mine").unwrap();
    repo.agent(&["host", "install"]).failure();
    assert_eq!(fs::read_to_string(home.join(".claude/settings.json")).unwrap(), THEIRS);
    assert_eq!(fs::read_dir(home.join(".codex")).unwrap().count(), 0);
}

#[test]
fn links_of_a_clone_lead_nowhere_else() {
    let (repo, home) = with_home();
    for to in ["../the-home/new.json", "no/../../the-home/new.json", ".git/new.json", "step"] {
        symlink(to, repo.path().join(".mcp.json")).unwrap();
        symlink("../the-home/new.json", repo.path().join("step")).unwrap();
        let refused = repo.agent(&["host", "install", "claude", "--project"]).failure();
        assert!(refused.stderr.contains(".mcp.json': a symbolic link leads to "), "{to}: {refused}");
        assert!(!home.join("new.json").exists() && !repo.path().join("no").exists(), "{to}");
        assert!(!repo.path().join(".claude").exists(), "{to}");
        fs::remove_file(repo.path().join(".mcp.json")).unwrap();
        fs::remove_file(repo.path().join("step")).unwrap();
    }
}
