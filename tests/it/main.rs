//! The one integration test binary: a module per file, so that it links once.

mod support;

mod checkpoint_commit;
mod checkpoint_hooks;
mod checkpoint_index;
mod checkpoint_refusals;
mod cmd_doctor;
mod docs;
mod harness;
mod hook_commit;
mod hook_install;
mod hook_record;
mod hook_replay;
mod init;
mod layering;
mod ledger_crowd;
mod ledger_hostile;
mod ledger_merge;
mod ledger_places;
mod ledger_scale;
mod ledger_stock;
mod log_commits;
mod log_look;
mod log_options;
mod log_places;
mod pager;
mod revision;
mod rollback_modes;
mod rollback_refusals;
mod rollback_revert;
mod sparse;
mod tasks;
mod trailers;
mod trees;
mod unstamped;
mod verify;
