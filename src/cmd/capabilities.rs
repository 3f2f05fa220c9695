//! `git agent capabilities`: what this version can do, for programs.

use std::collections::BTreeMap;

use super::Ctx;
use crate::{
    domain::{
        claim::{DEFAULT_LEASE, MAX_LEASE},
        event::{MAX_LINE, Payload},
        id::MAX_LEN,
        text::{MAX_LINE_TEXT, MAX_TEXT},
    },
    error::{Result, exit},
    store::ledger,
    view::json,
};

/// Print version, commands, features, exit codes and limits as JSON
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Features, in addition to the commands.
const FEATURES: [&str; 11] = [
    "claims",
    "config-hooks",
    "guard",
    "ledger-merge",
    "reftable",
    "rollback",
    "sha256",
    "snapshots",
    "trailer-keys",
    "undo",
    "unknown-events-kept",
];

pub(crate) fn run(ctx: &Ctx, _: Args) -> Result<()> {
    let limits = [
        ("id_characters", MAX_LEN as u64),
        ("title_bytes", MAX_LINE_TEXT as u64),
        ("event_line_bytes", MAX_LINE as u64),
        ("note_bytes", ledger::MAX_NOTE),
        ("text_bytes", MAX_TEXT as u64),
        ("lease_seconds", DEFAULT_LEASE),
        ("longest_lease_seconds", MAX_LEASE),
    ];
    ctx.out.json(&json::Capabilities {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commands: (ctx.command_line().tree)(true)
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect(),
        features: FEATURES.map(str::to_owned).into(),
        event_kinds: Payload::KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        exit_codes: exit::ALL.iter().map(|(code, meaning)| (*code, (*meaning).to_owned())).collect(),
        limits: BTreeMap::from(limits.map(|(name, limit)| (name.to_owned(), limit))),
    })
}
