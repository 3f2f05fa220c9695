//! `git agent hook <name> …`: what the hooks call. Always succeeds.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::context::Ctx;
use crate::hook::{Hook, Surroundings, fail_open};
use crate::output::{Out, When};

/// Run the hook that `args` names with the arguments behind it, as git gave them.
///
/// Exit code 0 whatever happens; a name that this version does not know does nothing.
pub fn main(args: &[OsString]) -> ExitCode {
    if let Some((name, args)) = args.split_first()
        && let Some(hook) = Hook::from_name(name)
    {
        fail_open(hook.name(), |limit| {
            let ctx = Ctx::new(Out::new(false, true, When::Never), None);
            let here = Surroundings { repo: ctx.repo()?, now: &|| ctx.now(), actor: &|| ctx.actor() };
            hook.run(&here, args, limit)
        });
    }
    ExitCode::SUCCESS
}
