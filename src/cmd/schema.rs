//! `git agent schema`: the JSON contract.

use serde_json::{Map, Value, json};

use crate::{
    cmd::context::Ctx,
    error::{Code, Error, Result, codes, exit},
    view::json::{SCHEMA, answers},
};

/// Print the JSON Schema of all --json output, and all error codes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print only the schema of this command
    command: Option<String>,
}

/// Carry out `git agent schema` and print the result. Returns the exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let chosen = |name: &str| args.command.as_deref().is_none_or(|wanted| wanted == name);
    let answers: Map<String, _> = answers()
        .into_iter()
        .filter(|answer| chosen(answer.command))
        .map(|answer| (answer.command.to_owned(), answer.schema.to_value()))
        .collect();
    if answers.is_empty() {
        let wanted = args.command.unwrap_or_default();
        return Err(Error::new(codes::NO_SCHEMA, format!("there is no schema of '{}'", wanted.escape_debug()))
            .hint("'git agent schema' prints all of them"));
    }
    let mut contract = json!({ "schema": SCHEMA, "answers": answers });
    if chosen("error") {
        contract["errors"] = codes::ALL.iter().map(error).collect();
    }
    ctx.out.json(&contract)?;
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
