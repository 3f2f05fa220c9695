//! `git agent demo`: a small story with real commands and their real output, in a repository of its own.

use std::path::{Path, PathBuf};

use super::Ctx;
use crate::{
    demo::{STORY, Scene, Step},
    error::{Context as _, Error, Result, codes},
    git::cmd::{self, Output},
    view::json::DemoAnswer,
};

/// Run a short demo in a temporary repository, which is kept for you to explore
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Create the repository in DIR, which must be empty or not exist
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let dir = place(args.into)?;
    let stage = Stage { dir: &dir, ctx, style: ctx.out.style(None) };
    let mut commands = Vec::new();
    stage.prepare()?;
    for Scene { heading, steps } in STORY {
        stage.say(&format!("\n{}\n", stage.style.strong(heading)))?;
        for step in *steps {
            commands.extend(stage.play(step)?);
        }
    }
    let shown = dir.display().to_string();
    if ctx.out.is_json() {
        ctx.out.json(&DemoAnswer { repository: shown, commands })?;
    } else {
        ctx.out.print(&format!("\nThe repository is yours to explore: cd '{shown}'\n"))?;
        ctx.out.print("  git agent log          what happened, newest first\n")?;
        ctx.out.print("  git agent list --all   every task\n")?;
        if cfg!(feature = "board") {
            ctx.out.print("  git agent board        the same, live\n")?;
        }
        ctx.out.print("  git log --format='%h %s%n    %(trailers:key=Task-Id)'   the same without git-agent\n")?;
        ctx.out.hint("to remove the demo, delete that directory");
    }
    Ok(())
}

/// An empty directory for the repository.
fn place(wanted: Option<PathBuf>) -> Result<PathBuf> {
    let Some(dir) = wanted else {
        let dir = tempfile::Builder::new()
            .prefix("git-agent-demo-")
            .tempdir()
            .or_environment(|| "cannot create a directory".to_owned())?;
        return Ok(dir.keep());
    };
    let failed = || format!("cannot use '{}'", dir.display());
    std::fs::create_dir_all(&dir).or_environment(failed)?;
    if std::fs::read_dir(&dir).or_environment(failed)?.next().is_some() {
        return Err(Error::new(
            codes::NOT_EMPTY,
            format!("cannot create the demo in '{}': it is not empty", dir.display()),
        )
        .hint("name a directory that does not exist yet"));
    }
    std::path::absolute(&dir).or_environment(failed)
}

/// Where the story is played.
struct Stage<'a> {
    dir: &'a Path,
    ctx: &'a Ctx,
    style: crate::view::Style,
}

impl Stage<'_> {
    fn say(&self, text: &str) -> Result<()> {
        if self.ctx.out.is_json() { Ok(()) } else { self.ctx.out.print(text) }
    }

    /// A repository with a name in it, whatever the machine's configuration is.
    fn prepare(&self) -> Result<()> {
        for words in [
            &["init", "--quiet", "--initial-branch=main", "."][..],
            &["config", "user.name", "Demo"],
            &["config", "user.email", "demo@example.com"],
            &["config", "commit.gpgSign", "false"],
        ] {
            self.run(words, None)?.into_result()?;
        }
        Ok(())
    }

    /// Run git in the demo's directory, with this very program as `git agent`, and without the variables of the user's repository.
    fn run(&self, words: &[&str], actor: Option<&str>) -> Result<Output> {
        let dir = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = dir.into_iter().chain(std::env::split_paths(&path));
        let variables = [
            ("NO_COLOR", Some("1".into())),
            ("GIT_PAGER", Some("cat".into())),
            ("GIT_DIR", None),
            ("GIT_WORK_TREE", None),
            ("GIT_AGENT_TASK", None),
            ("GIT_AGENT_ACTOR", actor.map(Into::into)),
            ("PATH", std::env::join_paths(path).ok().or_else(|| std::env::var_os("PATH"))),
        ];
        cmd::run_in(self.dir, words, &variables)
    }

    /// Play one step; returns the command if it was one.
    fn play(&self, step: &Step) -> Result<Option<String>> {
        match step {
            Step::Say(text) => self.say(&format!("{}\n", self.style.faint(&format!("# {text}")))).map(|()| None),
            Step::Write(path, text) => {
                let command = format!("printf '{}' > {path}", text.replace('\n', "\\n").replace('\'', "'\\''"));
                self.say(&format!("$ {command}\n"))?;
                std::fs::write(self.dir.join(path), text).or_environment(|| format!("cannot write '{path}'"))?;
                Ok(Some(command))
            }
            Step::Run { actor, words, fails } => {
                let command = shown(actor, words);
                self.say(&format!("$ {command}\n"))?;
                let output = self.run(words, Some(actor))?;
                self.say(&String::from_utf8_lossy(&output.stdout))?;
                self.say(&String::from_utf8_lossy(&output.stderr))?;
                if output.status.success() != *fails { Ok(Some(command)) } else { Err(output.into_error()) }
            }
        }
    }
}

/// The command as it would be typed.
fn shown(actor: &str, words: &[&str]) -> String {
    let quote = |word: &&str| match word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=@:%".contains(c)) {
        true => (*word).to_owned(),
        false => format!("\"{}\"", word.replace('"', "\\\"")),
    };
    let line = words.iter().map(quote).collect::<Vec<_>>().join(" ");
    match actor {
        "you" => format!("git {line}"),
        actor => format!("GIT_AGENT_ACTOR={actor} git {line}"),
    }
}
