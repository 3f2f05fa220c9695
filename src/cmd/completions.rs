//! `git agent completions`: for shells.

use clap_complete::Shell;

use crate::{
    cli,
    cmd::context::Ctx,
    error::{Result, exit},
};

/// Print a shell completion script
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Lets git's own bash completion hand `git agent …` over to ours (see `contrib/completion` in git).
const BASH_BRIDGE: &str = r#"
_git_agent () {
    local word after="" line=(git-agent)
    for word in "${words[@]}"; do
        if [ -n "$after" ]; then line+=("$word"); elif [ "$word" = agent ]; then after=1; fi
    done
    COMP_WORDS=("${line[@]}")
    COMP_CWORD=$((${#line[@]} - 1))
    _git__agent git-agent "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
}
"#;

/// Carry out `git agent completions` and print the result. Returns the exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::tree(), "git-agent", &mut script);
    if args.shell == Shell::Bash {
        script.extend_from_slice(BASH_BRIDGE.as_bytes());
    }
    ctx.out.write(&script)?;
    Ok(exit::OK)
}
