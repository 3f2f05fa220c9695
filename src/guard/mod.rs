//! Before a command that destroys: is there something to lose, and is it safe in a snapshot?
//!
//! ```text
//! line ── shell ──► risks ── paths ──► risks here ── what the settings say ──► refused
//!                           │                   │
//!                      none: safe          none: allowed                     ──► snapshot ──► captured
//! ```
//!
//! Nothing is opened before there is a risk. A command that only changes something is never stopped, also when no snapshot
//! can be taken; one that discards work is, because it could not be restored.

mod bundle;
mod environment;
mod find;
mod history;
mod nested;
mod overwritten;
mod paths;
mod save;
mod spared;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    rc::Rc,
};

use bstr::{BString, ByteSlice as _};

use crate::{
    domain::{id::TaskId, named::named, time::Timestamp},
    error::{Advice, Error, Hint, Result, codes},
    git::{Repo, config_parameters},
    guard::environment::{Environment, cannot_open, real},
    recovery::snapshot::{self, Taken},
    shell::{self, GuardMode, Level, Loss, Risk},
};
use save::Held;

/// The command to check.
#[derive(Clone, Copy, Debug)]
pub enum GuardedLine<'l> {
    /// A line of shell.
    Shell(&'l [u8]),
    /// A program and its arguments.
    Words(&'l [BString]),
}

/// Who asks, and when; asked only when a snapshot is taken.
pub struct Who<'w> {
    /// Returns the current time.
    pub now: &'w dyn Fn() -> Timestamp,
    /// Returns the actor for snapshots.
    pub by: &'w dyn Fn() -> Result<String>,
    /// The active tasks of a worktree.
    pub tasks: &'w dyn Fn(&Repo) -> Vec<TaskId>,
}

named! {
    /// The decision about a line.
    #[derive(Default)]
    pub enum GuardVerdict {
        /// Nothing in the line destroys anything.
        #[default]
        Safe = "safe",
        /// Something does, and what there was to lose is in a snapshot now.
        Captured = "captured",
        /// The line must not run.
        Refused = "refused",
        /// Something does, but there is nothing to lose, or all of it is in a snapshot already.
        Allowed = "allowed",
    }
}

/// A snapshot of one worktree.
pub struct Saved {
    /// The repository of the worktree.
    pub repo: Rc<Repo>,
    /// The snapshot, new or existing.
    pub taken: Taken,
    /// It keeps commits alive that are at risk.
    pub holds_commits: bool,
    /// The worktree is gone afterwards.
    pub is_taken_away: bool,
}

/// The result of checking a line.
#[derive(Default)]
pub struct Answer {
    /// The decision.
    pub verdict: GuardVerdict,
    /// What the line may destroy here.
    pub risks: Vec<Risk>,
    /// The snapshots that hold it, the one of the worktree that we are in first.
    pub saved: Vec<Saved>,
    /// Bundles of all refs, where those that hold snapshots may be rewritten or deleted.
    pub bundles: Vec<PathBuf>,
    /// Why the line is refused.
    pub refusal: Option<Error>,
    /// What is not in a snapshot, and other warnings.
    pub warnings: Vec<String>,
}

/// A repository with something to lose.
struct Stake {
    repo: Rc<Repo>,
    risks: Vec<Risk>,
    /// What its settings say, or those of the repository that it is in.
    mode: GuardMode,
    /// Files in the places of others that the line writes.
    overwritten: BTreeSet<BString>,
}

impl Stake {
    /// Whether its work tree goes as a whole.
    fn is_taken_away(&self) -> bool {
        let is_linked = self.repo.git_dir() != self.repo.common_dir();
        is_linked && self.risks.iter().any(|risk| risk.losses.contains(&Loss::Worktree) && risk.targets.is_some())
    }
}

/// Judge `line`, and save what it may destroy.
///
/// # Errors
///
/// None that should stop the line: what must not run is an answer.
pub fn check(line: GuardedLine<'_>, who: &Who<'_>) -> Answer {
    let environment = Environment::default();
    let risks = match line {
        GuardedLine::Shell(text) => shell::judge(text, &environment),
        GuardedLine::Words(words) => shell::judge_words(words, &environment),
    };
    let mut answer = Answer::default();
    if risks.is_empty() {
        return answer;
    }
    if is_switched_off() {
        return Answer { verdict: GuardVerdict::Allowed, risks, ..answer };
    }
    let mut stakes: Vec<Stake> = Vec::new();
    for risk in risks {
        if let Err(error) = add(&environment, &risk, &mut stakes, &mut answer) {
            give_way(&mut answer, &risk, error);
            answer.risks.push(risk);
        }
    }
    if answer.risks.is_empty() {
        return answer;
    }
    answer.verdict = GuardVerdict::Allowed;
    for stake in &stakes {
        if answer.refusal.is_none()
            && let Err(refusal) = judge(stake)
        {
            answer.refusal = Some(refusal);
        }
    }
    // A refusal changes nothing.
    let stakes = if answer.refusal.is_some() { Vec::new() } else { stakes };
    for stake in &stakes {
        let saved = save::save(stake, who).and_then(|held| Ok((held, bundle::make_if_needed(stake)?)));
        match saved {
            Ok((held, bundle)) => {
                if bundle.is_some() || held.as_ref().is_some_and(|held| held.taken.created) {
                    answer.verdict = GuardVerdict::Captured;
                }
                answer.bundles.extend(bundle);
                if let Some(held) = held {
                    answer.warnings.extend(save::missing(stake, &held));
                    let (repo, is_taken_away) = (Rc::clone(&stake.repo), stake.is_taken_away());
                    let Held { taken, holds_commits, .. } = held;
                    answer.saved.push(Saved { repo, taken, holds_commits, is_taken_away });
                }
            }
            Err(error) => {
                let worst = stake.risks.iter().max_by_key(|risk| risk.level);
                if let Some(worst) = worst {
                    give_way(&mut answer, worst, error);
                }
            }
        }
    }
    if answer.refusal.is_some() {
        answer.verdict = GuardVerdict::Refused;
    }
    answer
}

/// Find out what is at stake with `risk`; nothing at all is not a risk.
fn add(environment: &Environment, risk: &Risk, stakes: &mut Vec<Stake>, answer: &mut Answer) -> Result<()> {
    let is_only_overwriting = |risk: &Risk| risk.losses == [Loss::Overwritten];
    let Some(found) = find::find(environment, risk)? else {
        // No repository: git will say so itself.
        answer.risks.extend(Some(risk.clone()).filter(|risk| risk.targets.is_none() && !is_only_overwriting(risk)));
        return Ok(());
    };
    answer.warnings.extend(found.remarks.iter().map(|remark| format!("'{}': {remark}", short(&risk.command))));
    let mut shown = None;
    for (repo, risk) in found.stakes {
        let overwritten = overwritten::files(&repo, &risk)?;
        if is_only_overwriting(&risk) && overwritten.is_empty() {
            continue;
        }
        shown = shown.or_else(|| Some(risk.clone()));
        if let Some(stake) = stakes.iter_mut().find(|stake| Rc::ptr_eq(&stake.repo, &repo)) {
            stake.risks.push(risk);
            stake.overwritten.extend(overwritten);
            continue;
        }
        // Repositories inside this one are checked with its settings.
        let here = environment.repo(Path::new(".")).ok().flatten().filter(|here| is_inside(&repo, here));
        let mode = here.as_ref().unwrap_or(&repo).settings().guard();
        stakes.push(Stake { repo, risks: vec![risk], mode, overwritten });
    }
    answer.risks.extend(shown.or_else(|| (!found.remarks.is_empty()).then(|| risk.clone())));
    Ok(())
}

fn is_inside(inner: &Repo, outer: &Repo) -> bool {
    let tops = inner.work_dir().map(real).zip(outer.work_dir().map(real));
    tops.is_some_and(|(inner, outer)| inner.starts_with(outer))
}

/// `git -c agent.guard=off agent guard …`, which counts also where no repository can be opened.
fn is_switched_off() -> bool {
    let given = config_parameters::of_this_process();
    let last = given.iter().rfind(|(key, _)| key.eq_ignore_ascii_case(b"agent.guard"));
    last.is_some_and(|(_, word)| GuardMode::parse(&word.to_str_lossy()) == Some(GuardMode::Off))
}

/// Go on without a snapshot, or not.
fn give_way(answer: &mut Answer, risk: &Risk, error: Error) {
    match risk.level {
        Level::Changes => {
            answer.warnings.push(format!("no snapshot was taken before '{}': {error}", short(&risk.command)));
        }
        Level::Destroys | Level::Fatal if answer.refusal.is_none() => {
            let refusal = cannot_open(error);
            let message = format!("refused '{}', which {}: {refusal}", short(&risk.command), risk.why);
            let refusal = Error::new(codes::CANNOT_CAPTURE, message).hints(refusal.hint_list().to_vec());
            answer.refusal = Some(refusal.hint("to disable the guard: git config agent.guard off"));
        }
        Level::Destroys | Level::Fatal => {}
    }
}

/// What the settings of the repository say to its risks.
fn judge(stake: &Stake) -> Result<()> {
    let mode = stake.mode;
    if mode == GuardMode::Off {
        return Ok(());
    }
    let worst = stake.risks.iter().find(|risk| risk.level == Level::Fatal);
    if let Some(risk) = worst {
        let message = format!("refused '{}': it {}; this cannot be undone", short(&risk.command), risk.why);
        let hint = if risk.losses.contains(&Loss::Snapshots) {
            Hint::from(Advice::DropSnapshots)
        } else {
            "name the files in the work tree instead".into()
        };
        return Err(Error::new(codes::REPOSITORY_AT_RISK, message).hint(hint));
    }
    let Some(risk) = stake.risks.iter().find(|risk| risk.level == Level::Destroys) else { return Ok(()) };
    if mode == GuardMode::Refuse && !spared::is_harmless(stake) {
        let message = format!("refused '{}': it {} (agent.guard=refuse)", short(&risk.command), risk.why);
        return Err(Error::new(codes::GUARD_REFUSED, message).hint(Advice::CheckpointOrSnapshot));
    }
    Ok(())
}

/// Whether a clean work tree has nothing to lose.
fn is_about_changes(risk: &Risk) -> bool {
    risk.targets.is_none() && risk.losses.iter().all(|loss| matches!(loss, Loss::Uncommitted | Loss::Untracked))
}

/// Whether everything is committed that a snapshot would hold; no, if that cannot be determined.
fn is_clean(repo: &Repo) -> bool {
    repo.work_dir().is_none()
        || snapshot::capture(repo).is_ok_and(|captured| captured.is_all_committed().unwrap_or(false))
}

/// Whether `dir` is in the worktree of `repo`, and in no repository inside of it.
pub fn is_in_worktree(repo: &Repo, dir: &Path) -> bool {
    Repo::discover(dir).is_ok_and(|other| real(other.git_dir()) == real(repo.git_dir()))
}

/// `command` on one line, truncated.
pub fn short(command: &BString) -> String {
    const LENGTH: usize = 72;
    let text = command.to_str_lossy().replace(|c: char| c.is_control() && c != '\n', " ");
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > LENGTH || line.len() < text.len() {
        format!("{}…", line.chars().take(LENGTH).collect::<String>())
    } else {
        line.to_owned()
    }
}
