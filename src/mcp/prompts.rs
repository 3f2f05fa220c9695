//! Prompts that a user can select.

use rmcp::model::{GetPromptResult, JsonObject, Prompt as Listed, PromptArgument, PromptMessage, Role};

use crate::{
    domain::text::visible,
    error::{Error, Result, codes},
    mcp::resources::brief_text,
    verbs::Caller,
    view::sanitize,
};

#[derive(Debug)]
pub(super) struct Prompt {
    name: &'static str,
    description: &'static str,
    argument: &'static str,
    about: &'static str,
    is_required: bool,
}

static PROMPTS: [Prompt; 2] = [
    Prompt {
        name: "resume",
        description: "Continue the work on a task",
        argument: "task",
        about: "The task (default: the active one)",
        is_required: false,
    },
    Prompt {
        name: "plan",
        description: "Break a goal down into tasks, and record them",
        argument: "goal",
        about: "The goal to reach",
        is_required: true,
    },
];

const RESUME: &str = "Continue this work. Check the state of the repository with the tool 'status' first; start the task with \
'start' if none is active; checkpoint each step that works; complete the task, or use 'fail', 'pause' or 'block' to record why not.";

const PLAN: &str = "Break the goal below down into tasks that one agent can finish and verify in one sitting. Read the relevant \
code first, and 'list' what is already planned. Write them as a Markdown list: '- [ ] title', parts of a task indented below \
it, tasks in the order of their dependencies. Call 'plan_import' with dry_run, correct the plan if needed, and import it. Do not \
start to work on it.";

impl Prompt {
    /// What the agent is asked.
    ///
    /// # Errors
    ///
    /// `usage` without a required argument; those of the verb.
    pub(super) fn page(&self, caller: &Caller, arguments: &JsonObject) -> Result<String> {
        let given = arguments.get(self.argument).and_then(|word| word.as_str());
        let given = given.map(str::trim).filter(|word| !word.is_empty());
        if self.name == "resume" {
            let brief = brief_text(caller, given.map(str::to_owned))?;
            return Ok(format!("{RESUME}\n\n{}", sanitize::lines(&brief)));
        }
        match given {
            Some(goal) => Ok(format!("{PLAN}\n\nGoal: {}\n", visible(goal, &['\n', '\t']))),
            None => {
                let message = format!("the prompt '{}' needs the argument '{}'", self.name, self.argument);
                Err(Error::new(codes::USAGE, message))
            }
        }
    }

    /// The result for the client.
    pub(super) fn result(&self, page: String) -> GetPromptResult {
        GetPromptResult::new(vec![PromptMessage::new_text(Role::User, page)]).with_description(self.description)
    }
}

pub(super) fn find(name: &str) -> Option<&'static Prompt> {
    PROMPTS.iter().find(|prompt| prompt.name == name)
}

/// All prompts, as clients list them.
pub(super) fn list() -> Vec<Listed> {
    let listed = |prompt: &Prompt| {
        let argument = PromptArgument::new(prompt.argument).with_description(prompt.about);
        let argument = argument.with_required(prompt.is_required);
        Listed::new(prompt.name, Some(prompt.description), Some(vec![argument]))
    };
    PROMPTS.iter().map(listed).collect()
}
