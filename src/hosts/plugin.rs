//! git-agent as a plugin of a host: which host has installed a bundle of `hosts/` itself, as its own files record it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    Host,
    config::{ConfigPart, ConfigTarget, Places, Scope, json, targets, toml},
};

/// How the ids of our plugin begin; the name of the marketplace follows.
const ID: &str = "git-agent@";
/// The extension of Gemini CLI.
const EXTENSION: &str = "git-agent";
/// The package for OpenCode.
const PACKAGE: &str = "git-agent-opencode";

/// The plugin, as a host records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// What the host calls it: `git-agent@git-agent`.
    pub id: String,
    /// Whether the host has enabled it.
    pub is_enabled: bool,
    /// The file with its hooks, and what it does not bring. Empty where the host keeps them in a place of its own.
    pub parts: Vec<ConfigTarget>,
}

/// The plugin of `host`; `None` where it has none.
pub fn find(host: Host, places: &Places) -> Option<Plugin> {
    match host {
        Host::Claude => claude(places),
        Host::Codex => codex(places),
        Host::Gemini => gemini(places),
        Host::Copilot => copilot(places),
        Host::OpenCode => opencode(places),
        Host::Cursor => None,
    }
}

fn text(path: impl AsRef<Path>) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// What is at `keys` in a JSON file.
fn value(path: impl AsRef<Path>, keys: &[&str]) -> Option<Value> {
    json::get(&text(path)?, keys)
}

fn hooks(host: Host, path: PathBuf) -> Vec<ConfigTarget> {
    vec![ConfigTarget { path, part: ConfigPart::Hooks, host }]
}

/// Our id in `enabledPlugins`, and whether it is on: the last file that names it decides.
fn enabled<const N: usize>(files: [Option<PathBuf>; N]) -> Option<(String, bool)> {
    let named = |file: PathBuf| {
        let listed = value(file, &["enabledPlugins"])?;
        let ours = listed.as_object()?.iter().find(|(id, _)| id.starts_with(ID));
        ours.map(|(id, on)| (id.clone(), *on != Value::Bool(false)))
    };
    files.into_iter().flatten().filter_map(named).next_back()
}

fn claude(places: &Places) -> Option<Plugin> {
    let (dir, project) = (places.of(Host::Claude), places.project.as_ref().map(|top| top.join(".claude")));
    let of_project = |name: &str| project.as_ref().map(|dir| dir.join(name));
    let files = [Some(dir.join("settings.json")), of_project("settings.json"), of_project("settings.local.json")];
    let (id, is_enabled) = enabled(files)?;
    // The settings of a repository may name a plugin that was never installed here.
    let installed = value(dir.join("plugins/installed_plugins.json"), &["plugins", &id])?;
    let is_here = |entry: &&Value| match entry.get("projectPath").and_then(Value::as_str) {
        Some(path) => places.project.as_deref() == Some(Path::new(path)),
        None => true,
    };
    let entry = installed.as_array()?.iter().find(is_here)?;
    let path = entry.get("installPath").and_then(Value::as_str);
    let parts = path.map(|path| hooks(Host::Claude, Path::new(path).join("hooks/hooks.json")));
    Some(Plugin { id, is_enabled, parts: parts.unwrap_or_default() })
}

fn codex(places: &Places) -> Option<Plugin> {
    let dir = places.of(Host::Codex);
    let (id, is_enabled) = toml::plugin(&text(dir.join("config.toml"))?, ID)?;
    let cached = dir.join("plugins/cache").join(id.strip_prefix(ID)?).join("git-agent");
    // A folder a version; the newest one runs.
    let versions = fs::read_dir(cached).into_iter().flatten().flatten();
    let newest = versions.max_by_key(|entry| entry.metadata().and_then(|meta| meta.modified()).ok());
    let parts = newest.map(|version| hooks(Host::Codex, version.path().join("hooks/codex.json")));
    Some(Plugin { id, is_enabled, parts: parts.unwrap_or_default() })
}

fn copilot(places: &Places) -> Option<Plugin> {
    let file = places.of(Host::Copilot).join("settings.json");
    let (id, is_enabled) = enabled([Some(file.clone())])?;
    let market = id.strip_prefix(ID)?;
    // A directory is read where it is, with the hooks for Claude Code.
    let source = value(&file, &["extraKnownMarketplaces", market, "source", "path"]);
    let copied = places.of(Host::Copilot).join("installed-plugins").join(market).join("git-agent");
    let folder = source.as_ref().and_then(Value::as_str).map(Path::new).and_then(|top| {
        let listed = value(top.join(".claude-plugin/marketplace.json"), &["plugins"])?;
        let ours =
            listed.as_array()?.iter().find(|plugin| plugin.get("name").is_some_and(|name| name == "git-agent"))?;
        Some(top.join(ours.get("source")?.as_str()?))
    });
    let folder = folder.or_else(|| copied.is_dir().then_some(copied));
    let parts = folder.map(|folder| hooks(Host::Claude, folder.join("hooks/hooks.json")));
    Some(Plugin { id, is_enabled, parts: parts.unwrap_or_default() })
}

fn gemini(places: &Places) -> Option<Plugin> {
    let all = places.of(Host::Gemini).join("extensions");
    let dir = all.join(EXTENSION);
    let linked = value(dir.join(".gemini-extension-install.json"), &["source"]).filter(|_| !dir.join("hooks").exists());
    let folder = linked.as_ref().and_then(Value::as_str).map_or_else(|| dir.clone(), PathBuf::from);
    if !folder.join("gemini-extension.json").exists() {
        return None;
    }
    let rules = value(all.join("extension-enablement.json"), &[EXTENSION, "overrides"]).unwrap_or_default();
    let here = format!("{}/", places.project.as_ref().unwrap_or(&places.home).display());
    // The last rule for a directory decides; '!' switches it off there.
    let mut decided = rules.as_array().into_iter().flatten().filter_map(Value::as_str).filter_map(|rule| {
        let (path, is_on) = rule.strip_prefix('!').map_or((rule, true), |path| (path, false));
        let is_here = path.strip_suffix('*').map_or(here == path, |start| here.starts_with(start));
        is_here.then_some(is_on)
    });
    let is_enabled = decided.next_back().unwrap_or(true);
    let parts = hooks(Host::Gemini, folder.join("hooks/hooks.json"));
    Some(Plugin { id: EXTENSION.to_owned(), is_enabled, parts })
}

fn opencode(places: &Places) -> Option<Plugin> {
    let project = places.project.iter().flat_map(|top| [top.clone(), top.join(".opencode")]);
    let dirs = [places.of(Host::OpenCode)].into_iter().chain(project);
    dirs.flat_map(|dir| ["opencode.json", "opencode.jsonc"].map(|name| (dir.join(name), dir.clone()))).find_map(
        |(file, dir)| {
            let listed = value(file, &["plugin"])?;
            let named = listed.as_array()?.iter().filter_map(|entry| entry.as_str().or_else(|| entry.get(0)?.as_str()));
            named.filter_map(|name| package(name, &dir, places)).next()
        },
    )
}

/// The plugin that an entry `name` of OpenCode's configuration in `dir` is, if it is ours: a package, a folder or a file.
fn package(name: &str, dir: &Path, places: &Places) -> Option<Plugin> {
    let path = dir.join(name.strip_prefix("file://").unwrap_or(name));
    let is_folder = value(path.join("package.json"), &["name"]).is_some_and(|name| name == PACKAGE);
    let is_file = path.file_name().is_some_and(|file| file == "git-agent.js");
    let script = match (is_folder, is_file) {
        (true, _) => Some(path.join("git-agent.js")),
        (_, true) => Some(path),
        _ if name.split('@').next() == Some(PACKAGE) => None,
        _ => return None,
    };
    // It brings neither the server of tools nor the skill.
    let rest = targets(Host::OpenCode, Scope::User, places).into_iter();
    let rest = rest.filter(|target| matches!(target.part, ConfigPart::Server | ConfigPart::Skill));
    let script = script.map(|path| ConfigTarget { path, part: ConfigPart::Plugin, host: Host::OpenCode });
    Some(Plugin { id: name.to_owned(), is_enabled: true, parts: script.into_iter().chain(rest).collect() })
}
