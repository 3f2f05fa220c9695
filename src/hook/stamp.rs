//! Writing the trailers into the message file of a commit that is being made.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{
    Surroundings,
    command::{self, Command},
    settings::HookSettings,
    staged::Staged,
};
use crate::{
    domain::{
        id::TaskId,
        stamp::StampFacts,
        time::Timestamp,
        trailer::{
            Rules,
            block::{self, Syntax, Trailer},
            insert::{Form, has_text, insert, same_text},
            scan,
        },
    },
    error::{Context as _, Result},
    git::{ObjectId, Repo, commit::Commit},
    hook::{
        fail_open::{complain, say},
        pending,
        sequencer::{Environment, Sequence},
    },
    store::{
        active,
        ledger::{View, commits::Owners},
    },
};
use bstr::{BStr, BString, ByteSlice as _};

/// Where the untouched template waits for `commit-msg`, in the git directory of the worktree.
const TEMPLATE: &str = "agent/commit-template";

/// Stamp now if the message is not going to be edited.
///
/// With an editor the message may still be empty, and git must be able to see that; then it is `commit-msg` that stamps.
///
/// # Errors
///
/// When the message file or the repository cannot be read or written: the commit continues without a stamp.
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
    let rules = settings.rules();
    let owners = Links::new(repo);
    match message.sequence {
        Sequence::Replays(Some(picked)) if owners.say_more(picked) => {}
        Sequence::Replays(_) => return Ok(()),
        _ => {}
    }
    let read = || format!("cannot read the message in '{}'", message.file.display());
    let text = std::fs::read(&message.file).or_environment(read)?;
    let syntax = settings.syntax(&text);
    let form = form(settings, message);
    if !has_text(&text, form, &syntax) || is_untouched_template(repo, &text, &syntax) {
        return Ok(());
    }
    let facts = facts(here, &rules, message, &text, &owners)?;
    let mut wanted = facts.trailers(rules.key());
    let is_wanted = |id: &[u8]| {
        let values = wanted.iter().filter(|trailer| rules.reads(&trailer.key));
        values.flat_map(|trailer| rules.ids(&trailer.value)).any(|known| known == id)
    };
    let is_gone = |id: &[u8]| facts.unlinked.iter().any(|other| id == other.as_str().as_bytes()) && !is_wanted(id);
    let corrected = scan::without(&text, &rules, is_gone);
    let text = corrected.as_ref().map_or(text.as_slice(), |text| text.as_slice());
    let present = block::ids(text, &rules, &syntax);
    if let Some(kept) = facts.kept_in_amend() {
        say_kept(&rules, &kept, &facts.active);
    }
    wanted.retain(|trailer| {
        !rules.reads(&trailer.key) || !rules.ids(&trailer.value).all(|id| present.iter().any(|p| p == id))
    });
    let is_named = !present.is_empty() || wanted.iter().any(|trailer| rules.reads(&trailer.key));
    if let Some(stamped) = insert(text, &wanted, form, &syntax).or(corrected) {
        replace(&message.file, &stamped)?;
    }
    if is_named && is_recorded(repo, message) { pending::leave(here) } else { Ok(()) }
}

/// Whether the commit is one that a person or an agent makes: the ledger does not record merges of git's own making, and what is
/// replayed.
fn is_recorded(repo: &Repo, message: &Message) -> bool {
    let has = |name: &str| repo.git_dir().join(name).exists();
    let merges = message.command == Command::Other && has("MERGE_HEAD");
    !merges && !["rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD"].into_iter().any(has)
}

/// Say that an amended commit keeps its tasks though another one is active.
fn say_kept(rules: &Rules, kept: &[BString], active: &[TaskId]) {
    let list = |ids: &mut dyn Iterator<Item = String>| ids.collect::<Vec<_>>().join(", ");
    let (kept, other) =
        (list(&mut kept.iter().map(ToString::to_string)), list(&mut active.iter().map(ToString::to_string)));
    say(&format!(
        "the amended commit keeps its {}: {kept}; the active task {other} is not added. To add it: git agent link HEAD",
        rules.key()
    ));
}

/// Collect what the message should name.
fn facts(
    here: &Surroundings<'_>,
    rules: &Rules,
    message: &Message,
    text: &[u8],
    owners: &Links<'_>,
) -> Result<StampFacts> {
    let repo = here.repo;
    let head = || -> Result<Option<ObjectId>> { Ok(repo.head()?.commit) };
    let mut facts = StampFacts::default();
    let inherit = |facts: &mut StampFacts, commit: ObjectId| -> Result<()> {
        facts.inherited.extend(owners.trailers(rules, commit)?);
        facts.unlinked.extend(owners.unlinked(commit));
        Ok(())
    };
    match &message.sequence {
        Sequence::Replays(None) => {}
        Sequence::Replays(Some(picked)) | Sequence::Resolves(picked) => inherit(&mut facts, *picked)?,
        Sequence::Melts(chain) => {
            for commit in head()?.iter().chain(chain) {
                inherit(&mut facts, *commit)?;
            }
        }
        Sequence::UserCommits | Sequence::UserCommitsInRebase => {
            let amended =
                if message.keeps_head { head()? } else { amended(repo, head()?, &message.command, (here.now)())? };
            if let Some(commit) = amended {
                inherit(&mut facts, commit)?;
                facts.amends = true;
            }
            let in_rebase = message.sequence == Sequence::UserCommitsInRebase;
            if let (true, None) = (in_rebase, amended)
                && let Some(whole) = if_known(Staged::read(repo, head()?).and_then(|staged| staged.part_of()))
            {
                inherit(&mut facts, whole)?;
            } else if amended.is_none() || !in_rebase {
                facts.squashed = squashed(repo, rules, head()?, owners);
                facts.active = active_tasks(repo)?;
                facts.reverted = reverted(repo, rules, text, owners);
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

/// What the ledger says of commits against their messages, read when it is first asked. A ledger that cannot be read keeps no
/// trailer from being carried on.
struct Links<'r> {
    repo: &'r Repo,
    read: OnceCell<Option<Owners>>,
}

impl<'r> Links<'r> {
    fn new(repo: &'r Repo) -> Self {
        Links { repo, read: OnceCell::new() }
    }

    fn owners(&self) -> Option<&Owners> {
        let read = || View::now(self.repo).and_then(|view| Owners::read(&view));
        let or_complain = || read().map_err(|error| complain("links", &format!("skipped, {error}"))).ok();
        self.read.get_or_init(or_complain).as_ref()
    }

    /// Whether the ledger links `commit` to a task, or unlinks it from one.
    fn say_more(&self, commit: ObjectId) -> bool {
        !self.linked(commit).is_empty() || !self.unlinked(commit).is_empty()
    }

    fn linked(&self, commit: ObjectId) -> Vec<TaskId> {
        self.owners().map(|owners| owners.linked(commit).to_vec()).unwrap_or_default()
    }

    fn unlinked(&self, commit: ObjectId) -> Vec<TaskId> {
        self.owners().map(|owners| owners.unlinked(commit).to_vec()).unwrap_or_default()
    }

    /// The task trailers in the final block of `commit` that still count, and one for each task that the ledger links it to.
    fn trailers(&self, rules: &Rules, commit: ObjectId) -> Result<Vec<Trailer>> {
        let unlinked = self.unlinked(commit);
        let counts = |id: &BStr| !unlinked.iter().any(|other| id == other.as_str());
        let mut trailers: Vec<Trailer> = Vec::new();
        for trailer in block::trailers(&Commit::read(self.repo, commit)?.message, &Syntax::default()) {
            if !rules.reads(&trailer.key) || rules.ids(&trailer.value).next().is_none() {
                continue;
            }
            let alone = |id: &BStr| Trailer { key: trailer.key.clone(), value: id.to_owned() };
            if rules.ids(&trailer.value).all(counts) {
                trailers.push(trailer.clone());
            } else {
                trailers.extend(rules.ids(&trailer.value).filter(|id| counts(id)).map(alone));
            }
        }
        for id in self.linked(commit) {
            if !trailers.iter().any(|trailer| rules.ids(&trailer.value).any(|named| named == id.as_str())) {
                trailers.push(Trailer { key: rules.key().to_owned(), value: id.as_str().into() });
            }
        }
        Ok(trailers)
    }

    /// `ids`, which `commit` names, as the ledger corrects them.
    fn corrected(&self, mut ids: Vec<BString>, commit: ObjectId) -> Vec<BString> {
        let unlinked = self.unlinked(commit);
        ids.retain(|id| !unlinked.iter().any(|other| id == other.as_str()));
        add(&mut ids, self.linked(commit));
        ids
    }
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
fn squashed(repo: &Repo, rules: &Rules, head: Option<ObjectId>, owners: &Links<'_>) -> Vec<BString> {
    let text = std::fs::read(repo.git_dir().join("SQUASH_MSG")).unwrap_or_default();
    let mut ids = scan::ids(&text, rules);
    let commits: Vec<ObjectId> = text.lines().filter_map(commit_line).filter(|commit| repo.has(*commit)).collect();
    for commit in &commits {
        add(&mut ids, owners.linked(*commit));
    }
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
fn reverted(repo: &Repo, rules: &Rules, text: &[u8], owners: &Links<'_>) -> Vec<BString> {
    let is_revert = text.starts_with(b"Revert \"") || text.starts_with(b"Reapply \"");
    let hex = is_revert.then(|| text.split_once_str("This reverts commit ")).flatten().map(|(_, rest)| {
        let end = rest.iter().position(|b| !b.is_ascii_hexdigit()).unwrap_or(rest.len());
        &rest[..end]
    });
    let Some(commit) = hex.and_then(|hex| ObjectId::from_hex(hex).ok()) else { return Vec::new() };
    let Ok(read) = Commit::read(repo, commit) else { return Vec::new() };
    owners.corrected(block::ids(&read.message, rules, &Syntax::default()), commit)
}

/// The active tasks, the main one last. A variable that holds no task id is ignored, and said to be.
fn active_tasks(repo: &Repo) -> Result<Vec<TaskId>> {
    let mut tasks = match active::named() {
        Some(Err(error)) => {
            complain("GIT_AGENT_TASK", &format!("ignored, {error}"));
            active::of_worktree(repo)?
        }
        _ => active::read(repo)?,
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
