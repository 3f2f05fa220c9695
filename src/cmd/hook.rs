//! `git agent hook <name> …`: what the hooks call; and `hook install|uninstall|check`, for hooks alone.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use super::Ctx;
use crate::{
    error::{Error, Result, exit},
    git::Repo,
    hook::{
        Hook, Surroundings, fail_open,
        install::{self, Check, InstallOptions, InstallReport},
        pre_push,
    },
    view::{ColorChoice, Out, hint, sanitize},
};

/// Run the hook that `args` names with the arguments behind it, as git gave them.
///
/// Exit code 0 whatever happens in a hook that is about commits; a name that this version does not know does nothing.
pub fn main(args: &[OsString]) -> ExitCode {
    let Some((name, rest)) = args.split_first() else { return ExitCode::SUCCESS };
    if name == Hook::PrePush.name() {
        return pre_push(rest);
    }
    if let Some(hook) = Hook::from_name(name) {
        fail_open(hook.name(), |limit| {
            let ctx = Ctx::new(Out::new(false, true, ColorChoice::Never), None);
            let here = Surroundings { repo: ctx.repo()?, now: &|| ctx.now(), actor: &|| ctx.actor() };
            hook.run(&here, rest, limit)
        });
        return ExitCode::SUCCESS;
    }
    let ctx = Ctx::new(Out::new(false, false, ColorChoice::Never), None);
    let done = match name.to_str() {
        Some("install") => change(&ctx, |repo| install::install(repo, &InstallOptions::for_this_program(), &[])),
        Some("uninstall") => change(&ctx, install::uninstall),
        Some("check") => check(&ctx),
        // A hook of a newer version, in a repository that an older one visits.
        _ => Ok(exit::OK),
    };
    ExitCode::from(done.unwrap_or_else(|error: Error| {
        ctx.out.error(&error);
        error.kind().exit_code()
    }))
}

/// Reject a push of refs that are local to this clone. Unreadable input rejects nothing.
fn pre_push(args: &[OsString]) -> ExitCode {
    let mut input = Vec::new();
    if std::io::stdin().lock().read_to_end(&mut input).is_err() {
        return ExitCode::SUCCESS;
    }
    let Some(name) = pre_push::refused(&input) else { return ExitCode::SUCCESS };
    let word = |at: usize| args.get(at).and_then(|word| word.to_str());
    let text = pre_push::explanation(&name, word(0), word(1));
    // A closed standard error is no reason to push.
    std::io::stderr().write_all(sanitize::lines(&text).as_bytes()).unwrap_or_default();
    ExitCode::from(exit::REFUSED)
}

fn change(ctx: &Ctx, verb: fn(&Repo) -> Result<InstallReport>) -> Result<u8> {
    let report = ctx.call(|caller| verb(caller.repo()))?;
    for step in &report.steps {
        ctx.out.print(&format!("{step}\n"))?;
    }
    Ok(exit::OK)
}

fn check(ctx: &Ctx) -> Result<u8> {
    let checks = ctx.call(|caller| install::check(caller.repo()))?;
    for check in &checks {
        ctx.out.print(&format!("{check}\n"))?;
        if let Some(hint) = check.hint() {
            ctx.out.hint(hint::line(&hint));
        }
    }
    Ok(if checks.iter().all(Check::is_good) { exit::OK } else { exit::REFUSED })
}
