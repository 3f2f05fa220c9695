//! `git agent schema`: the JSON contract.

use serde_json::{Map, json};

use crate::{
    cmd::context::Ctx,
    error::{Error, Result, exit},
    view::json::{SCHEMA, answers},
};

/// Print the JSON Schema of every answer
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this command
    command: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let chosen = |name: &str| args.command.as_deref().is_none_or(|wanted| wanted == name);
    let answers: Map<String, _> = answers()
        .into_iter()
        .filter(|answer| chosen(answer.command))
        .map(|answer| (answer.command.to_owned(), answer.schema.to_value()))
        .collect();
    if answers.is_empty() {
        let wanted = args.command.unwrap_or_default();
        return Err(Error::usage("no-schema", format!("there is no schema of '{}'", wanted.escape_debug()))
            .hint("'git agent schema' prints all of them"));
    }
    ctx.out.json(&json!({ "schema": SCHEMA, "answers": answers }))?;
    Ok(exit::OK)
}
