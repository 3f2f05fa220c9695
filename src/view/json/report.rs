//! The answer of `report`.

use super::{JsonForm as _, MakingJson, json};
use crate::{
    domain::{
        active_time::{self, Stretch},
        actor::Actor,
        report::{Block, BurnPoint, Changes, Feature, Item, Now, Report, ReportCheckpoint, Said, Tally},
    },
    view::report::words,
};

json! {
    /// The answer of `report`.
    pub struct ReportAnswer from report: &Report, form: Option<String>, file: Option<String> {
        report: ReportJson = report.to_json(),
        /// The path of the written file, with `--output`.
        output: Option<String> = file,
        /// The report in the requested format, unless that is JSON or it was written to a file.
        text: Option<String> = form,
    }

    struct ReportJson from report: &Report {
        at: String,
        /// The time of the last event of a task in the report.
        updated_at: Option<String> = report.updated.to_json(),
        overall: TallyJson,
        /// With `--since`: changes in that period.
        changes: Option<ChangesJson>,
        /// Features, then the tasks without one.
        features: Vec<BlockJson> = report.blocks.to_json(),
        burn_up: Vec<StepJson> = report.burn.to_json(),
        /// The name of the repository's directory.
        repository: String = report.place.repository.clone(),
        branch: Option<String> = report.place.branch.clone(),
        now: NowJson = report.now().to_json(),
    }

    /// The most relevant tasks, by id.
    struct NowJson from now: &Now<'_> {
        in_progress: Vec<String> = ids(&now.in_progress),
        blocked: Vec<String> = ids(&now.blocked),
        failed: Vec<String> = ids(&now.failed),
        /// The id of the task that can be started next.
        next: Option<String> = now.next.map(|item| item.id.to_string()),
    }

    struct TallyJson from tally: &Tally {
        total: usize = tally.progress.total,
        completed: usize = tally.progress.completed,
        in_progress: usize,
        failed: usize,
        /// Rounded down: 100 means that everything is completed.
        percent: u8 = tally.progress.percent(),
        /// Whether `percent` is weighted by estimates, because all tasks have one.
        weighted: bool = tally.progress.is_weighted,
        estimate_seconds: u64 = tally.estimate,
    }

    struct ChangesJson from changes: &Changes {
        since: String,
        completed: usize,
        started: usize,
        failed: usize,
        added: usize,
    }

    struct BlockJson from block: &Block {
        /// The feature; `null` for the tasks without one.
        feature: Option<FeatureJson>,
        overall: TallyJson = block.tally.to_json(),
        completed: Vec<ItemJson>,
        /// With `--since`: how many more tasks were completed before.
        completed_before: usize,
        in_progress: Vec<ItemJson>,
        /// Pending and failed tasks, dependencies first.
        remaining: Vec<ItemJson>,
        decisions: Vec<SaidJson>,
        notes: Vec<SaidJson>,
        active_seconds: u64 = block.time().0,
        active_by: Vec<ActorJson> = block.time().2.to_json(),
    }

    struct FeatureJson from feature: &Feature {
        id: String,
        title: String,
        status: String = feature.status.to_string(),
        reasons: Vec<String> = words::of_feature(feature),
    }

    struct ItemJson from item: &Item {
        id: String,
        title: String,
        /// `completed`, `in_progress`, `ready`, `waiting`, `blocked` or `failed`.
        state: String = item.state.as_str().to_owned(),
        after: Vec<String>,
        /// Why it cannot be started, as text.
        reasons: Vec<String> = words::reasons(&item.reasons),
        failure: Option<String> = item.failure().map(str::to_owned),
        /// The reason for its state, as text: `paused: …`.
        why: Option<String>,
        labels: Vec<String>,
        refs: Vec<String>,
        by: Option<String>,
        started_at: Option<String>,
        completed_at: Option<String>,
        updated_at: String,
        estimate_seconds: Option<u64> = item.estimate,
        active_seconds: u64 = item.active(),
        elapsed_seconds: u64 = item.elapsed,
        active_by: Vec<ActorJson> = active_time::by_actor(&item.stretches).to_json(),
        /// Periods of work; more than `agent.idleGap` without activity is not counted.
        stretches: Vec<StretchJson>,
        attempts: u32,
        /// Whether the last verification passed; null if there was none.
        verified: Option<bool> = item.verified.as_ref().map(|(_, passed)| *passed),
        result: Option<String>,
        checkpoints: Vec<CheckpointEntry>,
        /// When its commits were made; `null` if that is unknown.
        making: Option<MakingJson>,
    }

    struct ActorJson from time: &(Actor, u64) {
        by: String = time.0.to_string(),
        active_seconds: u64 = time.1,
    }

    struct StretchJson from stretch: &Stretch {
        by: String,
        from: String,
        to: String,
    }

    struct CheckpointEntry from checkpoint: &ReportCheckpoint {
        number: usize,
        commit: String,
        at: String,
        subject: String,
        verified: Option<bool>,
    }

    struct SaidJson from said: &Said {
        at: String,
        by: String,
        task: String,
        text: String,
        why: Option<String>,
    }

    struct StepJson from step: &BurnPoint {
        at: String,
        total: usize,
        completed: usize,
    }
}

fn ids(items: &[&Item]) -> Vec<String> {
    items.iter().map(|item| item.id.to_string()).collect()
}
