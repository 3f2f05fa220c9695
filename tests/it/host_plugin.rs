//! git-agent as a plugin that a host installed itself: `host status`, `doctor`, `init` and `host install` see it. The records are those that
//! Claude Code 2.1.332, Codex 0.171.0, Gemini CLI 0.61.0, Copilot CLI 1.0.102 and OpenCode 1.18.33 write.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::support::TestRepo;

const HOSTS: [&str; 5] = ["claude", "codex", "gemini", "copilot", "opencode"];

struct World {
    repo: TestRepo,
    home: PathBuf,
    /// A clone of git-agent, with the bundles.
    clone: PathBuf,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => assert!(fs::copy(entry.path(), to).is_ok()),
        }
    }
}

impl World {
    /// A home in which every host has the plugin alone.
    fn new() -> World {
        let repo = TestRepo::new();
        repo.commit_file("base", "0\n", "base");
        let (home, clone) = (repo.tmp().join("the-home"), repo.tmp().join("clone"));
        fs::create_dir_all(&home).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        for dir in ["hosts", ".claude-plugin"] {
            copy(&source.join(dir), &clone.join(dir));
        }
        repo.set_env("HOME", &home);
        // No host is found by its program.
        for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME"] {
            repo.unset_env(name);
        }
        let world = World { repo, home, clone };
        let known = json!({
            "extraKnownMarketplaces": {"git-agent": {"source": {"source": "directory", "path": world.clone}}},
            "enabledPlugins": {"git-agent@git-agent": true},
        });
        let bundle = world.clone.join("hosts/git-agent");
        let entry = json!({"scope": "user", "installPath": bundle, "version": "0.1.0"});
        world.write(".claude/settings.json", &known.to_string());
        let installed = json!({"version": 2, "plugins": {"git-agent@git-agent": [entry]}});
        world.write(".claude/plugins/installed_plugins.json", &installed.to_string());
        world.write(".codex/config.toml", "[plugins.\"git-agent@git-agent\"]\nenabled = true\n");
        copy(&bundle, &world.home.join(".codex/plugins/cache/git-agent/git-agent/0.1.0"));
        copy(&world.clone.join("hosts/gemini"), &world.home.join(".gemini/extensions/git-agent"));
        world.write(".copilot/settings.json", &known.to_string());
        let listed = json!({"plugin": [world.clone.join("hosts/opencode")]}).to_string();
        world.write(".config/opencode/opencode.json", &format!("{listed} // mine\n"));
        world
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.home.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn known(&self, host: &str) -> Value {
        self.repo.agent(&["host", "status", host, "--json"]).json()["hosts"][0].clone()
    }

    fn said(&self, host: &str) -> String {
        self.repo.agent(&["host", "status", host]).text()
    }
}

#[test]
fn a_plugin_alone_is_installed() {
    let world = World::new();
    for host in HOSTS {
        let known = world.known(host);
        assert_eq!(known["installed"], json!(["plugin"]), "{known}");
        assert!(world.said(host).contains(": installed as a plugin, no event here yet"), "{}", world.said(host));
        // OpenCode's brings the hooks alone.
        let missing = known["missing"].as_array().unwrap();
        assert_eq!(missing.len(), if host == "opencode" { 2 } else { 0 }, "{known}");
    }
    let doctor = world.repo.agent(&["doctor"]).text();
    assert!(doctor.contains("host: Claude Code: installed as a plugin"), "{doctor}");
    assert!(!doctor.contains("not installed; git agent host"), "{doctor}");
    // Nothing is offered, and nothing is installed a second time.
    let init = world.repo.agent(&["init"]).success();
    assert!(!init.stderr.contains("host install"), "{init}");
    world.repo.agent(&["init", "--hosts"]).success();
    assert!(world.repo.agent(&["host", "install"]).text().starts_with("Already installed for Claude Code"));
    assert!(!world.home.join(".codex/hooks.json").exists());
    // By name it is.
    world.repo.agent(&["host", "install", "codex"]).success();
    assert_eq!(world.known("codex")["installed"], json!(["user", "plugin"]));
    assert!(world.said("codex").contains("installed twice; each event counts once"));
    world.repo.agent(&["host", "uninstall"]).success();
    assert_eq!(world.known("codex")["installed"], json!(["plugin"]));
}

#[test]
fn events_and_trust_are_told_of_a_plugin_too() {
    let world = World::new();
    assert_eq!(world.known("codex")["trusted"], false);
    assert!(world.said("codex").contains("not trusted yet, so its hooks do not run: /hooks"));
    let trust = "\n[hooks.state.\"git-agent@git-agent:hooks/codex.json:stop:0:0\"]\ntrusted_hash = \"sha256:x\"\n";
    world.write(".codex/config.toml", &format!("[plugins.\"git-agent@git-agent\"]\nenabled = true\n{trust}"));
    assert_eq!(world.known("codex")["trusted"], true);
    world.repo.agent(&["init", "-q"]).success();
    let start = json!({"session_id": "s", "cwd": world.repo.path(), "source": "startup"}).to_string();
    world.repo.run("git-agent").args(["host", "event", "claude", "session-start"]).stdin(start).run().success();
    world.repo.advance(60);
    assert!(world.said("claude").contains("installed as a plugin, last event here 1m ago"), "{}", world.said("claude"));
}

#[test]
fn one_that_does_not_run_is_told() {
    let world = World::new();
    let off = json!({"enabledPlugins": {"git-agent@git-agent": false}}).to_string();
    world.write(".claude/settings.json", &off);
    world.write(".copilot/settings.json", &off);
    world.write(".codex/config.toml", "[plugins.\"git-agent@git-agent\"]\nenabled = false\n");
    let rules = json!({"git-agent": {"overrides": ["/*", format!("!{}/*", world.repo.path().display())]}});
    world.write(".gemini/extensions/extension-enablement.json", &rules.to_string());
    for host in ["claude", "codex", "copilot", "gemini"] {
        assert_eq!(world.known(host)["installed"], json!([]), "{host}");
        assert!(world.said(host).contains("installed as a plugin, which is disabled"), "{}", world.said(host));
    }
    // Enabled by a repository on a machine where nobody installed it.
    world.write(".claude/plugins/installed_plugins.json", r#"{"version": 2, "plugins": {}}"#);
    world.repo.write(".claude/settings.json", json!({"enabledPlugins": {"git-agent@git-agent": true}}).to_string());
    assert_eq!(world.known("claude")["installed"], json!([]));
    assert!(world.said("claude").contains("Claude Code: not installed; git agent host install claude"));
}

#[test]
fn one_of_another_version_is_told() {
    let world = World::new();
    for hooks in [
        world.clone.join("hosts/git-agent/hooks/hooks.json"),
        world.home.join(".codex/plugins/cache/git-agent/git-agent/0.1.0/hooks/codex.json"),
        world.home.join(".gemini/extensions/git-agent/hooks/hooks.json"),
        world.clone.join("hosts/opencode/git-agent.js"),
    ] {
        let text = fs::read_to_string(&hooks).unwrap();
        fs::write(&hooks, text.replace("session-end", "the-end")).unwrap();
    }
    for host in HOSTS {
        let said = world.said(host);
        assert!(said.contains("missing, or of another version: "), "{said}");
        assert!(said.contains("git-agent.js") || said.contains("hooks/"), "{said}");
    }
    let doctor = world.repo.agent(&["doctor", "--json"]).json();
    let checks = doctor["checks"].as_array().unwrap().iter().filter(|check| check["name"] == "host");
    assert!(checks.clone().count() >= HOSTS.len(), "{doctor}");
    checks.for_each(|check| assert_eq!(check["level"], "warning", "{check}"));
}
