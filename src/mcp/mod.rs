//! `git agent mcp`: the verbs as tools of the Model Context Protocol, for agents whose host starts this process.
//!
//! ```text
//! stdin ──rmcp──▶ Server ──▶ Tool (arguments → Request) ──verb──▶ Answer ──view::json──▶ result ──rmcp──▶ stdout
//! ```
//!
//! [`server`] speaks the protocol, [`call`] says where a call takes place and for whom, a file of [`tools`] has a few tools each.

mod call;
mod client;
mod prompts;
mod reply;
mod resources;
mod schema;
mod server;
mod stdio;
mod tools;

use rmcp::ServiceExt as _;

use crate::error::{Error, Result, codes};

/// Serve the client on standard input and output until it closes its end; `named` is the actor if one was named.
///
/// # Errors
///
/// `environment` when the streams cannot be used; `usage` for a client that speaks something else.
pub fn serve(named: Option<String>) -> Result<()> {
    let streams = stdio::take()?;
    // One thread for the protocol, and one for the running verb.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| Error::new(codes::ENVIRONMENT, "cannot start the server").because(error))?;
    let server = server::Server::new(named);
    let ended = runtime.block_on(async {
        let streams = (tokio::fs::File::from_std(streams.0), tokio::fs::File::from_std(streams.1));
        match server.clone().serve(streams).await {
            Ok(running) => {
                running.waiting().await.map(drop).map_err(|error| Error::bug("the server ended").because(error))
            }
            Err(error) if server::is_end(&error) => Ok(()),
            Err(error) => Err(Error::new(codes::USAGE, "the client does not speak the Model Context Protocol")
                .because(error)
                .hint("agent hosts start 'git agent mcp'; docs/mcp.md describes how to register it")),
        }
    });
    server.end();
    // A read of standard input may still wait for a client that has gone; what a verb does is whole or not there.
    runtime.shutdown_background();
    ended
}
