//! `git agent schema`: the JSON contract.

use serde_json::{Map, Value, json};

use crate::{
    cmd::context::Ctx,
    error::{Code, Error, Result, codes, exit},
    view::json::{SCHEMA, answers},
};

/// Print the JSON Schema of the --json output of a command, or list the commands that have one
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Command; 'error' has the schema of errors and all error codes
    command: Option<String>,
    /// Print all schemas and all error codes
    #[arg(long, short, conflicts_with = "command")]
    all: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    if args.command.is_none() && !args.all {
        return list(ctx);
    }
    let chosen = |name: &str| args.command.as_deref().is_none_or(|wanted| wanted == name);
    let answers: Map<String, _> = answers()
        .into_iter()
        .filter(|answer| chosen(answer.command))
        .map(|answer| (answer.command.to_owned(), answer.schema.to_value()))
        .collect();
    if answers.is_empty() {
        let wanted = args.command.unwrap_or_default();
        return Err(Error::new(codes::NO_SCHEMA, format!("'{}' has no schema", wanted.escape_debug()))
            .hint("'git agent schema' lists the commands that have one"));
    }
    let mut contract = json!({ "schema": SCHEMA, "answers": answers });
    if chosen("error") {
        contract["errors"] = codes::ALL.iter().map(error).collect();
    }
    ctx.out.json(&contract)?;
    Ok(exit::OK)
}

/// List the commands that have a schema.
fn list(ctx: &Ctx) -> Result<u8> {
    let commands: Vec<&str> = answers().into_iter().map(|answer| answer.command).collect();
    let text = || commands.iter().map(|command| format!("{command}\n")).collect();
    ctx.out.answer(|| json!({ "schema": SCHEMA, "commands": commands }), text)?;
    ctx.out.hint("'git agent schema <command>' prints one of them, 'git agent schema --all' the whole contract");
    Ok(exit::OK)
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
