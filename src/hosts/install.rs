//! Installing: configuration files of hosts are read, changed and written, each as a whole.
//!
//! The original content of a file is kept in `git-agent/hosts.json` of the user's state directory until it is uninstalled: a file that
//! was not changed since is restored byte for byte.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::{
    Host,
    config::{ConfigPart, ConfigTarget, PartState, Places, Scope, targets, toml::trusts},
    plugin,
};
use crate::error::{Context as _, Error, Result, codes};

/// The mode of a new file, as programs usually make them.
const READABLE: u32 = 0o644;
/// The mode of a file for the user alone.
const PRIVATE: u32 = 0o600;
/// What a larger file was is not kept, in bytes: our parts are taken out of it.
const LARGEST: usize = 256 * 1024;
/// So many links are followed from one file that does not exist, as git and Linux do.
const LINKS: u8 = 40;

/// Install or uninstall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallAction {
    /// Add the parts of git-agent.
    Install,
    /// Remove the parts of git-agent.
    Uninstall,
}

/// The content of a file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The path of the file.
    pub path: PathBuf,
    /// Its text; `None`: it does not exist.
    pub before: Option<String>,
    /// Its new text; `None` to delete it.
    pub after: Option<String>,
}

impl FileChange {
    /// Whether both are the same.
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }
}

/// The record of a file that we changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Original {
    before: Option<String>,
    /// Its text after our change.
    after: Option<String>,
    /// Directories that we made for it, the outermost first.
    made: Vec<PathBuf>,
}

type Originals = BTreeMap<PathBuf, Original>;

/// What is there of `host` in `scope`: each part with its state; a file that cannot be read with the reason.
pub fn state(host: Host, scope: Scope, places: &Places) -> Vec<(ConfigTarget, Result<PartState>)> {
    let with_state = |target: ConfigTarget| {
        let state = state_of(&target);
        (target, state)
    };
    targets(host, scope, places).into_iter().map(with_state).collect()
}

/// Whether what is ours of a file is there.
pub fn state_of(target: &ConfigTarget) -> Result<PartState> {
    read(&target.path).map(|text| text.map_or(PartState::Missing, |text| target.state(&text)))
}

/// Whether anything of `host` is installed in `scope`: its hooks or plugin.
pub fn is_installed(host: Host, scope: Scope, places: &Places) -> bool {
    state(host, scope, places).iter().any(|(target, state)| {
        matches!(target.part, ConfigPart::Hooks | ConfigPart::Plugin)
            && !matches!(state, Ok(PartState::Missing) | Err(_))
    })
}

/// Whether Codex trusts hooks of ours: it skips others without a word. `None` where none are installed.
pub fn is_trusted_by_codex(places: &Places) -> Option<bool> {
    let file = |scope, part| targets(Host::Codex, scope, places).into_iter().find(|target| target.part == part);
    let config = file(Scope::User, ConfigPart::ServerInToml).and_then(|target| read(&target.path).ok().flatten());
    let config = config.unwrap_or_default();
    let scopes = [Some(Scope::User), places.project.as_ref().map(|_| Scope::Project)].into_iter().flatten();
    let installed = scopes.filter(|scope| is_installed(Host::Codex, *scope, places));
    let files = installed.filter_map(|scope| Some(file(scope, ConfigPart::Hooks)?.path));
    let plugin = plugin::find(Host::Codex, places).filter(|plugin| plugin.is_enabled);
    let named = files.flat_map(|path| [path.canonicalize().unwrap_or_else(|_| path.clone()), path]);
    let owners: Vec<String> = named.map(|path| path.display().to_string()).chain(plugin.map(|one| one.id)).collect();
    // Each event counts once: it is enough that the hooks of one of them run.
    (!owners.is_empty()).then(|| owners.iter().any(|owner| trusts(&config, owner)))
}

/// The changes of `action` for `hosts`. Nothing is written.
///
/// # Errors
///
/// `host-config`: a file is not what its host reads, or read-only; `unsafe-path`: a link leads a file of the project out of it. Then
/// nothing is changed.
pub fn plan(
    action: InstallAction,
    hosts: &[Host],
    scope: Scope,
    places: &Places,
    state_dir: &Path,
) -> Result<Vec<FileChange>> {
    let mut changes: Vec<FileChange> = Vec::new();
    let others = Host::ALL.into_iter().filter(|host| !hosts.contains(host) && is_installed(*host, scope, places));
    // Two paths may be one file.
    let resolved = |target: ConfigTarget| ConfigTarget { path: real(&target.path, LINKS), ..target };
    let needed: Vec<ConfigTarget> = others.flat_map(|host| targets(host, scope, places)).map(resolved).collect();
    let originals = originals(state_dir);
    for target in hosts.iter().flat_map(|host| targets(*host, scope, places)) {
        if let Some(project) = places.project.as_ref().filter(|_| scope == Scope::Project) {
            stays_within(project, &target.path)?;
        }
        let target = resolved(target);
        let is_shared = needed.iter().any(|other| other.path == target.path && other.part == target.part);
        if action == InstallAction::Uninstall && is_shared {
            continue;
        }
        let at = match changes.iter().position(|change| change.path == target.path) {
            Some(at) => at,
            None => {
                let before = read(&target.path)?;
                changes.push(FileChange { path: target.path.clone(), after: before.clone(), before });
                changes.len() - 1
            }
        };
        let now = changes[at].after.clone();
        let refused = |why: String| {
            let message = format!("cannot change '{}': {why}", target.path.display());
            Error::new(codes::HOST_CONFIG, message).hint("nothing was changed; fix the file, then try again")
        };
        changes[at].after = match (action, now) {
            (InstallAction::Install, now) => Some(target.install(now.as_deref()).map_err(refused)?),
            (InstallAction::Uninstall, None) => None,
            (InstallAction::Uninstall, Some(now)) => target.uninstall(&now).map_err(refused)?,
        };
    }
    if action == InstallAction::Uninstall {
        for change in changes.iter_mut().filter(|change| !change.is_empty()) {
            // Unless parts of other hosts stay in the file.
            let is_needed = needed.iter().any(|other| other.path == change.path);
            if let Some(original) =
                originals.get(&change.path).filter(|known| !is_needed && known.after == change.before)
            {
                change.after.clone_from(&original.before);
            }
        }
    }
    changes.retain(|change| !change.is_empty());
    let is_protected = |path: &Path| fs::metadata(path).is_ok_and(|meta| meta.permissions().readonly());
    if let Some(change) = changes.iter().find(|change| is_protected(&change.path)) {
        let path = change.path.display();
        let hint = format!("nothing was changed; chmod u+w '{path}', then try again, or name other hosts");
        return Err(Error::new(codes::HOST_CONFIG, format!("cannot change '{path}': it is read-only")).hint(hint));
    }
    Ok(changes)
}

/// Carry out `changes`, and keep what the files were.
///
/// # Errors
///
/// When a file cannot be written; nothing is changed then.
pub fn apply(action: InstallAction, changes: &[FileChange], state_dir: &Path) -> Result<()> {
    let mut originals = originals(state_dir);
    let mut staged: Vec<Staged> = Vec::new();
    for change in changes {
        let made = Staged::new(&change.path, change.after.as_deref(), READABLE);
        let made = made.or_environment(|| format!("cannot write '{}'", change.path.display()));
        let made = made.inspect_err(|_| staged.iter().rev().for_each(Staged::give_up));
        staged.push(made?);
    }
    if action == InstallAction::Install {
        for (change, staged) in changes.iter().zip(&staged) {
            let known = originals.remove(&change.path).filter(|known| known.after == change.before);
            let made = staged.made.clone();
            let (before, made) = known.map_or((change.before.clone(), made), |known| (known.before, known.made));
            if before.as_ref().is_none_or(|before| before.len() <= LARGEST) {
                originals.insert(change.path.clone(), Original { before, after: change.after.clone(), made });
            }
        }
        keep(state_dir, &originals).inspect_err(|_| staged.iter().rev().for_each(Staged::give_up))?;
    }
    for (change, staged) in changes.iter().zip(staged) {
        staged.finish(&change.path).or_environment(|| format!("cannot write '{}'", change.path.display()))?;
        if action == InstallAction::Uninstall {
            let known = originals.remove(&change.path);
            // Those that others use by now are not empty, and stay.
            for dir in known.iter().flat_map(|known| known.made.iter().rev()) {
                fs::remove_dir(dir).ok();
            }
        }
    }
    if action == InstallAction::Uninstall { keep(state_dir, &originals) } else { Ok(()) }
}

/// The file that `path` is, where links on the way are followed, whether or not it exists.
fn real(path: &Path, links: u8) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else { return path.to_owned() };
    match fs::read_link(path) {
        Ok(to) if links > 0 => real(&dir.join(to), links - 1),
        _ => real(dir, links).join(name),
    }
}

/// Refuse a file of the project that lies outside of it, or in its git directory: the links of a project come from others.
fn stays_within(project: &Path, path: &Path) -> Result<()> {
    let real = real(path, LINKS);
    // '..' is left behind a directory that does not exist.
    let is_bad = |name: Component<'_>| name == Component::ParentDir || name.as_os_str().eq_ignore_ascii_case(".git");
    if real.strip_prefix(project).is_ok_and(|inside| !inside.components().any(is_bad)) {
        return Ok(());
    }
    let message = format!("cannot change '{}': a symbolic link leads to '{}'", path.display(), real.display());
    Err(Error::new(codes::UNSAFE_PATH, message)
        .hint("nothing was changed; remove the link from the repository, then try again"))
}

/// The text of a file; `None` where there is none.
fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| {
            Error::new(codes::HOST_CONFIG, format!("cannot change '{}': it is not UTF-8 text", path.display()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).or_environment(|| format!("cannot read '{}'", path.display())),
    }
}

/// A file that is written next to the one it replaces.
struct Staged {
    /// `None`: the file is to be removed.
    file: Option<NamedTempFile>,
    /// Directories that were made for it, the outermost first.
    made: Vec<PathBuf>,
}

impl Staged {
    /// `text` for `path`, with the mode of the file that is there. `None`: that can be removed.
    fn new(path: &Path, text: Option<&str>, mode: u32) -> io::Result<Staged> {
        let dir = path.parent().unwrap_or(Path::new("."));
        let made: Vec<PathBuf> = dir.ancestors().take_while(|dir| !dir.exists()).map(Path::to_owned).collect();
        let made = made.into_iter().rev().collect();
        let mut staged = Staged { file: None, made };
        let write = || {
            fs::create_dir_all(dir)?;
            // A directory where nothing can be written is one where nothing can be removed.
            let mut new = tempfile::Builder::new().prefix(".git-agent-").tempfile_in(dir)?;
            new.write_all(text.unwrap_or_default().as_bytes())?;
            let permissions = fs::metadata(path).map_or(fs::Permissions::from_mode(mode), |meta| meta.permissions());
            new.as_file().set_permissions(permissions)?;
            io::Result::Ok(new)
        };
        let file = write().inspect_err(|_| staged.give_up())?;
        staged.file = text.map(|_| file);
        Ok(staged)
    }

    /// Put it in its place, in one step.
    fn finish(self, path: &Path) -> io::Result<()> {
        match self.file {
            Some(file) => file.persist(path).map(drop).map_err(Into::into),
            None => fs::remove_file(path),
        }
    }

    /// Remove the directories that were made.
    fn give_up(&self) {
        if let Some(file) = &self.file {
            fs::remove_file(file.path()).ok();
        }
        self.made.iter().rev().for_each(|dir| drop(fs::remove_dir(dir)));
    }
}

/// Make `text` the content of `path`. Answers which directories were made.
fn write(path: &Path, text: &str, mode: u32) -> io::Result<Vec<PathBuf>> {
    let staged = Staged::new(path, Some(text), mode)?;
    let made = staged.made.clone();
    staged.finish(path).map(|()| made)
}

fn originals(state_dir: &Path) -> Originals {
    let text = fs::read(state_dir.join("hosts.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn keep(state_dir: &Path, originals: &Originals) -> Result<()> {
    let file = state_dir.join("hosts.json");
    let failed = || format!("cannot write '{}'", file.display());
    let own = originals.get(&file).cloned();
    if originals.keys().all(|path| *path == file) {
        fs::remove_file(&file).ok();
        for dir in own.iter().flat_map(|own| own.made.iter().rev()) {
            fs::remove_dir(dir).ok();
        }
        return Ok(());
    }
    // Configurations may hold secrets.
    let put = |originals: &Originals| write(&file, &serde_json::to_string(originals).unwrap_or_default(), PRIVATE);
    let made = put(originals).or_environment(failed)?;
    if made.is_empty() {
        return Ok(());
    }
    let own = Original { before: None, after: None, made };
    let with_own = originals.iter().map(|(path, known)| (path.clone(), known.clone())).chain([(file.clone(), own)]);
    put(&with_own.collect()).map(drop).or_environment(failed)
}
