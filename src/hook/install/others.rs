//! Hooks of other programs that git runs when it makes a commit.

use super::{
    config,
    directory::{self, Found},
    script::{self, HookOwner},
};
use crate::{git::Repo, hook::Hook};

/// The hooks that `git commit` runs, and that its writes to the index and to refs run.
const OF_A_COMMIT: [&str; 6] =
    ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-index-change", "reference-transaction"];

/// Whether git may run a hook of another program when it makes a commit here. Hooks of this version of git-agent which run no other
/// are not counted; any other file or setting is, whatever git would do with it.
pub fn others_run_on_commit(repo: &Repo) -> bool {
    let config = repo.config();
    if config.is_set("core.hooksPath") {
        return true;
    }
    let configured = config.subsections("hook", "command");
    let is_ours =
        |hook: Hook| config::command(repo, hook).is_some_and(|command| config::is_of_this_version(hook, &command));
    let ours: Vec<String> = if configured.is_empty() {
        Vec::new()
    } else {
        Hook::ALL.into_iter().filter(|hook| is_ours(*hook)).map(config::name).collect()
    };
    if configured.iter().any(|(name, _)| !ours.iter().any(|known| name == known)) {
        return true;
    }
    let dir = repo.common_dir().join("hooks");
    OF_A_COMMIT.iter().any(|name| {
        let path = dir.join(name);
        match directory::look(&path) {
            Ok(Found::Nothing) => false,
            Ok(Found::File(HookOwner::Us { .. }, text)) => {
                let hook = Hook::from_name(name.as_ref());
                !hook.is_some_and(|hook| script::is_of_this_version(hook, &text, None))
            }
            _ => true,
        }
    })
}
