//! The answer of `report`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{MakingJson, SCHEMA};
use crate::{
    domain::{
        active_time,
        report::{Block, Changes, Checkpoint, Feature, Item, Report, Said, Tally},
        time::Timestamp,
    },
    view::report::words,
};

/// `report`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportAnswer {
    schema: u32,
    report: ReportJson,
    /// Where the report was written to, with `--output`.
    output: Option<String>,
    /// The report in the format that was asked for, if that is not JSON and it was not written to a file.
    text: Option<String>,
}

impl ReportAnswer {
    /// The answer with `report`, its `text` in another format, or the file that it was written to.
    pub fn new(report: &Report, text: Option<String>, output: Option<String>) -> Self {
        ReportAnswer { schema: SCHEMA, report: ReportJson::new(report), output, text }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct ReportJson {
    at: String,
    /// When something happened last on a task of the report.
    updated_at: Option<String>,
    overall: TallyJson,
    /// With `--since`: the changes.
    changes: Option<ChangesJson>,
    /// Features, then the tasks that belong to none.
    features: Vec<BlockJson>,
    burn_up: Vec<StepJson>,
    /// The directory of the repository.
    repository: String,
    branch: Option<String>,
    now: NowJson,
}

/// The most relevant tasks now: ids.
#[derive(Debug, Serialize, JsonSchema)]
struct NowJson {
    in_progress: Vec<String>,
    blocked: Vec<String>,
    failed: Vec<String>,
    /// The task that can be started next.
    next: Option<String>,
}

impl NowJson {
    fn new(report: &Report) -> Self {
        let now = report.now();
        let ids = |items: &[&Item]| items.iter().map(|item| item.id.to_string()).collect();
        NowJson {
            in_progress: ids(&now.in_progress),
            blocked: ids(&now.blocked),
            failed: ids(&now.failed),
            next: now.next.map(|item| item.id.to_string()),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct TallyJson {
    total: usize,
    completed: usize,
    in_progress: usize,
    failed: usize,
    /// Rounded down: 100 means that nothing is left.
    percent: u8,
    /// Each has an estimate, and weighs as much as that in `percent`.
    weighted: bool,
    estimate_seconds: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ChangesJson {
    since: String,
    completed: usize,
    started: usize,
    failed: usize,
    added: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BlockJson {
    /// `null` for the tasks that belong to no feature.
    feature: Option<FeatureJson>,
    overall: TallyJson,
    completed: Vec<ItemJson>,
    /// With `--since`: how many more were completed before.
    completed_before: usize,
    in_progress: Vec<ItemJson>,
    /// Pending and failed, in the order in which they can be done.
    remaining: Vec<ItemJson>,
    decisions: Vec<SaidJson>,
    notes: Vec<SaidJson>,
    active_seconds: u64,
    active_by: Vec<ActorJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FeatureJson {
    id: String,
    title: String,
    status: String,
    reasons: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ItemJson {
    id: String,
    title: String,
    /// `completed`, `in_progress`, `ready`, `waiting`, `blocked` or `failed`.
    state: String,
    after: Vec<String>,
    /// Why it cannot be started, in words.
    reasons: Vec<String>,
    failure: Option<String>,
    /// The reason for its state, as text: `paused: …`.
    why: Option<String>,
    labels: Vec<String>,
    refs: Vec<String>,
    by: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    updated_at: String,
    estimate_seconds: Option<u64>,
    active_seconds: u64,
    elapsed_seconds: u64,
    active_by: Vec<ActorJson>,
    /// Work without silences longer than `agent.idleGap`.
    stretches: Vec<StretchJson>,
    attempts: u32,
    /// How the last verification ended.
    verified: Option<bool>,
    result: Option<String>,
    checkpoints: Vec<CheckpointEntry>,
    /// How the commits that the ledger knows came about; `null` where that cannot be said.
    making: Option<MakingJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ActorJson {
    by: String,
    active_seconds: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StretchJson {
    by: String,
    from: String,
    to: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CheckpointEntry {
    number: usize,
    commit: String,
    at: String,
    subject: String,
    verified: Option<bool>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SaidJson {
    at: String,
    by: String,
    task: String,
    text: String,
    why: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StepJson {
    at: String,
    total: usize,
    completed: usize,
}

impl ReportJson {
    fn new(report: &Report) -> Self {
        ReportJson {
            at: report.at.to_string(),
            updated_at: show(report.updated),
            overall: TallyJson::new(&report.overall),
            changes: report.changes.as_ref().map(ChangesJson::new),
            features: report.blocks.iter().map(BlockJson::new).collect(),
            repository: report.place.repository.clone(),
            branch: report.place.branch.clone(),
            now: NowJson::new(report),
            burn_up: report
                .burn
                .iter()
                .map(|step| StepJson { at: step.at.to_string(), total: step.total, completed: step.completed })
                .collect(),
        }
    }
}

impl TallyJson {
    fn new(tally: &Tally) -> Self {
        TallyJson {
            total: tally.progress.total,
            completed: tally.progress.completed,
            in_progress: tally.in_progress,
            failed: tally.failed,
            percent: tally.progress.percent(),
            weighted: tally.progress.is_weighted,
            estimate_seconds: tally.estimate,
        }
    }
}

impl ChangesJson {
    fn new(changes: &Changes) -> Self {
        ChangesJson {
            since: changes.since.to_string(),
            completed: changes.completed,
            started: changes.started,
            failed: changes.failed,
            added: changes.added,
        }
    }
}

impl BlockJson {
    fn new(block: &Block) -> Self {
        let (active_seconds, _, actors) = block.time();
        let items = |items: &[Item]| items.iter().map(ItemJson::new).collect();
        let said = |said: &[Said]| said.iter().map(SaidJson::new).collect();
        BlockJson {
            feature: block.feature.as_ref().map(FeatureJson::new),
            overall: TallyJson::new(&block.tally),
            completed: items(&block.completed),
            completed_before: block.completed_before,
            in_progress: items(&block.in_progress),
            remaining: items(&block.remaining),
            decisions: said(&block.decisions),
            notes: said(&block.notes),
            active_seconds,
            active_by: actor_times(&actors),
        }
    }
}

impl FeatureJson {
    fn new(feature: &Feature) -> Self {
        FeatureJson {
            id: feature.id.to_string(),
            title: feature.title.clone(),
            status: feature.status.to_string(),
            reasons: words::of_feature(feature),
        }
    }
}

impl ItemJson {
    fn new(item: &Item) -> Self {
        let stretch = |one: &active_time::Stretch| StretchJson {
            by: one.by.to_string(),
            from: one.from.to_string(),
            to: one.to.to_string(),
        };
        ItemJson {
            id: item.id.to_string(),
            title: item.title.clone(),
            state: item.state.as_str().to_owned(),
            after: item.after.iter().map(ToString::to_string).collect(),
            reasons: words::reasons(&item.reasons),
            failure: item.failure().map(str::to_owned),
            why: item.why.clone(),
            labels: item.labels.clone(),
            refs: item.refs.clone(),
            by: item.by.as_ref().map(ToString::to_string),
            started_at: show(item.started_at),
            completed_at: show(item.completed_at),
            updated_at: item.updated_at.to_string(),
            estimate_seconds: item.estimate,
            active_seconds: item.active(),
            elapsed_seconds: item.elapsed,
            active_by: actor_times(&active_time::by_actor(&item.stretches)),
            stretches: item.stretches.iter().map(stretch).collect(),
            attempts: item.attempts,
            verified: item.verified.as_ref().map(|(_, passed)| *passed),
            result: item.result.clone(),
            checkpoints: item.checkpoints.iter().map(CheckpointEntry::new).collect(),
            making: item.making.as_ref().map(MakingJson::new),
        }
    }
}

impl CheckpointEntry {
    fn new(one: &Checkpoint) -> Self {
        CheckpointEntry {
            number: one.number,
            commit: one.commit.clone(),
            at: one.at.to_string(),
            subject: one.subject.clone(),
            verified: one.verified,
        }
    }
}

impl SaidJson {
    fn new(said: &Said) -> Self {
        SaidJson {
            at: said.at.to_string(),
            by: said.by.to_string(),
            task: said.task.to_string(),
            text: said.text.clone(),
            why: said.why.clone(),
        }
    }
}

fn actor_times(actors: &[(crate::domain::actor::Actor, u64)]) -> Vec<ActorJson> {
    actors.iter().map(|(by, seconds)| ActorJson { by: by.to_string(), active_seconds: *seconds }).collect()
}

fn show(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
