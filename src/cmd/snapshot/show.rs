//! `git agent snapshot show`.

use bstr::ByteSlice as _;

use super::not_in_it;
use crate::{
    cmd::Ctx,
    error::Result,
    git::{
        EntryKind, Repo,
        changed_paths::{Comparer, Difference},
        objects::trees,
    },
    recovery::snapshot::{self, Snapshot, WorktreeState},
    verbs,
    view::{
        json::{JsonForm as _, ShownJson, SnapshotAnswer},
        relative_time, sanitize,
    },
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Snapshot id, unique prefix, or snap@{N}
    #[arg(value_name = "ID")]
    id: String,
}

pub(super) fn run(ctx: &Ctx, args: &Args) -> Result<()> {
    let snapshot = ctx.call(|caller| {
        caller.put_back_snapshots().unwrap_or_default();
        snapshot::find(caller.repo(), &args.id)
    })?;
    show(ctx, &snapshot)
}

pub(in crate::cmd) fn show(ctx: &Ctx, snapshot: &Snapshot) -> Result<()> {
    let repo = ctx.repo()?;
    let state = snapshot::load(repo, snapshot)?;
    let changes = verbs::snapshot::against_head(repo, snapshot, state.worktree)?;
    let since = since(repo, snapshot, &state)?;
    if ctx.out.is_json() {
        let answer = ShownJson {
            snapshot: snapshot.to_json(),
            changes: changes.to_json(),
            since: since.to_json(),
            unmerged: in_conflict(&state).to_json(),
            skipped: state.skipped.to_json(),
        };
        return ctx.out.json(&SnapshotAnswer::Show(Box::new(answer)));
    }
    ctx.page()?;
    ctx.out.print(&page(ctx, snapshot, &state, &changes, since.as_deref()))?;
    ctx.out.hint(format!("to print a file: git show {}:worktree/<path>", snapshot.ref_name()));
    Ok(())
}

/// The differences between the snapshot and the work tree, if it belongs to this worktree.
fn since(repo: &Repo, snapshot: &Snapshot, state: &WorktreeState) -> Result<Option<Vec<Difference>>> {
    if repo.work_dir().is_none() || snapshot.is_foreign || repo.worktree_name() != snapshot.about.worktree {
        return Ok(None);
    }
    // Trees of now are not in the repository: compare with HEAD's, path by path.
    let captured = snapshot::capture(repo)?;
    let then = Comparer::new(repo).differences(captured.head_tree(), Some(state.worktree))?;
    let mut paths: Vec<&bstr::BStr> =
        then.iter().map(|change| change.path.as_bstr()).chain(captured.changed()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut since = Vec::new();
    for path in paths {
        let old = trees::find(repo, state.worktree, path)?.filter(|old| old.kind != EntryKind::Tree);
        let new = captured.on_disk(path)?;
        if old != new && captured.why_skipped(path).is_none() {
            since.push(Difference { path: path.to_owned(), old, new });
        }
    }
    Ok(Some(since))
}

fn in_conflict(state: &WorktreeState) -> Vec<&bstr::BStr> {
    let mut paths: Vec<_> = state.unmerged.iter().map(|conflict| conflict.path.as_bstr()).collect();
    paths.dedup();
    paths
}

fn page(
    ctx: &Ctx,
    snapshot: &Snapshot,
    state: &WorktreeState,
    changes: &[Difference],
    since: Option<&[Difference]>,
) -> String {
    let about = &snapshot.about;
    let mut text = format!("snapshot {}\n", snapshot.id);
    let mut field = |name: &str, value: &str| text.push_str(&format!("{name:<9} {}\n", sanitize::line(value)));
    if !about.message.is_empty() {
        field("Message", &about.message);
    }
    field("Taken", &format!("{} ({}) by {}", relative_time::ago(ctx.now(), about.at), about.at, about.by));
    field("Kind", about.kind.as_str());
    let branch = about.head.branch_name().unwrap_or_else(|| "detached".to_owned());
    let commit = about.head.commit.map_or_else(|| "no commit yet".to_owned(), |commit| commit.to_string());
    field("HEAD", &format!("{branch}, {commit}"));
    if about.worktree != "main" {
        field("Worktree", &about.worktree);
    }
    if let Some(session) = &about.session {
        field("Session", &session.to_string());
    }
    if !about.tasks.is_empty() {
        field("Tasks", &about.tasks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }
    field("Ref", &snapshot.ref_name());
    if snapshot.is_foreign {
        field("Origin", "not made in this repository; its metadata may be wrong");
    }
    let mut list = |title: &str, none: &str, lines: Vec<String>| {
        if lines.is_empty() {
            text.push_str(&format!("\n{none}\n"));
        } else {
            text.push_str(&format!("\n{title}\n{}\n", lines.join("\n")));
        }
    };
    let lines = |changes: &[Difference]| {
        let line = |change: &Difference| format!("  {} {}", change.status(), sanitize::bytes(change.path.as_bstr()));
        changes.iter().map(line).collect::<Vec<_>>()
    };
    list("Changes since its HEAD:", "No changes since its HEAD.", lines(changes));
    let conflicts = in_conflict(state);
    if !conflicts.is_empty() {
        let lines = conflicts.into_iter().map(|path| format!("  {}", sanitize::bytes(path))).collect();
        list("In conflict in the index:", "", lines);
    }
    if let Some(since) = since {
        list("Differences from the current work tree:", "The work tree matches the snapshot.", lines(since));
    }
    if !state.skipped.is_empty() {
        text.push_str(&format!("\n{}", not_in_it(&state.skipped)));
    }
    text
}
