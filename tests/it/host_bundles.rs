//! The bundles in `hosts/`, which hosts install as plugins: made of what `git agent host install` writes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::support::{TestRepo, golden_at};

/// A home in which all hosts are installed.
struct Home {
    path: PathBuf,
    _repo: TestRepo,
}

impl Home {
    fn new() -> Home {
        let repo = TestRepo::new();
        let path = repo.tmp().join("the-home");
        fs::create_dir_all(&path).unwrap();
        repo.set_env("HOME", &path);
        repo.unset_env("XDG_CONFIG_HOME");
        repo.unset_env("XDG_STATE_HOME");
        repo.agent(&["host", "install", "claude", "codex", "gemini", "opencode"]).success();
        Home { path, _repo: repo }
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path.join(file)).unwrap()
    }

    fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(file)).unwrap()
    }
}

/// What is in `hosts/`, but for its pages for people, and the marketplaces at the top that name it: hosts look for those only there.
fn bundles() -> BTreeMap<&'static str, String> {
    let home = Home::new();
    let head = json!({
        "name": "git-agent",
        "version": env!("CARGO_PKG_VERSION"),
        "description": env!("CARGO_PKG_DESCRIPTION"),
        "license": env!("CARGO_PKG_LICENSE"),
    });
    let with = |base: &Value, more: Value| {
        let mut all = base.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let author = json!({"author": {"name": "The authors of git-agent"}});
    let hooks = |file: &str| json!({"hooks": home.json(file)["hooks"]});
    let server = home.json(".claude.json")["mcpServers"].clone();
    // Copilot CLI starts servers of a plugin in its folder otherwise.
    let here = json!({"git-agent": with(&server["git-agent"], json!({"cwd": "."}))});
    let typed = json!({"git-agent": with(&json!({"type": "stdio"}), server["git-agent"].clone())});
    let codex: Value = toml::from_str(&home.text(".codex/config.toml")).unwrap();
    let listed =
        json!({"name": "git-agent", "description": env!("CARGO_PKG_DESCRIPTION"), "source": "./hosts/git-agent"});
    let local = json!({"source": {"source": "local", "path": "./hosts/git-agent"}});
    let schema = |name: &str| json!({"$schema": format!("https://agent-plugins.org/schemas/1.0.0/{name}.schema.json")});
    let files = [
        (
            ".claude-plugin/marketplace.json",
            json!({"name": "git-agent", "owner": author["author"], "description": env!("CARGO_PKG_DESCRIPTION"), "plugins": [listed]}),
        ),
        (".agents/plugins/marketplace.json", json!({"name": "git-agent", "plugins": [with(&listed, local)]})),
        ("hosts/git-agent/.claude-plugin/plugin.json", with(&head, author)),
        (
            "hosts/git-agent/.codex-plugin/plugin.json",
            with(&head, json!({"hooks": "./hooks/codex.json", "mcpServers": "./codex.mcp.json"})),
        ),
        ("hosts/git-agent/hooks/hooks.json", hooks(".claude/settings.json")),
        ("hosts/git-agent/hooks/codex.json", hooks(".codex/hooks.json")),
        ("hosts/git-agent/.mcp.json", json!({"mcpServers": here})),
        ("hosts/git-agent/codex.mcp.json", json!({"mcpServers": codex["mcp_servers"]})),
        (
            "hosts/gemini/gemini-extension.json",
            with(
                &head,
                json!({"mcpServers": home.json(".gemini/settings.json")["mcpServers"], "contextFileName": "GEMINI.md"}),
            ),
        ),
        ("hosts/gemini/hooks/hooks.json", hooks(".gemini/settings.json")),
        (
            "hosts/opencode/package.json",
            with(&head, json!({"name": "git-agent-opencode", "type": "module", "main": "git-agent.js"})),
        ),
        ("hosts/agent-plugin/plugin.json", with(&head, schema("plugin"))),
        ("hosts/agent-plugin/mcp.json", with(&json!({"mcpServers": typed}), schema("mcp"))),
    ];
    let mut all: BTreeMap<&str, String> = files
        .into_iter()
        .map(|(name, value)| (name, format!("{}\n", serde_json::to_string_pretty(&value).unwrap())))
        .collect();
    let skill = home.text(".claude/skills/git-agent/SKILL.md");
    for name in [
        "hosts/git-agent/skills/git-agent/SKILL.md",
        "hosts/gemini/skills/git-agent/SKILL.md",
        "hosts/agent-plugin/skills/git-agent/SKILL.md",
    ] {
        all.insert(name, skill.clone());
    }
    all.insert("hosts/gemini/GEMINI.md", home.text(".gemini/GEMINI.md"));
    all.insert("hosts/opencode/git-agent.js", home.text(".config/opencode/plugins/git-agent.js"));
    all
}

/// The files below `dir`.
fn below(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}

#[test]
fn bundles_are_made_of_what_is_installed() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bundles = bundles();
    for (name, text) in &bundles {
        let file = top.join(name);
        if std::env::var_os("GIT_AGENT_UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
        }
        golden_at(&file, name, text);
    }
    for file in ["hosts", ".claude-plugin", ".agents"].iter().flat_map(|dir| below(&top.join(dir))) {
        let name = file.strip_prefix(top).unwrap().to_str().unwrap();
        assert!(bundles.contains_key(name) || name.ends_with("README.md"), "{name} is not made by this test");
    }
}
