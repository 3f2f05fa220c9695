//! `git agent show <task>@<checkpoint>`: the commit, as git shows it.

use bstr::ByteSlice as _;

use crate::{
    cmd::{context::Ctx, task_change},
    domain::{message::subject, revision::Which, task::Task},
    error::{Error, Result, codes, exit},
    git::{
        ObjectId, changed_paths,
        relay,
    },
    query::revision::{self, Point, Rule},
    recovery::checkpoint,
    store::ledger::View,
    view::json::{PathJson, PointJson, ShowAnswer, VerificationJson},
};

/// Show the checkpoint `which` of `task` on the present history.
pub(super) fn show(ctx: &Ctx, view: &View<'_>, task: &Task, which: Which) -> Result<u8> {
    let repo = view.repo();
    let point = match repo.head()?.commit {
        Some(head) => revision::find(view, task, which, head, ctx.now())?,
        None => {
            let why = format!("there is no {}@{which}: the present branch has no commit yet", task.id);
            return Err(Error::new(codes::NO_SUCH_CHECKPOINT, why).hint("'git agent checkpoint' makes the first one"));
        }
    };
    ctx.warn_if_cut(point.cut)?;
    if ctx.out.is_json() {
        let answer = ShowAnswer::new(task_change::task_json(ctx, task)?, Some(describe(view, task, &point)?), None);
        ctx.out.json(&answer)?;
        return Ok(exit::OK);
    }
    let Some(commit) = point.commit else {
        ctx.out.print(&format!("{}@{which} is the state before the first commit: there was nothing.\n", task.id))?;
        return Ok(exit::OK);
    };
    let color = ctx.color();
    match ctx.relay(relay::show(color, &[commit.to_string()]))? {
        // Nobody has to read to the end.
        Some(0) | None => Ok(exit::OK),
        Some(code) => Err(Error::new(codes::GIT_FAILED, format!("'git show {commit}' ended with exit code {code}"))),
    }
}

/// The checkpoint in words for programs.
fn describe(view: &View<'_>, task: &Task, point: &Point) -> Result<PointJson> {
    let repo = view.repo();
    let (tree, subject, paths) = match point.commit {
        Some(id) => {
            let (tree, text) = checkpoint::read(repo, id)?;
            (tree, Some(subject(&text).to_string()), changed_paths::of_commit(repo, id)?)
        }
        None => (ObjectId::empty_tree(repo.gix().object_hash()), None, Vec::new()),
    };
    let verification = task.verification_of(&tree.to_string());
    Ok(PointJson {
        number: point.number,
        commit: point.commit.map(|commit| commit.to_string()),
        tree: tree.to_string(),
        subject,
        paths: paths.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
        verification: verification.map(|verification| VerificationJson::new(view, verification)),
        rule: point.rule.map(Rule::as_str),
    })
}
