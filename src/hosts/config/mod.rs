//! Configuration of agent hosts: which files, and what of them is ours. The texts are changed in place: everything else stays.

mod block;
pub(super) mod content;
pub(super) mod json;
pub(super) mod toml;

use std::{borrow::Cow, path::PathBuf};

use serde_json::{Value, json};

use super::Host;

/// Every command line of ours in a configuration has this in it.
pub(super) const MARK: &str = "git-agent host event";

/// The name of our server of tools.
const SERVER: &str = "git-agent";

/// The scope of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The user's: for all repositories.
    User,
    /// The repository's: shared with everyone who works on it.
    Project,
}

/// The directories of configuration files.
#[derive(Clone, Debug)]
pub struct Places {
    /// The home directory of the user.
    pub home: PathBuf,
    /// The top of the work tree, for [`Scope::Project`].
    pub project: Option<PathBuf>,
    /// Directories that variables name: `CLAUDE_CONFIG_DIR`, `CODEX_HOME`, `XDG_CONFIG_HOME`, `COPILOT_HOME`.
    pub named: Vec<(&'static str, PathBuf)>,
    /// Where programs are: the directories of `PATH`.
    pub programs: Vec<PathBuf>,
}

impl Places {
    /// The variables that are asked for.
    pub const VARIABLES: [&'static str; 4] = ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME", "COPILOT_HOME"];

    fn named(&self, variable: &str, or: &str) -> PathBuf {
        let named = self.named.iter().find(|(name, _)| *name == variable);
        named.map_or_else(|| self.home.join(or), |(_, path)| path.clone())
    }

    /// Whether `host` is on this machine: its program or its directory.
    pub fn has(&self, host: Host) -> bool {
        self.of(host).is_dir() || self.programs.iter().any(|dir| dir.join(host.program()).is_file())
    }

    /// The directory of the user's configuration of `host`.
    pub fn of(&self, host: Host) -> PathBuf {
        match host {
            Host::Claude => self.named("CLAUDE_CONFIG_DIR", ".claude"),
            Host::Codex => self.named("CODEX_HOME", ".codex"),
            Host::Gemini => self.home.join(".gemini"),
            Host::Copilot => self.named("COPILOT_HOME", ".copilot"),
            Host::OpenCode => self.named("XDG_CONFIG_HOME", ".config").join("opencode"),
            Host::Cursor => self.home.join(".cursor"),
        }
    }
}

/// The part of a file that belongs to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigPart {
    /// Hooks in a JSON file.
    Hooks,
    /// The server of tools in a JSON file.
    Server,
    /// The server of tools in a TOML file.
    ServerInToml,
    /// Instructions between markers.
    Instructions,
    /// The whole file: the skill.
    Skill,
    /// The whole file: the plugin for OpenCode.
    Plugin,
}

/// A part of a file that belongs to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigTarget {
    /// The path of the file.
    pub path: PathBuf,
    /// The part that git-agent adds to it.
    pub part: ConfigPart,
    /// The host that reads it.
    pub host: Host,
}

/// The files of `host` in `scope`, each with our part of it.
pub fn targets(host: Host, scope: Scope, places: &Places) -> Vec<ConfigTarget> {
    let top = places.project.clone().unwrap_or_default();
    // Hooks, the server, instructions.
    let names = match (scope, host) {
        (Scope::User, Host::Claude) => ["settings.json", ".claude.json", "CLAUDE.md"],
        (Scope::User, Host::Codex) => ["hooks.json", "config.toml", "AGENTS.md"],
        (Scope::User, Host::Gemini) => ["settings.json", "settings.json", "GEMINI.md"],
        (Scope::User, Host::Copilot) => ["hooks/git-agent.json", "mcp-config.json", "copilot-instructions.md"],
        (Scope::User, Host::OpenCode) => ["plugins/git-agent.js", "opencode.json", "AGENTS.md"],
        (Scope::User, Host::Cursor) => ["hooks.json", "mcp.json", ""],
        (Scope::Project, Host::Claude) if top.join("CLAUDE.md").exists() => {
            [".claude/settings.json", ".mcp.json", "CLAUDE.md"]
        }
        (Scope::Project, Host::Claude) => [".claude/settings.json", ".mcp.json", "AGENTS.md"],
        (Scope::Project, Host::Codex) => [".codex/hooks.json", ".codex/config.toml", "AGENTS.md"],
        (Scope::Project, Host::Gemini) => [".gemini/settings.json", ".gemini/settings.json", "GEMINI.md"],
        (Scope::Project, Host::Copilot) => [".github/hooks/git-agent.json", ".mcp.json", "AGENTS.md"],
        (Scope::Project, Host::OpenCode) => [".opencode/plugins/git-agent.js", "opencode.json", "AGENTS.md"],
        (Scope::Project, Host::Cursor) => [".cursor/hooks.json", ".cursor/mcp.json", "AGENTS.md"],
    };
    let (dir, skill) = match (scope, host) {
        (Scope::User, _) => (places.of(host), "skills/git-agent/SKILL.md"),
        (Scope::Project, Host::Claude) => (top, ".claude/skills/git-agent/SKILL.md"),
        (Scope::Project, _) => (top, ".agents/skills/git-agent/SKILL.md"),
    };
    let parts = [
        if host == Host::OpenCode { ConfigPart::Plugin } else { ConfigPart::Hooks },
        if host == Host::Codex { ConfigPart::ServerInToml } else { ConfigPart::Server },
        ConfigPart::Instructions,
    ];
    let target = |(name, part): (&str, ConfigPart)| ConfigTarget { path: dir.join(name), part, host };
    let named = names.into_iter().zip(parts).filter(|(name, _)| !name.is_empty());
    let mut targets: Vec<ConfigTarget> = named.chain([(skill, ConfigPart::Skill)]).map(target).collect();
    if (scope, host) == (Scope::User, Host::Claude) {
        if dir == places.home.join(".claude") {
            targets[1].path = places.home.join(".claude.json");
        }
        // A new CLAUDE.md would hide the AGENTS.md of the user.
        targets.retain(|target| target.part != ConfigPart::Instructions || target.path.exists());
    }
    targets
}

/// The path of the server in a JSON file of `host`, and its value.
fn server(host: Host) -> ([&'static str; 2], Value) {
    let entry = match host {
        Host::OpenCode => json!({"type": "local", "command": ["git-agent", "mcp"], "enabled": true}),
        Host::Copilot => json!({"type": "local", "command": "git-agent", "args": ["mcp"], "tools": ["*"]}),
        _ => json!({"command": "git-agent", "args": ["mcp"]}),
    };
    ([if host == Host::OpenCode { "mcp" } else { "mcpServers" }, SERVER], entry)
}

/// `.mcp.json` is read by Claude Code and Copilot CLI alike.
fn server_of(target: &ConfigTarget) -> ([&'static str; 2], Value) {
    let is_shared = target.path.file_name().is_some_and(|name| name == ".mcp.json");
    server(if is_shared { Host::Claude } else { target.host })
}

/// Variables that Codex passes to a server of tools only if it is told to.
const PASSED: &[&str] = &["GIT_AGENT_TASK", "GIT_AGENT_ACTOR", "GIT_AGENT_SESSION"];

impl ConfigTarget {
    /// `text` with our part. `None`: the file does not exist.
    ///
    /// # Errors
    ///
    /// Why the text cannot be changed.
    pub fn install(&self, text: Option<&str>) -> Result<String, String> {
        let (form, text) = text.map(Form::of).unzip();
        let text = self.install_plain(text.as_deref())?;
        Ok(form.map_or_else(|| text.clone(), |form| form.apply(&text)))
    }

    fn install_plain(&self, text: Option<&str>) -> Result<String, String> {
        match self.part {
            ConfigPart::Hooks => {
                let (head, events) = content::hooks(self.host);
                json::set_hooks(text, &head, &events)
            }
            ConfigPart::Server => {
                let (path, entry) = server_of(self);
                let text = json::set(text, &path, &entry)?;
                let needs_schema = self.host == Host::OpenCode && json::get(&text, &["$schema"]).is_none();
                match needs_schema {
                    // It writes that itself, and would move the rest.
                    true => json::set(Some(&text), &["$schema"], &json!("https://opencode.ai/config.json")),
                    false => Ok(text),
                }
            }
            ConfigPart::ServerInToml => toml::set(
                text,
                "mcp_servers",
                SERVER,
                &[("command", &["git-agent"]), ("args", &["mcp"]), ("env_vars", PASSED)],
            ),
            ConfigPart::Instructions => Ok(block::set(text, content::INSTRUCTIONS)),
            ConfigPart::Skill => Ok(content::SKILL.to_owned()),
            ConfigPart::Plugin => Ok(content::PLUGIN.to_owned()),
        }
    }

    /// `text` without our part; `None` if nothing is left and the file is to be deleted.
    ///
    /// # Errors
    ///
    /// Why the text cannot be changed.
    pub fn uninstall(&self, text: &str) -> Result<Option<String>, String> {
        let (form, text) = Form::of(text);
        Ok(self.uninstall_plain(&text)?.map(|left| form.apply(&left)))
    }

    fn uninstall_plain(&self, text: &str) -> Result<Option<String>, String> {
        let left = match self.part {
            ConfigPart::Hooks => {
                let left = json::unset_hooks(text)?;
                let is_head_alone = json::get(&left, &[]) == Some(json!({"version": 1}));
                if is_head_alone { String::new() } else { left }
            }
            ConfigPart::Server => {
                let left = json::unset(text, &server_of(self).0)?;
                let schema = json!({"$schema": "https://opencode.ai/config.json"});
                if json::get(&left, &[]) == Some(schema) { String::new() } else { left }
            }
            ConfigPart::ServerInToml => toml::unset(text, "mcp_servers", SERVER)?,
            ConfigPart::Instructions => block::unset(text),
            ConfigPart::Skill | ConfigPart::Plugin => String::new(),
        };
        let is_empty = matches!(left.trim(), "" | "{}") && left != text;
        Ok((!is_empty).then_some(left))
    }

    /// Whether our part is in `text`, and whether it is that of this version.
    pub fn state(&self, text: &str) -> PartState {
        let text = &*Form::of(text).1;
        let is_there = match self.part {
            ConfigPart::Hooks => !json::hooked(text).is_empty(),
            ConfigPart::Server => json::get(text, &server_of(self).0).is_some(),
            ConfigPart::ServerInToml => toml::is_set(text, "mcp_servers", SERVER),
            ConfigPart::Instructions => block::is_set(text, content::INSTRUCTIONS).is_some(),
            ConfigPart::Skill | ConfigPart::Plugin => true,
        };
        match (is_there, self.install_plain(Some(text)).is_ok_and(|wanted| wanted == text)) {
            (false, _) => PartState::Missing,
            (true, true) => PartState::Installed,
            (true, false) => PartState::Outdated,
        }
    }
}

/// What editors of other systems write into a text: a byte order mark, and CRLF at the end of every line. It stays.
#[derive(Clone, Copy, Debug)]
struct Form {
    has_mark: bool,
    has_crlf: bool,
}

impl Form {
    const MARK: char = '\u{feff}';

    /// The form of `text`, and the text without it.
    fn of(text: &str) -> (Form, Cow<'_, str>) {
        let plain = text.strip_prefix(Form::MARK);
        let (has_mark, text) = (plain.is_some(), plain.unwrap_or(text));
        let has_crlf = text.contains('\n') && text.matches('\n').count() == text.matches("\r\n").count();
        let text = if has_crlf { text.replace("\r\n", "\n").into() } else { text.into() };
        (Form { has_mark, has_crlf }, text)
    }

    fn apply(self, text: &str) -> String {
        let mark = if self.has_mark { String::from(Form::MARK) } else { String::new() };
        mark + &if self.has_crlf { text.replace('\n', "\r\n") } else { text.to_owned() }
    }
}

/// Whether a part is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    /// None of it is installed.
    Missing,
    /// It is, as another version, or with changes.
    Outdated,
    /// It is installed and current.
    Installed,
}
