//! `git agent schema`: the JSON contract.

use serde_json::{Map, Value, json};

use super::Ctx;
use crate::{
    error::{Code, Error, Result, codes},
    view::json::ANSWERS,
};

/// Print the JSON Schema of the --json output of a command, or list the commands that have one
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Command, or 'error' for the schema of errors and all error codes
    command: Option<String>,
    /// Print all schemas and all error codes
    #[arg(long, short, conflicts_with = "command")]
    all: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    if args.command.is_none() && !args.all {
        return list(ctx);
    }
    let chosen = |name: &str| args.command.as_deref().is_none_or(|wanted| wanted == name);
    let answers: Map<String, _> = ANSWERS
        .into_iter()
        .filter(|(command, _)| chosen(command))
        .map(|(command, schema)| (command.to_owned(), schema().to_value()))
        .collect();
    if answers.is_empty() {
        let wanted = args.command.unwrap_or_default();
        return Err(Error::new(codes::NO_SCHEMA, format!("'{}' has no schema", wanted.escape_debug()))
            .hint("'git agent schema' lists the commands that have one"));
    }
    let mut contract = json!({ "answers": answers });
    if chosen("error") {
        contract["errors"] = codes::ALL.iter().map(error).collect();
    }
    ctx.out.json(&contract)
}

/// List the commands that have a schema.
fn list(ctx: &Ctx) -> Result<()> {
    let commands = ANSWERS.map(|(command, _)| command);
    let text = || commands.iter().map(|command| format!("{command}\n")).collect();
    ctx.out.answer(|| json!({ "commands": commands.as_slice() }), text)?;
    ctx.out.hint("'git agent schema <command>' prints one of them, 'git agent schema --all' the whole contract");
    Ok(())
}

fn error(code: &Code) -> Value {
    json!({
        "code": code.word,
        "kind": code.kind.word(),
        "exit": code.kind.exit_code(),
        "retryable": code.kind.is_retryable(),
        "meaning": code.meaning,
    })
}
