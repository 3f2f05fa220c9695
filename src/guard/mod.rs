//! Before a command that destroys: is there something to lose, and is it safe in a snapshot?
//!
//! ```text
//! line ── core::guard ──► risks ── place ──► risks here ── what the settings say ──► refused
//!                           │                   │
//!                      none: safe          none: allowed                     ──► snapshot ──► captured
//! ```
//!
//! Nothing is opened before there is a risk. A command that only changes something is never stopped, also when no snapshot
//! can be taken; one that throws work away is, because nobody would get it back.

mod desk;
mod place;

use std::{path::Path, rc::Rc};

use bstr::{BString, ByteSlice as _};

use crate::{
    core::{
        guard::{self, Level, Loss, Mode, Risk, Target, Where},
        id::TaskId,
        time::Timestamp,
    },
    error::{Error, Result},
    git::{ObjectId, Repo, parameters},
    recovery::snapshot::{self, Kind, Request, Taken},
};
use desk::{Desk, cannot_open};
use place::{Grounds, Relation};

/// How many commits a snapshot keeps alive.
const MOST_COMMITS: usize = 500;

/// What is going to run.
#[derive(Clone, Copy, Debug)]
pub enum Line<'l> {
    /// A line for a shell.
    Shell(&'l [u8]),
    /// A program and its arguments.
    Words(&'l [BString]),
}

/// Who asks, and when; asked only when a snapshot is taken.
pub struct Who<'w> {
    /// The clock.
    pub now: &'w dyn Fn() -> Timestamp,
    /// The actor.
    pub by: &'w dyn Fn() -> Result<String>,
    /// The active tasks of a worktree.
    pub tasks: &'w dyn Fn(&Repo) -> Vec<TaskId>,
}

/// What the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing in the line destroys anything.
    Safe,
    /// Something does, and what there was to lose is in a snapshot now.
    Captured,
    /// It must not run.
    Refused,
    /// Something does, but there is nothing to lose, or all of it is in a snapshot already.
    Allowed,
}

/// A snapshot of one worktree.
pub struct Saved {
    /// The worktree.
    pub repo: Rc<Repo>,
    /// The snapshot.
    pub taken: Taken,
    /// It keeps commits alive that are at risk.
    pub holds_commits: bool,
}

/// The answer.
pub struct Answer {
    /// In a word.
    pub verdict: Verdict,
    /// What the line may destroy here.
    pub risks: Vec<Risk>,
    /// The snapshots that hold it, the one of the worktree that we are in first.
    pub saved: Vec<Saved>,
    /// Why it is refused.
    pub refusal: Option<Error>,
    /// What is not in a snapshot, and other things that somebody should know.
    pub warnings: Vec<String>,
}

/// A repository with something to lose.
struct Stake {
    repo: Rc<Repo>,
    risks: Vec<Risk>,
}

/// Judge `line`, and save what it may destroy.
///
/// # Errors
///
/// None that should stop the line: what must not run is an answer.
pub fn check(line: Line<'_>, who: &Who<'_>) -> Answer {
    let desk = Desk::default();
    let risks = match line {
        Line::Shell(text) => guard::judge(text, &desk),
        Line::Words(words) => guard::judge_words(words, &desk),
    };
    let mut answer =
        Answer { verdict: Verdict::Safe, risks: Vec::new(), saved: Vec::new(), refusal: None, warnings: Vec::new() };
    if risks.is_empty() {
        return answer;
    }
    if is_switched_off() {
        return Answer { verdict: Verdict::Allowed, risks, ..answer };
    }
    let mut stakes: Vec<Stake> = Vec::new();
    for risk in risks {
        match find(&desk, &risk) {
            // No repository: git will say so itself.
            Ok(None) => answer.risks.extend(Some(risk).filter(|risk| risk.targets.is_none())),
            Ok(Some((repo, level))) => {
                let risk = Risk { level, ..risk };
                let risk = if level == Level::Fatal { fatal(risk) } else { risk };
                answer.risks.push(risk.clone());
                match stakes.iter_mut().find(|stake| Rc::ptr_eq(&stake.repo, &repo)) {
                    Some(stake) => stake.risks.push(risk),
                    None => stakes.push(Stake { repo, risks: vec![risk] }),
                }
            }
            Err(error) => {
                give_way(&mut answer, &risk, error);
                answer.risks.push(risk);
            }
        }
    }
    if answer.risks.is_empty() {
        return answer;
    }
    answer.verdict = Verdict::Allowed;
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
        match save(stake, who) {
            Ok(None) => {}
            Ok(Some((taken, holds_commits))) => {
                if taken.created {
                    answer.verdict = Verdict::Captured;
                }
                answer.warnings.extend(missing(stake, &taken));
                answer.saved.push(Saved { repo: Rc::clone(&stake.repo), taken, holds_commits });
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
        answer.verdict = Verdict::Refused;
    }
    answer
}

/// `git -c agent.guard=off agent guard …`, which counts also where no repository can be opened.
fn is_switched_off() -> bool {
    let given = parameters::of_this_process();
    let last = given.iter().rfind(|(key, _)| key.eq_ignore_ascii_case(b"agent.guard"));
    last.is_some_and(|(_, word)| Mode::parse(&word.to_str_lossy()) == Some(Mode::Off))
}

/// The repository that `risk` is one for, and how bad it is there.
fn find(desk: &Desk, risk: &Risk) -> Result<Option<(Rc<Repo>, Level)>> {
    let own = Desk::path(&risk.dir);
    let Some(targets) = &risk.targets else {
        let Some(repo) = desk.repo(&own)? else { return Ok(None) };
        let is_off = repo.settings().guard() == Mode::Off;
        if risk.place == Where::Elsewhere && risk.losses != [Loss::Remote] && !is_off {
            let message = "it works on a repository that '--git-dir', '--work-tree' or a variable names";
            return Err(Error::refused("cannot-capture", message)
                .hint("go there, or name the directory with 'git -C <directory>', so that it can be saved first"));
        }
        return Ok(Some((repo, risk.level)));
    };
    let from = std::env::current_dir().unwrap_or_else(|_| ".".into());
    let mut repos = Vec::new();
    for dir in [own.as_path(), Path::new(".")] {
        match desk.repo(dir) {
            Ok(repo) => repos.extend(repo),
            Err(error) if touches_nothing(dir, &from, targets) => drop(error),
            Err(error) => return Err(error),
        }
    }
    for repo in repos {
        let grounds = Grounds::of(&repo);
        let relations: Vec<Relation> = targets.iter().map(|target| grounds.relation(&from, target)).collect();
        let takes_all = |target: &Target| risk.level == Level::Destroys || matches!(target, Target::Whole(_));
        if targets.iter().zip(&relations).any(|(target, relation)| *relation == Relation::Holds && takes_all(target)) {
            return Ok(Some((repo, Level::Fatal)));
        }
        if relations.iter().any(|relation| *relation != Relation::None) {
            return Ok(Some((repo, risk.level)));
        }
    }
    Ok(None)
}

/// Whether a repository that cannot be opened has nothing to do with `targets`.
fn touches_nothing(dir: &Path, from: &Path, targets: &[Target]) -> bool {
    let grounds = Grounds::around(dir);
    grounds.is_some_and(|grounds| targets.iter().all(|target| grounds.relation(from, target) == Relation::None))
}

fn fatal(risk: Risk) -> Risk {
    Risk { losses: vec![Loss::Repository], why: "takes the repository with it, and every snapshot in it", ..risk }
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
            let refusal = Error::refused("cannot-capture", message).hints(refusal.hint_lines().to_vec());
            answer.refusal = Some(refusal.hint("whoever wants no guard here switches it off with 'agent.guard'"));
        }
        Level::Destroys | Level::Fatal => {}
    }
}

/// What the settings of the repository say to its risks.
fn judge(stake: &Stake) -> Result<()> {
    let mode = stake.repo.settings().guard();
    if mode == Mode::Off {
        return Ok(());
    }
    let worst = stake.risks.iter().find(|risk| risk.level == Level::Fatal);
    if let Some(risk) = worst {
        let message = format!("refused '{}': it {}; nothing would bring it back", short(&risk.command), risk.why);
        return Err(Error::refused("repository-at-risk", message).hint("name the files in the work tree instead"));
    }
    let Some(risk) = stake.risks.iter().find(|risk| risk.level == Level::Destroys) else { return Ok(()) };
    if mode == Mode::Refuse && !(stake.risks.iter().all(is_about_changes) && is_clean(&stake.repo)) {
        let message = format!("refused '{}': it {} (agent.guard=refuse)", short(&risk.command), risk.why);
        return Err(Error::refused("guard-refused", message).hint(
            "commit first ('git agent checkpoint'), or save what is there ('git agent snapshot') and ask a person",
        ));
    }
    Ok(())
}

/// Whether a clean work tree has nothing to lose.
fn is_about_changes(risk: &Risk) -> bool {
    risk.targets.is_none() && risk.losses.iter().all(|loss| matches!(loss, Loss::Uncommitted | Loss::Untracked))
}

/// Whether everything is committed that a snapshot would hold; no, if that cannot be told.
fn is_clean(repo: &Repo) -> bool {
    repo.work_dir().is_none()
        || snapshot::capture(repo).is_ok_and(|captured| captured.is_all_committed().unwrap_or(false))
}

/// Take a snapshot, if there is something to lose that the last one does not hold.
fn save(stake: &Stake, who: &Who<'_>) -> Result<Option<(Taken, bool)>> {
    let repo = &*stake.repo;
    let is_off = repo.settings().guard() == Mode::Off || repo.work_dir().is_none();
    let risks: Vec<&Risk> = stake.risks.iter().filter(|risk| risk.losses != [Loss::Remote]).collect();
    let Some(first) = risks.first().filter(|_| !is_off) else { return Ok(None) };
    let beyond_files = [Loss::History, Loss::Stash, Loss::Unknown];
    let history = risks.iter().any(|risk| risk.losses.iter().any(|loss| beyond_files.contains(loss)));
    let ignored = ignored_files(repo, &risks)?;
    let mut captured = snapshot::capture(repo)?;
    if !history && ignored.is_empty() && captured.is_all_committed()? {
        return Ok(None);
    }
    let request = Request {
        kind: Kind::Guard,
        message: format!("before '{}'", short(&first.command)),
        at: (who.now)(),
        by: (who.by)()?,
        tasks: (who.tasks)(repo),
    };
    captured.touch(&ignored)?;
    let commits = lost_commits(repo, &risks)?;
    let holds_commits = !commits.is_empty();
    captured.hold(commits);
    Ok(Some((snapshot::take_captured(captured, &request)?, holds_commits)))
}

/// The ignored files that the line names one by one: no snapshot would hold them otherwise.
fn ignored_files(repo: &Repo, risks: &[&Risk]) -> Result<Vec<BString>> {
    let from = std::env::current_dir().unwrap_or_else(|_| ".".into());
    let grounds = Grounds::of(repo);
    let limit = repo.settings().max_file_size();
    let targets = risks.iter().flat_map(|risk| risk.targets.iter().flatten());
    let is_small_file = |target: &Target| {
        let (Target::At(path) | Target::Existing(path)) = target else { return false };
        let meta = from.join(&*path.to_os_str_lossy()).symlink_metadata();
        meta.is_ok_and(|meta| !meta.is_dir() && meta.len() <= limit)
    };
    let files: Vec<BString> = targets
        .filter(|target| is_small_file(target))
        .filter_map(|target| grounds.in_work_tree(&from, target))
        .collect();
    if files.is_empty() {
        return Ok(files);
    }
    let asked = files.iter().map(|file| [file.as_slice(), b"\0"].concat()).collect::<Vec<_>>().concat();
    // Exit code 1: none of them.
    let output = repo.git().args(["check-ignore", "-z", "--stdin"]).stdin(asked).output()?;
    let mut ignored: Vec<BString> =
        output.stdout.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect();
    ignored.sort();
    ignored.dedup();
    Ok(ignored)
}

/// Commits that nothing may lead to afterwards: stashes, branches, what only reflogs have. HEAD is in every snapshot.
fn lost_commits(repo: &Repo, risks: &[&Risk]) -> Result<Vec<ObjectId>> {
    let loses = |loss: Loss| risks.iter().any(|risk| risk.losses.contains(&loss));
    let destroys_history =
        risks.iter().any(|risk| risk.level == Level::Destroys && risk.losses.contains(&Loss::History));
    let mut questions: Vec<Vec<String>> = Vec::new();
    let mut ask = |words: &[&str]| questions.push(words.iter().map(|word| (*word).to_owned()).collect());
    let most = format!("--max-count={MOST_COMMITS}");
    if loses(Loss::Stash) {
        ask(&["rev-list", "-g", &most, "refs/stash", "--"]);
    }
    if destroys_history {
        let count = format!("--count={MOST_COMMITS}");
        ask(&["for-each-ref", "--format=%(objectname)", "--no-merged=HEAD", &count, "refs/heads", "refs/tags"]);
        ask(&["rev-list", "--reflog", &most, "--not", "--all", "--"]);
    }
    let mut commits = Vec::new();
    for question in questions {
        // No stash, no commit yet: nothing to lose.
        let output = repo.git().args(question).output()?;
        commits.extend(output.stdout.lines().filter_map(|line| ObjectId::from_hex(line).ok()));
    }
    commits
        .retain(|commit| repo.gix().find_header(*commit).is_ok_and(|header| header.kind() == gix::objs::Kind::Commit));
    commits.truncate(MOST_COMMITS);
    Ok(commits)
}

/// What the snapshot does not bring back.
fn missing(stake: &Stake, taken: &Taken) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut about = |loss: Loss, words: &str| {
        if let Some(risk) = stake.risks.iter().find(|risk| risk.level == Level::Destroys && risk.losses.contains(&loss))
        {
            warnings.push(format!("'{}' {}, and {words}", short(&risk.command), risk.why));
        }
    };
    about(Loss::Ignored, "the snapshot does not hold ignored files");
    let skipped = &taken.moment.skipped;
    if let Some(first) = skipped.first() {
        let more = match skipped.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let path = first.path.to_str_lossy();
        warnings.push(format!("not in the snapshot: '{path}', {}{more}", first.why.reason()));
    }
    warnings
}

/// A command in one line.
pub fn short(command: &BString) -> String {
    const LENGTH: usize = 72;
    let text = command.to_str_lossy().replace(|c: char| c.is_control() && c != '\n', " ");
    let line = text.lines().next().unwrap_or_default();
    match line.chars().count() > LENGTH || line.len() < text.len() {
        true => format!("{}…", line.chars().take(LENGTH).collect::<String>()),
        false => line.to_owned(),
    }
}
