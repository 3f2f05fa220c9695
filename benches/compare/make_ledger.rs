//! Writes a ledger to measure on: `make-ledger DIR TASKS EVENTS`, in one commit, through the library itself.
//!
//! Tasks come in chains of ten, each after the one before it; the first three of each chain are closed, so that one in ten
//! is ready. A hundred tasks are a feature. `EVENTS` is how many events there are altogether, at least; titles are 40 and
//! descriptions 150 characters long.

use std::{cell::Cell, path::Path, process::ExitCode};

use git_agent::{
    domain::{
        actor::Actor,
        event::{Commit, Complete, Create, Note, Payload, Start},
        id::TaskId,
        time::Timestamp,
    },
    error::Result,
    git::Repo,
    store::ledger::{self, Draft, EventAuthor},
};

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (dir, tasks, events) = (words.next(), words.next(), words.next());
    let number = |word: Option<String>| word.and_then(|word| word.parse::<usize>().ok());
    let (Some(dir), Some(tasks), Some(events)) = (dir, number(tasks), number(events)) else {
        eprintln!("usage: make-ledger DIR TASKS EVENTS");
        return ExitCode::from(2);
    };
    match make(Path::new(&dir), tasks, events) {
        Ok(written) => {
            println!("{written}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns how many events were written.
fn make(dir: &Path, tasks: usize, events: usize) -> Result<usize> {
    let repo = Repo::discover(dir)?;
    let actors = ["claude@devbox", "codex@ci-1", "jane@laptop"].map(|name| Actor::new(name).expect("a name"));
    let actor = &actors[0];
    let mut draft = plan(tasks);
    let missing = events.saturating_sub(draft.events.len());
    for more in 0..missing {
        let text =
            format!("Remark {more}: the tests of this part pass on both machines, see the log of the nightly run");
        draft.and(&id(more % tasks), Payload::Note(Note { text: text.into() }));
    }
    draft.message = "make a ledger to measure on".into();
    let count = draft.events.len();
    let clock = Cell::new(Timestamp::from_seconds(1_780_000_000).millis());
    let now = || {
        clock.set(clock.get() + 7);
        Timestamp::from_millis(clock.get())
    };
    ledger::write(&repo, &EventAuthor { actor, now: &now, is_held_to_it: false, command: None }, |_| {
        Ok((draft.clone(), ()))
    })?;
    Ok(count)
}

fn plan(tasks: usize) -> Draft {
    let mut draft = Draft::nothing();
    for n in 0..tasks {
        let text = "it has to work on both machines, with and without a network, and nothing that was there before may be lost. ";
        let create = Create {
            title: format!("{:.<40}", format!("Make part {n} of the plan work ")),
            description: Some(format!("{:.150}", text.repeat(2)).into()),
            // A part cannot come after its own feature.
            after: if n % 10 == 0 || n % 100 == 1 { Vec::new() } else { vec![id(n - 1)] },
            parent: (n % 100 != 0).then(|| id(n - n % 100)),
            priority: Some(u8::try_from(n / 10 % 5).expect("below 5")),
            ..Create::default()
        };
        draft.and(&id(n), Payload::Create(create));
    }
    for n in (0..tasks).filter(|n| n % 10 < 3) {
        let commit = format!("{:040x}", 0x9fce_b02d_0ae5_98e9_u128 * (n as u128 + 1));
        let start =
            Start { base: Some(commit.clone()), branch: Some("main".into()), lease: Some(7200), ..Start::default() };
        draft.and(&id(n), Payload::Start(start));
        let commit = Commit { tree: Some(commit.clone()), commit, subject: Some(format!("Make part {n} work")) };
        draft.and(&id(n), Payload::Commit(commit));
        let result = Some("done, with tests".into());
        draft.and(&id(n), Payload::Complete(Complete { result, ..Complete::default() }));
    }
    draft
}

fn id(n: usize) -> TaskId {
    TaskId::parse(&format!("T-{n:06}")).expect("a valid id")
}
