//! The tools: a struct of arguments each, whose fields are documented for the model, and a function from them to a verb.

/// Define the arguments of tools, which take no others.
macro_rules! arguments {
    ($( struct $name:ident { $($fields:tt)* } )*) => {
        $( #[derive(serde::Deserialize, schemars::JsonSchema)] #[serde(deny_unknown_fields)] struct $name { $($fields)* } )*
    };
}

mod look;
mod plan;
mod tasks;
mod work;

use std::sync::{Arc, LazyLock};

pub(super) use look::LINES;

use rmcp::model::{MetaObject, ToolAnnotations};
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    error::{Error, Result, codes},
    mcp::{reply::Reply, schema},
    verbs::Caller,
    view::json,
};

pub(super) struct Tool {
    /// Its name.
    pub name: &'static str,
    description: &'static str,
    effect: Effect,
    input: fn() -> Schema,
    output: fn() -> Schema,
    run: Run,
}

/// From arguments to the answer.
type Run = Box<dyn Fn(&Caller, Value) -> Result<Reply> + Send + Sync>;

/// What a call changes: decides what hosts let an agent do without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// It adds something, each time again.
    Adds,
    /// It adds something; the second time it does nothing.
    AddsOnce,
    /// It may remove or replace files and move branches; `undo` restores them.
    Replaces,
    /// It runs a program of the user's.
    Runs,
}

impl Tool {
    /// The tool `name`: `run` makes an answer `O` of arguments `I`.
    fn new<I, O>(
        name: &'static str,
        effect: Effect,
        description: &'static str,
        run: fn(&Caller, I) -> Result<Reply<O>>,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + 'static,
        O: JsonSchema + Serialize + 'static,
    {
        let run = move |caller: &Caller, arguments| {
            let arguments = serde_json::from_value(arguments).map_err(|error| misused(name, &error.to_string()))?;
            run(caller, arguments)?.object(caller.take_warnings())
        };
        Tool { name, description, effect, input: || schema_for!(I), output: json::of::<O>, run: Box::new(run) }
    }

    /// Call it.
    ///
    /// # Errors
    ///
    /// `usage` for arguments that do not fit its schema; those of its verb.
    pub(super) fn call(&self, caller: &Caller, arguments: Map<String, Value>) -> Result<Reply> {
        (self.run)(caller, arguments.into())
    }

    /// As clients list it.
    fn listed(&self) -> rmcp::model::Tool {
        let tool = rmcp::model::Tool::new(self.name, self.description, schema::input(&(self.input)()))
            .with_raw_output_schema(Arc::new(schema::output(&(self.output)())))
            .with_annotations(self.effect.annotations());
        if !ALWAYS.contains(&self.name) {
            return tool;
        }
        let load = Map::from_iter([("anthropic/alwaysLoad".to_owned(), Value::Bool(true))]);
        tool.with_meta(MetaObject(load))
    }
}

impl Effect {
    /// What hosts read: nothing that a tool does leaves this machine, but for what a verification runs.
    fn annotations(self) -> ToolAnnotations {
        let annotations = ToolAnnotations::new().open_world(self == Effect::Runs);
        match self {
            Effect::None => annotations.read_only(true),
            Effect::Adds => annotations.destructive(false),
            Effect::AddsOnce => annotations.destructive(false).idempotent(true),
            Effect::Replaces | Effect::Runs => annotations.destructive(true),
        }
    }
}

/// Tools that Claude Code loads at the start; it searches for the others.
const ALWAYS: [&str; 4] = ["next", "start", "checkpoint", "complete"];

/// Every tool, in the order in which they are used.
static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let mut tools = Vec::new();
    tools.extend(tasks::tools());
    tools.extend(work::tools());
    tools.extend(look::tools());
    tools.extend(plan::tools());
    tools
});

/// Arguments do not fit the schema of the tool `name`, because of `why`.
pub(super) fn misused(name: &str, why: &str) -> Error {
    Error::new(codes::USAGE, format!("cannot use the arguments of '{name}': {why}"))
        .hint("see tools/list for the schema of the arguments")
}

pub(super) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// All tools, as clients list them.
pub(super) fn list() -> Vec<rmcp::model::Tool> {
    TOOLS.iter().map(Tool::listed).collect()
}
