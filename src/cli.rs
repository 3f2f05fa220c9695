//! The command line: the only place that knows all commands.

use std::{
    ffi::OsString,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::{Arc, Mutex},
};

use clap::{
    ArgMatches, FromArgMatches as _, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    cmd::{self, CommandLine, Ctx},
    error::{Error, Result, codes, exit},
    view::{ColorChoice, Out, json::Selection},
};

mod actor;
mod examples;
pub(crate) mod help;
mod passthrough;
mod values;
pub mod words;

/// The flight recorder and the undo button for coding agents, inside git
#[derive(Debug, Parser)]
#[command(name = "git-agent", bin_name = "git agent", version, max_term_width = 100)]
#[command(disable_help_subcommand = true, disable_help_flag = true, arg = help::option())]
#[command(after_help = "\
Exit codes: 0 success, 1 refused (nothing changed), 2 invalid command line, 3 conflict (nothing changed), 4 locked by \
another process, 5 environment, 6 an interrupted operation must be undone or resumed first, 70 a bug.")]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// Heading of [`Globals`] in the help of every command.
const HEADING: &str = "Global options";

/// Options that every command takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Globals {
    /// Print the result as one JSON object on standard output
    #[arg(long, global = true, help_heading = HEADING, hide_short_help = true)]
    json: bool,
    /// Print tasks as JSON with only these comma-separated fields; 'all' prints every field
    #[arg(long, global = true, help_heading = HEADING, value_name = "NAMES", conflicts_with = "brief", hide_short_help = true)]
    fields: Option<String>,
    /// Print tasks as JSON with the non-empty fields needed to choose one
    #[arg(long, global = true, help_heading = HEADING, hide_short_help = true)]
    brief: bool,
    /// Print only the result
    #[arg(long, short, global = true, help_heading = HEADING, hide_short_help = true)]
    quiet: bool,
    /// When to use color: auto, always or never
    #[arg(long, global = true, help_heading = HEADING, value_enum, default_value_t, value_name = "WHEN", hide_possible_values = true, hide_short_help = true)]
    color: clap::ColorChoice,
    /// Act as NAME instead of the detected actor
    #[arg(long, global = true, help_heading = HEADING, value_name = "NAME", hide_short_help = true)]
    actor: Option<String>,
}

/// Declare the commands once: their variants, and what runs them.
macro_rules! commands {
    ($( $(#[$attribute:meta])* $variant:ident => $module:ident ),+ $(,)?) => {
        /// All commands. What each one is and takes is in its file under `cmd/`.
        #[derive(Debug, Subcommand)]
        enum Command {
            $( $(#[$attribute])* $variant(cmd::$module::Args), )+
        }

        impl Command {
            fn run(self, ctx: &Ctx) -> Result<u8> {
                match self {
                    $( $(#[$attribute])* Command::$variant(args) => cmd::$module::run(ctx, args).map(cmd::ExitCode::code), )+
                }
            }

            /// Add the command called `name`, and no other, to `tree`.
            fn alone(tree: clap::Command, name: &str) -> Option<clap::Command> {
                let command = clap::Command::new(name.to_owned());
                let command = match name.replace('-', "_").as_str() {
                    $( $(#[$attribute])* stringify!($module) => <cmd::$module::Args as clap::Args>::augment_args(command), )+
                    _ => return None,
                };
                Some(tree.subcommand(command))
            }
        }
    };
}

commands! {
    Init => init,
    Add => add,
    Adopt => adopt,
    Edit => edit,
    Start => start,
    Pause => pause,
    Complete => complete,
    Fail => fail,
    Cancel => cancel,
    Reopen => reopen,
    Next => next,
    Ready => ready,
    Claim => claim,
    Block => block,
    Unblock => unblock,
    Dep => dep,
    Decide => decide,
    Note => note,
    List => list,
    Show => show,
    Status => status,
    Brief => brief,
    #[cfg(feature = "board")]
    Board => board,
    Checkpoint => checkpoint,
    Verify => verify,
    ChangesSince => changes_since,
    Rollback => rollback,
    Squash => squash,
    Undo => undo,
    Redo => redo,
    Resume => resume,
    Ops => ops,
    Gc => gc,
    Guard => guard,
    Snapshot => snapshot,
    Link => link,
    Unlink => unlink,
    Repair => repair,
    Log => log,
    Report => report,
    Graph => graph,
    Diff => diff,
    Blame => blame,
    Bisect => bisect,
    Plan => plan,
    #[cfg(feature = "mcp")]
    Mcp => mcp,
    Sync => sync,
    Doctor => doctor,
    Host => host,
    Demo => demo,
    Schema => schema,
    Capabilities => capabilities,
    Completions => completions,
    Man => man,
    Help => help,
    Uninstall => uninstall,
}

/// Run the command line `arguments`, the program's name first.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    // Before clap: a commit waits for it.
    if arguments.get(1).is_some_and(|word| word == "hook") {
        return cmd::hook::main(&arguments[2..]);
    }
    // A host waits for it, and may not like an exit code of clap's.
    if arguments.len() > 2 && arguments[1] == "host" && arguments[2] == "event" {
        let asks_for_help = arguments[3..].iter().any(|word| word == "--help" || word == "-h");
        if !asks_for_help {
            return cmd::host::event::main(&arguments[3..]);
        }
    }
    let arguments = words::translated(&arguments).unwrap_or(arguments);
    let (cli, command) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => return ExitCode::from(not_understood(&arguments, &error)),
    };
    let globals = cli.globals;
    let out = Out::new(globals.json, globals.quiet, chosen(globals.color));
    let selection = match (&globals.fields, globals.brief) {
        (Some(names), _) => Selection::named(names).map(Some),
        (None, true) => Ok(Some(Selection::brief())),
        (None, false) => Ok(None),
    };
    let refused = |error: Error, out: &Out| {
        out.error(&error);
        ExitCode::from(error.kind().exit_code())
    };
    let out = match selection {
        Ok(selection) => out.with_selection(selection),
        Err(error) => return refused(error, &out),
    };
    if let Err(error) = actor::refuse(&command, globals.actor.as_deref()) {
        return refused(error, &out);
    }
    let ctx = Ctx::new(out, globals.actor);
    let tree = |all| help::described(<Cli as clap::CommandFactory>::command(), all);
    let ctx = ctx.with_command_line(CommandLine { tree, agents: help::AGENTS });
    let code = without_panic(|| cli.command.run(&ctx)).unwrap_or_else(|error| {
        ctx.out.error(&error);
        error.kind().exit_code()
    });
    ctx.out.finish();
    ExitCode::from(code)
}

/// Run `command`. A panic unwinds as far as here, so that locks are released on the way, and is an error like any other.
fn without_panic<T>(command: impl FnOnce() -> Result<T>) -> Result<T> {
    let said = Arc::new(Mutex::new(None));
    let first = Arc::clone(&said);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if let Ok(mut first) = first.lock() {
            first.get_or_insert_with(|| info.to_string().replace('\n', " "));
        }
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(command));
    panic::set_hook(before);
    outcome.unwrap_or_else(|_| {
        let said = said.lock().ok().and_then(|mut said| said.take());
        Err(Error::bug(format!("git-agent crashed: {}", said.unwrap_or_default())))
    })
}

/// Understand `arguments` with the one command that they name: making all of them takes longer than most commands do. Answers the name of the
/// command, too.
///
/// What is not understood that way, and help, is a matter for the whole tree.
fn parse(arguments: &[OsString]) -> Result<(Cli, String), clap::Error> {
    let read = |mut matches: ArgMatches| {
        let command = actor::command(&matches);
        Ok((Cli::from_arg_matches_mut(&mut matches)?, command))
    };
    let named = passthrough::command(arguments).and_then(|at| arguments[at].to_str());
    let globals = <Globals as clap::Args>::augment_args(
        clap::Command::new("git-agent").disable_help_flag(true).disable_help_subcommand(true),
    )
    .arg(help::option());
    if let Some(small) = named.and_then(|name| Command::alone(globals, name)) {
        let words = passthrough::options(arguments, || small.clone());
        if let Ok(parsed) = small.try_get_matches_from(words).and_then(read) {
            return Ok(parsed);
        }
    }
    let whole = |arguments: &[OsString]| tree().try_get_matches_from(passthrough::options(arguments, tree));
    let matches = whole(arguments).or_else(|error| {
        let attached = Some(()).filter(|()| error.use_stderr()).and_then(|()| values::attached(arguments, tree()));
        attached.map_or(Err(error), |attached| whole(&attached))
    })?;
    read(matches)
}

/// Say what is wrong with the command line, or give the help that was asked for.
fn not_understood(arguments: &[OsString], error: &clap::Error) -> u8 {
    if !error.use_stderr() {
        // `--help`, `--version`: an answer. A reader that has gone has seen enough.
        error.print().unwrap_or_default();
        return exit::OK;
    }
    let is_json = arguments.iter().any(|argument| argument == "--json");
    let out = Out::new(is_json, false, color(arguments));
    let unknown = || words::unknown(arguments, &tree());
    if let Some(error) = Some(()).filter(|()| error.kind() == ErrorKind::InvalidSubcommand).and_then(|()| unknown()) {
        out.error(&error);
    } else if is_json {
        out.error(&described(error));
    } else {
        let text = error.render();
        let is_colored = Ctx::new(out, None).style_of_errors().is_on();
        let text = if is_colored { text.ansi().to_string() } else { text.to_string() };
        // Stderr may be closed.
        io::stderr().lock().write_all(text.as_bytes()).unwrap_or_default();
    }
    exit::USAGE
}

fn chosen(color: clap::ColorChoice) -> ColorChoice {
    match color {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    }
}

/// When to use color, of a command line that is not understood.
fn color(arguments: &[OsString]) -> ColorChoice {
    let after = |at: usize| arguments.get(at + 1).and_then(|word| word.to_str());
    let value = arguments.iter().enumerate().find_map(|(at, word)| match word.to_str()? {
        "--color" => after(at),
        word => word.strip_prefix("--color="),
    });
    match value {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// What is wrong with the command line, for programs: its first paragraph, and the argument that it is about.
fn described(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let said: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let said = said.join(" ");
    let message = said.strip_prefix("error: ").unwrap_or(&said);
    let described = Error::new(codes::USAGE, message).hint("'git agent help <command>' shows the usage");
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => described.argument(argument),
        Some(ContextValue::Strings(arguments)) => described.argument(arguments.join(" ")),
        _ => described,
    }
}

/// The command line as a tree, for manuals and completions.
pub fn tree() -> clap::Command {
    help::described(<Cli as clap::CommandFactory>::command(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        tree().debug_assert();
    }

    #[test]
    fn every_command_can_be_made_alone() {
        for command in tree().get_subcommands() {
            let alone = Command::alone(clap::Command::new("git-agent"), command.get_name());
            assert!(alone.is_some(), "{}", command.get_name());
        }
    }

    #[test]
    fn a_panic_is_an_error_that_says_where_to_report_it() {
        let error = without_panic(|| -> Result<u8> { panic!("not\na {}", "number") }).unwrap_err();
        assert_eq!(error.kind().exit_code(), exit::BUG);
        let said = error.to_string();
        assert!(
            said.starts_with("git-agent crashed: panicked at src/cli.rs:") && said.contains("not a number"),
            "{said}"
        );
        assert!(crate::view::hint::lines(&error)[0].contains("please report it"), "{error:?}");
        assert_eq!(without_panic(|| Ok(1)).unwrap(), 1);
    }

    #[test]
    fn options_before_and_behind_the_command_are_understood() {
        let parsed = |line: &str| parse(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in ["x --json list --limit 5", "x list --limit 5 --json", "x --actor add --json list -n5"] {
            let (cli, _) = parsed(line).unwrap();
            assert!(cli.globals.json && matches!(cli.command, Command::List(_)), "{line}");
        }
        for line in ["x", "x lst", "x list --limit", "x list --help", "x --version"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
