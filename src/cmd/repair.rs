//! `git agent repair`: restore lost links between commits and tasks.

use super::Ctx;
use crate::{
    domain::repair::Evidence,
    error::Result,
    git::ObjectId,
    query::repair::{Found, RepairRemark, Unknown, UnlinkedReason},
    verbs::repair::{self, commit, range, repair},
    view::{
        NAMED, first_lines, hint,
        json::RepairAnswer,
        oid,
        sanitize::{self, plural},
    },
};

/// Link commits to their tasks if they lost the Task-Id trailer, such as in squash and rebase merges
///
/// Commits are not changed: the link is recorded as an event of the task. Notes on commits (git log --notes=agent) are
/// rewritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examines the commits of HEAD since the ledger was created, or those of --range, that name no task. A commit belongs to \
a task if it was made here while the task was active (reflog); if a commit of the task anywhere in the repository made \
the same change to the same tree (tree) or has the same patch (patch); or if a branch of such commits has the same \
patch as a whole (squash), as after a squash merge. Contradictory matches are reported; nothing is guessed.

On a forge, after a merge:  git agent repair --range \"$BEFORE..$AFTER\" --squash-of \"$PR_HEAD\" && git agent sync")]
pub struct Args {
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Examine these commits, as in 'git log'; may name checkpoints: t-1@1..t-1@last
    #[arg(long, value_name = "A..B")]
    range: Option<String>,
    /// Tip of the branch that a forge squashed into the range
    #[arg(long, value_name = "REV", requires = "range")]
    squash_of: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let range = args.range.as_deref().map(|word| ctx.call(|caller| range(caller, word))).transpose()?;
    let squash_of = args.squash_of.as_deref().map(|word| ctx.call(|caller| commit(caller, word))).transpose()?;
    let request = repair::Request { range, squash_of, dry_run: args.dry_run };
    let found = ctx.call(|caller| repair(caller, &request))?;
    for remark in &found.remarks {
        ctx.out.warn(remark_words(remark));
    }
    if ctx.out.is_json() {
        ctx.out.json(&RepairAnswer::new(&found, args.dry_run))?;
    } else if !ctx.out.is_quiet() {
        ctx.out.print(&page(&found, args.dry_run))?;
    }
    Ok(())
}

fn remark_words(remark: &RepairRemark) -> String {
    match remark {
        RepairRemark::FollowUp(after) => {
            format!("{}; if part of the task: {}", hint::follow_up(after), hint::link_command(after))
        }
        RepairRemark::BranchInRange(tip) => {
            format!("{} itself is in that history: its commits are part of it, with their trailers", oid(tip))
        }
        RepairRemark::NoTasks(tip) => format!("no commit of the branch at {} names a task", oid(tip)),
        RepairRemark::ContentDiffers { commit, tip } => format!(
            "{} does not have the content of the branch at {}; it is linked because you asked for it",
            oid(commit),
            oid(tip)
        ),
        RepairRemark::NotInLedger(tasks) => {
            format!("{} is not in this ledger: 'git agent sync' fetches the tasks of other clones", tasks.join(", "))
        }
    }
}

fn page(found: &Found, dry_run: bool) -> String {
    let verb = if dry_run { "Would link" } else { "Linked" };
    let mut page = String::new();
    let mut line = |text: &str| page.push_str(&format!("{}\n", sanitize::line(text)));
    for link in &found.links {
        let commit = oid(link.commit);
        let source = link.source.map(|source| format!(" as {}", oid(source))).unwrap_or_default();
        line(&format!("{verb} {commit} to {}: {} (by {}{source})", link.task, link.subject, link.by));
    }
    for link in &found.unlinks {
        let (verb, commit) = (if dry_run { "Would unlink" } else { "Unlinked" }, oid(link.commit));
        let source = link.source.map(|source| format!(", as {} was", oid(source))).unwrap_or_default();
        line(&format!("{verb} {commit} from {}: {}{source}", link.task, link.subject));
    }
    match (found.links.is_empty() && found.unlinks.is_empty(), found.unknown.len()) {
        (true, 0) => line("Nothing to repair: every commit examined names a task or is linked to one."),
        (true, count) => {
            line(&format!("Nothing to repair: no task could be found for {}.", plural(count, "commit")));
        }
        (false, 0) => {}
        (false, count) => line(&format!("No task could be found for {}.", plural(count, "more commit"))),
    }
    // Those that come from people who work without tasks are many; those that need a decision come first.
    let (decide, rest): (Vec<&Unknown>, Vec<&Unknown>) =
        found.unknown.iter().rev().partition(|one| !one.candidates.is_empty());
    let shown: Vec<&Unknown> = decide.into_iter().chain(rest).collect();
    let said =
        |one: &&Unknown| sanitize::line(&format!("{} {}{}", oid(one.commit), one.subject, why(one))).into_owned();
    page + &first_lines(shown.iter().map(said), NAMED, " (--json has all)")
}

fn why(one: &Unknown) -> String {
    let candidate =
        |evidence: &Evidence<ObjectId>| format!("{} names {}", oid(evidence.source), evidence.tasks.join(", "));
    let said = one.candidates.iter().map(candidate).collect::<Vec<_>>().join("; ");
    match one.why {
        UnlinkedReason::NoSource => String::new(),
        UnlinkedReason::Ambiguous if said.is_empty() => " (ambiguous)".to_owned(),
        UnlinkedReason::Ambiguous => format!(" (ambiguous: {said})"),
        UnlinkedReason::SameHistory => format!(" (the same change again: {said})"),
        UnlinkedReason::NotInLedger => format!(" (not in this ledger: {said})"),
        UnlinkedReason::Empty => " (it is empty)".to_owned(),
        UnlinkedReason::CutOff => " (at the boundary of this shallow clone)".to_owned(),
    }
}
