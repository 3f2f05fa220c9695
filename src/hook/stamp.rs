//! Writing the trailers into the message file of a commit that is being made.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    Surroundings,
    command::{self, Command},
    settings::HookSettings,
    staged::Staged,
};
use crate::{
    domain::{
        id::TaskId,
        stamp::Facts,
        time::Timestamp,
        trailer::{
            Rules,
            block::{self, Syntax, Trailer},
            insert::{Form, has_text, insert, same_text},
            scan,
        },
    },
    error::{Context as _, Result, codes},
    git::{Repo, commit::Commit},
    hook::{
        fail_open::complain,
        sequencer::{Environment, Sequence},
    },
    store::{
        active,
        ledger::{View, commits::Owners},
    },
};

/// Where the untouched template waits for `commit-msg`, in the git directory of the worktree.
const TEMPLATE: &str = "agent/commit-template";

/// Stamp now if the message is not going to be edited.
///
/// With an editor the message may still be empty, and git must be able to see that; then it is `commit-msg` that stamps.
pub fn prepare_commit_msg(here: &Surroundings<'_>, settings: &HookSettings<'_>, args: &[OsString]) -> Result<()> {
    let Some(file) = args.first() else { return Ok(()) };
    let repo = here.repo;
    let source = args.get(1).and_then(|source| source.to_str()).unwrap_or_default();
    let sequence = Sequence::read(repo, &environment());
    if source == "template" {
        return keep_template(repo, Path::new(file));
    }
    let edited = editor_opens();
    // The sequencer's own `git commit -e` skips commit-msg, and its message is complete.
    let by_sequencer = environment().reflog_action.is_some() && !repo.git_dir().join("MERGE_HEAD").exists();
    let last_chance = by_sequencer || matches!(sequence, Sequence::Melts(_));
    if edited && !last_chance {
        return Ok(());
    }
    let keeps_head = source == "commit" && args.get(2).is_some_and(|which| which == "HEAD");
    stamp(here, settings, &Message { file: file.into(), sequence, edited, keeps_head, command: command::ask() })
}

/// Stamp what came out of the editor, unless git is going to refuse it.
pub fn commit_msg(here: &Surroundings<'_>, settings: &HookSettings<'_>, args: &[OsString]) -> Result<()> {
    let Some(file) = args.first() else { return Ok(()) };
    let repo = here.repo;
    let sequence = Sequence::read(repo, &environment());
    let message =
        Message { file: file.into(), sequence, edited: editor_opens(), keeps_head: false, command: command::ask() };
    stamp(here, settings, &message)
}

/// A message file, and what is known about it from the hook's arguments and environment.
struct Message {
    file: PathBuf,
    sequence: Sequence,
    /// An editor is, or was, opened on it.
    edited: bool,
    /// Git said that it starts from HEAD's message.
    keeps_head: bool,
    /// The command that makes the commit.
    command: Command,
}

fn stamp(here: &Surroundings<'_>, settings: &HookSettings<'_>, message: &Message) -> Result<()> {
    let repo = here.repo;
    if message.sequence == Sequence::Replays {
        return Ok(());
    }
    let read = || format!("cannot read the message in '{}'", message.file.display());
    let text = std::fs::read(&message.file).or_environment(read)?;
    let syntax = settings.syntax(&text);
    let form = form(settings, message);
    if !has_text(&text, form, &syntax) || is_untouched_template(repo, &text, &syntax) {
        return Ok(());
    }
    let rules = settings.rules();
    let facts = facts(here, &rules, message, &text)?;
    let present = block::ids(&text, &rules, &syntax);
    let mut wanted = facts.trailers(rules.key());
    wanted.retain(|trailer| {
        !rules.reads(&trailer.key) || !rules.ids(&trailer.value).all(|id| present.iter().any(|p| p == id))
    });
    match insert(&text, &wanted, form, &syntax) {
        Some(stamped) => replace(&message.file, &stamped),
        None => Ok(()),
    }
}

/// Collect what the message should name.
fn facts(here: &Surroundings<'_>, rules: &Rules, message: &Message, text: &[u8]) -> Result<Facts> {
    let repo = here.repo;
    let head = || -> Result<Option<ObjectId>> { Ok(repo.head()?.commit) };
    let mut facts = Facts::default();
    match &message.sequence {
        Sequence::Replays => {}
        Sequence::Resolves(picked) => facts.inherited = trailers_of(repo, rules, *picked)?,
        Sequence::Melts(chain) => {
            for commit in head()?.iter().chain(chain) {
                facts.inherited.extend(trailers_of(repo, rules, *commit)?);
            }
        }
        Sequence::UserCommits | Sequence::UserCommitsInRebase => {
            let amended =
                if message.keeps_head { head()? } else { amended(repo, head()?, &message.command, (here.now)())? };
            if let Some(commit) = amended {
                facts.inherited = trailers_of(repo, rules, commit)?;
            }
            let in_rebase = message.sequence == Sequence::UserCommitsInRebase;
            if let (true, None) = (in_rebase, amended)
                && let Some(whole) = if_known(Staged::read(repo, head()?).and_then(|staged| staged.part_of()))
            {
                facts.inherited = trailers_of(repo, rules, whole)?;
            } else if amended.is_none() || !in_rebase {
                facts.squashed = squashed(repo, rules, head()?);
                facts.active = active_tasks(repo)?;
                facts.reverted = reverted(repo, rules, text);
            }
        }
    }
    Ok(facts)
}

/// HEAD's commit, if it is being amended.
fn amended(repo: &Repo, head: Option<ObjectId>, command: &Command, now: Timestamp) -> Result<Option<ObjectId>> {
    let Some(date) = command::date_of_environment() else { return Ok(None) };
    let Some(head) = head else { return Ok(None) };
    let amends = match command {
        Command::Commit { amends, .. } => *amends,
        Command::Other => false,
        Command::Unknown => command::date_says_so(&date, Commit::read(repo, head)?.author.date.to_str().ok(), now),
    };
    Ok(amends.then_some(head))
}

/// The task trailers in the final block of a commit, and one for each task that the ledger links it to.
fn trailers_of(repo: &Repo, rules: &Rules, commit: ObjectId) -> Result<Vec<Trailer>> {
    let mut trailers = block::trailers(&Commit::read(repo, commit)?.message, &Syntax::default());
    trailers.retain(|trailer| rules.reads(&trailer.key) && rules.ids(&trailer.value).next().is_some());
    for id in linked(repo, &[commit]) {
        if !trailers.iter().any(|trailer| rules.ids(&trailer.value).any(|named| named == id.as_str())) {
            trailers.push(Trailer { key: rules.key().to_owned(), value: id.as_str().into() });
        }
    }
    Ok(trailers)
}

/// The tasks that the ledger links `commits` to. A ledger that cannot be read keeps no trailer from being carried on.
fn linked(repo: &Repo, commits: &[ObjectId]) -> Vec<TaskId> {
    if commits.is_empty() {
        return Vec::new();
    }
    let owners = View::now(repo).and_then(|view| Owners::read(&view));
    let of = |owners: Owners| commits.iter().flat_map(|commit| owners.linked(*commit)).cloned().collect();
    owners.map(of).unwrap_or_else(|error| {
        complain("links", &format!("not looked at, {error}"));
        Vec::new()
    })
}

/// Add `tasks` to `ids`, each once.
fn add(ids: &mut Vec<BString>, tasks: Vec<TaskId>) {
    for id in tasks {
        if !ids.iter().any(|named| named == id.as_str()) {
            ids.push(id.as_str().into());
        }
    }
}

/// What `git merge --squash` left for this commit, if something of it is in the commit: who takes the squash back by
/// `git restore` leaves the message.
fn squashed(repo: &Repo, rules: &Rules, head: Option<ObjectId>) -> Vec<BString> {
    let text = std::fs::read(repo.git_dir().join("SQUASH_MSG")).unwrap_or_default();
    let mut ids = scan::ids(&text, rules);
    let commits: Vec<ObjectId> = text.lines().filter_map(commit_line).filter(|commit| repo.has(*commit)).collect();
    add(&mut ids, linked(repo, &commits));
    if ids.is_empty() {
        return ids;
    }
    let mut commits = commits.into_iter();
    let is_in_it = Staged::read(repo, head).and_then(|staged| {
        let shared = commits.find_map(|commit| staged.shares_a_path(commit).map(|yes| yes.then_some(())).transpose());
        shared.transpose()
    });
    if if_known(is_in_it).is_some() { ids } else { Vec::new() }
}

/// What could be found out. What could not costs the commit nothing but the tasks that depend on it.
fn if_known<T>(found: Result<Option<T>>) -> Option<T> {
    found.unwrap_or_else(|error| {
        complain("staged changes", &error.to_string());
        None
    })
}

/// The commit of a line `commit <hex>`.
fn commit_line(line: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(line.strip_prefix(b"commit ")?.trim_end()).ok()
}

/// The ids of the commit that `git revert` says it reverts. There is no such line if the commit is unknown.
fn reverted(repo: &Repo, rules: &Rules, text: &[u8]) -> Vec<BString> {
    let is_revert = text.starts_with(b"Revert \"") || text.starts_with(b"Reapply \"");
    let hex = is_revert.then(|| text.split_once_str("This reverts commit ")).flatten().map(|(_, rest)| {
        let end = rest.iter().position(|b| !b.is_ascii_hexdigit()).unwrap_or(rest.len());
        &rest[..end]
    });
    let Some(commit) = hex.and_then(|hex| ObjectId::from_hex(hex).ok()) else { return Vec::new() };
    let Ok(read) = Commit::read(repo, commit) else { return Vec::new() };
    let mut ids = block::ids(&read.message, rules, &Syntax::default());
    add(&mut ids, linked(repo, &[commit]));
    ids
}

/// The active tasks, the main one last. A variable that holds no task id is ignored, and said to be.
fn active_tasks(repo: &Repo) -> Result<Vec<TaskId>> {
    let mut tasks = match active::read(repo) {
        Err(error) if error.code() == codes::BAD_TASK_ID => {
            complain("GIT_AGENT_TASK", &format!("ignored, {error}"));
            active::of_worktree(repo)?
        }
        other => other?,
    };
    tasks.reverse();
    Ok(tasks)
}

fn form(settings: &HookSettings<'_>, message: &Message) -> Form {
    match (&message.sequence, message.edited) {
        (Sequence::Melts(_), _) | (_, true) => Form::Edited,
        _ => match cleanup(settings, &message.command).as_slice() {
            b"strip" => Form::Stripped,
            _ => Form::Kept,
        },
    }
}

fn cleanup(settings: &HookSettings<'_>, command: &Command) -> BString {
    match command {
        Command::Commit { cleanup: Some(mode), .. } => mode.clone(),
        _ => settings.cleanup().unwrap_or_default().into(),
    }
}

fn environment() -> Environment {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    Environment { author_date: variable("GIT_AUTHOR_DATE"), reflog_action: variable("GIT_REFLOG_ACTION") }
}

/// Git sets the editor to `:` for hooks when none will be, or was, opened.
fn editor_opens() -> bool {
    std::env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":")
}

/// Remember the template, so that `commit-msg` can tell whether the user wrote something.
fn keep_template(repo: &Repo, file: &Path) -> Result<()> {
    if !editor_opens() {
        return Ok(());
    }
    let copy = repo.git_dir().join(TEMPLATE);
    let keep = || format!("cannot keep the commit template in '{}'", copy.display());
    repo.make_dir(copy.parent().unwrap_or(&copy)).or_environment(keep)?;
    std::fs::copy(file, &copy).map(|_| ()).or_environment(keep)
}

fn is_untouched_template(repo: &Repo, text: &[u8], syntax: &Syntax) -> bool {
    let copy = repo.git_dir().join(TEMPLATE);
    let Ok(template) = std::fs::read(&copy) else { return false };
    // It served its purpose. If it stays, it is only ever compared again.
    drop(std::fs::remove_file(&copy));
    same_text(text, &template, syntax)
}

/// Replace the message in one step: git never sees half of it.
fn replace(file: &Path, text: &[u8]) -> Result<()> {
    let failed = || format!("cannot write the message to '{}'", file.display());
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix("git-agent-").tempfile_in(dir).or_environment(failed)?;
    new.write_all(text).or_environment(failed)?;
    let mode = std::fs::metadata(file).or_environment(failed)?.permissions();
    new.as_file().set_permissions(mode).or_environment(failed)?;
    new.persist(file).map(|_| ()).or_environment(failed)
}
