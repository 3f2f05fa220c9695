//! `doctor`: what the checks found.

use schemars::JsonSchema;
use serde::Serialize;

use super::json;
use crate::{
    domain::time::Timestamp,
    verbs::{
        doctor::{self, Check, Level},
        host::installed::HostStatus,
    },
    view::{hint, host},
};

json! {
    /// The answer of `doctor`.
    pub struct DoctorAnswer from answer: &doctor::Answer, now: Timestamp {
        /// All checks.
        pub checks: Vec<CheckJson> = checks(answer, now),
        /// With `--fix` and `--adopt`: the repairs, one sentence each; omitted if there were none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub fixed: Vec<String> = answer.fixed.clone(),
    }
}

/// A finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Check")]
pub struct CheckJson {
    /// The name of the check.
    pub name: String,
    /// The severity of the finding.
    pub level: LevelJson,
    /// The finding, a sentence.
    pub message: String,
    /// How to fix it; null if nothing has to be fixed.
    pub fix: Option<String>,
}

fn checks(answer: &doctor::Answer, now: Timestamp) -> Vec<CheckJson> {
    let hosts = answer.hosts.iter().map(|known| of_host(known, now));
    answer.checks.iter().map(of_check).chain(hosts).collect()
}

fn of_check(check: &Check) -> CheckJson {
    let finding = &check.finding;
    CheckJson {
        name: check.name.to_owned(),
        level: LevelJson::new(finding.level),
        message: finding.message.clone(),
        fix: finding.fix.as_ref().map(|fix| hint::line(fix).into_owned()),
    }
}

fn of_host(known: &HostStatus, now: Timestamp) -> CheckJson {
    let (level, fix) = match known.missing.is_empty() {
        true => (LevelJson::Ok, None),
        false => (LevelJson::Warning, Some(host::install_command(known.host))),
    };
    CheckJson { name: "host".to_owned(), level, message: host::lines(known, now).join("; "), fix }
}

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Level")]
pub enum LevelJson {
    /// No problem was found.
    Ok,
    /// A problem that prevents nothing.
    Warning,
    /// A problem that prevents something from working.
    Error,
}

impl LevelJson {
    fn new(level: Level) -> Self {
        match level {
            Level::Ok => LevelJson::Ok,
            Level::Warning => LevelJson::Warning,
            Level::Error => LevelJson::Error,
        }
    }
}
