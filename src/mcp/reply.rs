//! Answers and errors of verbs as results of tools.

use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    error::{Error, Result},
    view::{
        json::{self, ErrorAnswer, Selection},
        sanitize,
    },
};

/// What a tool answers.
#[derive(Debug)]
pub(super) struct Reply<O = Map<String, Value>> {
    /// The answer: that of `--json`.
    answer: O,
    /// Which fields of its tasks it has; `None`: all.
    selection: Option<Selection>,
    /// In its place for a reader, if there is a better form.
    page: Option<String>,
    /// It worked, and did not do what was asked.
    is_refusal: bool,
}

impl<O> From<O> for Reply<O> {
    fn from(answer: O) -> Self {
        Reply { answer, selection: None, page: None, is_refusal: false }
    }
}

impl<O: Serialize> Reply<O> {
    /// With those fields of its tasks that `selection` has.
    pub(super) fn select(self, selection: Selection) -> Self {
        Reply { selection: Some(selection), ..self }
    }

    pub(super) fn with_page(self, page: String) -> Self {
        Reply { page: Some(page), ..self }
    }

    /// The answer says why nothing was done, if `is_refusal`.
    pub(super) fn refused_if(self, is_refusal: bool) -> Self {
        Reply { is_refusal, ..self }
    }

    /// As a JSON object, with what the caller was warned of.
    ///
    /// # Errors
    ///
    /// A bug: an answer that is no JSON object.
    pub(super) fn object(self, warnings: Vec<String>) -> Result<Reply> {
        let mut answer = serde_json::to_value(json::Versioned::new(&self.answer)).unwrap_or_default();
        self.selection.inspect(|selection| selection.apply(&mut answer));
        let Value::Object(mut answer) = answer else { return Err(Error::bug("an answer is not a JSON object")) };
        if !warnings.is_empty() {
            answer.insert("warnings".to_owned(), warnings.into());
        }
        Ok(Reply { answer, selection: None, page: self.page, is_refusal: self.is_refusal })
    }
}

/// The result for the client: the answer, or the error with its hints.
pub(super) fn result(reply: Result<Reply>) -> Result<CallToolResult> {
    let reply = match reply {
        Ok(reply) => reply,
        // Without structured content: clients hold that to the schema of the tool.
        Err(error) => {
            let error = serde_json::to_value(json::Versioned::new(ErrorAnswer::new(&error))).map(clean);
            let error = error.map_err(|error| Error::bug("an error has no JSON").because(error))?;
            return Ok(CallToolResult::error(vec![ContentBlock::text(json::text(&error, None)?)]));
        }
    };
    let answer = clean(Value::Object(reply.answer));
    let text = match reply.page {
        Some(page) => sanitize::lines(&page).into_owned(),
        None => json::text(&answer, None)?,
    };
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(answer);
    result.is_error = Some(reply.is_refusal);
    Ok(result)
}

/// `value` with all texts made safe to show: hosts print them to people, and models act on what they read.
fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(sanitize::lines(&text).into_owned()),
        Value::Array(values) => values.into_iter().map(clean).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(key, value)| (sanitize::line(&key).into_owned(), clean(value))).collect()
        }
        other => other,
    }
}
