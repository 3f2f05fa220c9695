//! `git agent show`: one task with its whole story, or one of its checkpoints.

use super::{Ctx, snapshot};
use crate::{
    error::{Error, Result, codes, exit},
    git::relay,
    verbs::show::{Shown, ShownCheckpoint, Story, show},
    view::{
        self,
        json::{ShowAnswer, TasksAnswer},
    },
};

/// Show a task (with its attempts, decisions, verifications and blockers), a checkpoint, or a snapshot
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A checkpoint is shown as 'git show' does: <task>@2 is the second commit of the task on this history, @last the newest, \
@green the newest with a passed verification, @start the commit that the task was started from. Other arguments are \
passed to 'git show' as revisions, which may contain checkpoints: <task>@2^, <task>@2:path/to/file.

A snapshot, named by its id or a unique prefix of it ('git agent log --snapshots'), is compared with the HEAD it was \
taken on and with the current work tree. <snapshot>:path/to/file is a file in it.")]
pub struct Args {
    /// Tasks, checkpoints, snapshots or revisions (default: the active task)
    #[arg(value_name = "TASK[@CHECKPOINT]|SNAPSHOT|REVISION")]
    words: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    match args.words.as_slice() {
        [] => one(ctx, None),
        [word] => one(ctx, Some(word)),
        words if ctx.out.is_json() => {
            let view = ctx.view()?;
            let tasks = words.iter().map(|word| ctx.task(&view, Some(word))).collect::<Result<Vec<_>>>()?;
            ctx.out.json(&ctx.call(|caller| TasksAnswer::now(caller, tasks.iter()))?)?;
            Ok(exit::OK)
        }
        words => {
            // All or none: what one of them is not is said before the others are shown.
            for word in words {
                ctx.call(|caller| show(caller, Some(word)))?;
            }
            for (at, word) in words.iter().enumerate() {
                if at > 0 {
                    ctx.out.print("\n")?;
                }
                match one(ctx, Some(word))? {
                    exit::OK => {}
                    code => return Ok(code),
                }
            }
            Ok(exit::OK)
        }
    }
}

/// Show what one word names.
fn one(ctx: &Ctx, word: Option<&str>) -> Result<u8> {
    match ctx.call(|caller| show(caller, word))? {
        Shown::Task(story) => task(ctx, &story),
        Shown::Checkpoint(checkpoint) => self::checkpoint(ctx, &checkpoint),
        Shown::Snapshot(snapshot) => snapshot::show::show(ctx, &snapshot).map(|()| exit::OK),
        Shown::Revision(_) if ctx.out.is_json() => {
            let word = word.unwrap_or_default();
            let why = format!("'{}' is a revision, but 'git agent show --json' shows tasks", word.escape_debug());
            Err(Error::new(codes::NOT_A_TASK, why)
                .hint("for commits: git agent log --json; for changes: git agent diff --json"))
        }
        Shown::Revision(words) => match ctx.relay(relay::show(ctx.color(), &words))? {
            // The reader may have seen enough.
            Some(0) | None => Ok(exit::OK),
            // git has said why.
            Some(_) => Ok(exit::USAGE),
        },
    }
}

fn task(ctx: &Ctx, story: &Story<'_>) -> Result<u8> {
    ctx.page()?;
    ctx.out.answer(|| ShowAnswer::task(story, ctx.now()), || view::show::text(story, ctx.now(), ctx.style()))?;
    Ok(exit::OK)
}

/// The commit, as git shows it.
fn checkpoint(ctx: &Ctx, checkpoint: &ShownCheckpoint<'_>) -> Result<u8> {
    if ctx.out.is_json() {
        ctx.out.json(&ShowAnswer::checkpoint(checkpoint, ctx.now())?)?;
        return Ok(exit::OK);
    }
    let Some(commit) = checkpoint.point.commit else {
        let name = format!("{}@{}", checkpoint.task.id, checkpoint.which);
        ctx.out.print(&format!("{name} is the state before the first commit: the empty tree.\n"))?;
        return Ok(exit::OK);
    };
    match ctx.relay(relay::show(ctx.color(), &[commit.to_string()]))? {
        // The reader may have seen enough.
        Some(0) | None => Ok(exit::OK),
        Some(code) => Err(Error::new(codes::GIT_FAILED, format!("'git show {commit}' ended with exit code {code}"))),
    }
}
