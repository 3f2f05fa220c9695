//! The binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    git_agent::cli::main(std::env::args_os())
}
