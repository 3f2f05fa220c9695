//! `git agent verify`: run a command on what is there, and remember how it ended.

use bstr::ByteSlice as _;

use crate::{
    cmd::context::Ctx,
    domain::{
        event::{Payload, Verify},
        id::TaskId,
        task::Verification,
    },
    error::{Error, Result, codes, exit},
    git::ObjectId,
    store::ledger::Draft,
    verify::{self, Ran, Voice},
    view::{
        json::{SCHEMA, VerificationJson, VerifyAnswer},
        sanitize,
    },
};

/// Run a command on the work tree and record its result for this exact content
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The exit code is 0 only if the command succeeded.")]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Command, run by sh at the top of the work tree (default: 'agent.verify')
    #[arg(last = true, value_name = "CMD")]
    command: Vec<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let id = ctx.task(&ctx.view()?, args.task.as_deref())?.id;
    let given = (!args.command.is_empty()).then(|| join(&args.command));
    let command = command(ctx, given.as_deref())?;
    let verification = match verify(ctx, &id, &command)? {
        Ok(verification) => verification,
        Err(void) if ctx.out.is_json() => {
            ctx.out.error(&void);
            return Ok(exit::REFUSED);
        }
        Err(void) => {
            ctx.out.warn(void.to_string());
            void.hint_lines().iter().for_each(|hint| ctx.out.hint(hint));
            return Ok(exit::REFUSED);
        }
    };
    match ctx.out.is_json() {
        true => {
            let verification = VerificationJson::new(&ctx.view()?, &verification);
            ctx.out.json(&VerifyAnswer { schema: SCHEMA, verification })?;
        }
        false if ctx.out.is_quiet() => {}
        false => ctx.out.print(&format!("{}\n", said(&id, &command, &verification)))?,
    }
    Ok(if verification.passed() { exit::OK } else { exit::REFUSED })
}

/// The command that is meant: the one given, else the configured one.
pub(super) fn command(ctx: &Ctx, given: Option<&str>) -> Result<String> {
    let command = given.map(ToOwned::to_owned).or_else(|| ctx.repo().ok()?.settings().verify_command());
    command.filter(|command| !command.trim().is_empty()).ok_or_else(|| {
        Error::new(codes::NO_VERIFY_COMMAND, "no command to verify with is given, and 'agent.verify' is not set")
            .hint("give one: git agent verify -- <command>")
            .hint("or set one for this repository: git config agent.verify '<command>'")
    })
}

/// Run `command` and record the outcome for task `id`; the inner error says why it is worth nothing.
pub(super) fn verify(ctx: &Ctx, id: &TaskId, command: &str) -> Result<Result<Verification, Error>> {
    let voice = if ctx.out.is_json() { Voice::Aside } else { Voice::AsItIs };
    let ran = verify::run(ctx.repo()?, command, voice)?;
    if !ran.changed.is_empty() {
        return Ok(Err(void(command, &ran)));
    }
    let payload = Payload::Verify(Verify {
        command: command.into(),
        exit: ran.exit,
        seconds: ran.seconds,
        tree: ran.tree.to_string(),
    });
    let (mut written, ()) = ctx.write(|_| Ok((Draft::one(id, payload.clone()), ())))?;
    let task = written.tasks.pop();
    ctx.display(std::slice::from_ref(id));
    let recorded = task.and_then(|mut task| task.verifications.pop());
    Ok(Ok(recorded.ok_or_else(|| Error::bug("the verification was just recorded"))?))
}

/// Nothing was proved: the content is not what it was.
fn void(command: &str, ran: &Ran) -> Error {
    let shown: Vec<String> =
        ran.changed.iter().take(10).map(|path| format!("'{}'", sanitize::bytes(path.as_bstr()))).collect();
    let more = match ran.changed.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "the content changed while '{}' ran (exit code {}), so its outcome belongs to no state and nothing was recorded: {}{more}",
        sanitize::line(command),
        ran.exit,
        shown.join(", ")
    );
    Error::new(codes::TREE_CHANGED, message)
        .hint("run it again; or ignore what the command makes: a line with its name in .gitignore")
}

/// `'cargo test' passed in 1.2 s on tree 4b825dc642cb`
pub(super) fn said(id: &TaskId, command: &str, verification: &Verification) -> String {
    format!("Verified {id}: {}", outcome(command, verification))
}

/// `'cargo test' passed in 1.2 s on tree 4b825dc642cb.`
pub(super) fn outcome(command: &str, verification: &Verification) -> String {
    let verdict = match verification.passed() {
        true => "passed".to_owned(),
        false => format!("failed with exit code {}", verification.exit),
    };
    let (command, seconds) = (sanitize::line(command), verification.seconds);
    format!("'{command}' {verdict} in {seconds:.1} s on tree {}.", short(&verification.tree))
}

/// An object id as people read it.
pub(super) fn short(hex: &str) -> &str {
    hex.get(..12).unwrap_or(hex)
}

/// The tree of the work tree, in hex.
pub(super) fn present_tree(ctx: &Ctx) -> Result<String> {
    let tree: ObjectId = verify::present_tree(ctx.repo()?)?;
    Ok(tree.to_string())
}

/// One word is a shell command as it is; several are a command and its arguments.
pub(super) fn join(words: &[String]) -> String {
    if let [command] = words {
        return command.clone();
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    let quote = |word: &String| match !word.is_empty() && word.chars().all(plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn several_words_reach_the_shell_as_they_were_given() {
        let join = |words: &[&str]| super::join(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(join(&["cargo test && echo ok"]), "cargo test && echo ok");
        assert_eq!(join(&["test", "a b", "it's", ""]), r"test 'a b' 'it'\''s' ''");
    }
}
