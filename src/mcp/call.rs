//! One verb at a time, in its directory and for its caller.

use std::{
    any::Any,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{sync::Mutex, task::spawn_blocking};

use crate::{
    domain::session::SessionId,
    error::{Error, Result, codes},
    git::Repo,
    mcp::client::Client,
    verbs::{CLOCK_VARIABLE, Caller, Clock},
};

/// The number of polls after which a stopped call has ended: a command that ignores signals is killed before.
const ENDING: u32 = 800;
const MOMENT: Duration = Duration::from_millis(5);

/// Where verbs run: one after the other, since words on a command line, and so those of a call, are relative to the directory of the
/// process.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    turn: Arc<Mutex<()>>,
    running: Arc<std::sync::Mutex<Option<Arc<AtomicBool>>>>,
    /// The actor, if the command line named one.
    named: Option<String>,
    /// The clock that tests set: it goes on from call to call.
    set: Option<Clock>,
    /// Where the server was started.
    pub home: PathBuf,
}

impl Calls {
    /// Calls by the actor `named`, or by the client.
    pub(super) fn new(named: Option<String>) -> Self {
        let home = std::env::current_dir().unwrap_or_else(|_| ".".into());
        let set = std::env::var_os(CLOCK_VARIABLE).map(|_| Clock::from_environment());
        Calls { turn: Arc::default(), running: Arc::default(), named, set, home }
    }

    /// Stop the call that runs, if one does, and wait for its end: no command that it runs outlives the server.
    pub(super) fn end(&self) {
        let running = self.running.lock().ok().and_then(|mut running| running.take());
        let Some(stop) = running else { return };
        stop.store(true, Ordering::Relaxed);
        for _ in 0..ENDING {
            if self.turn.try_lock().is_ok() {
                break;
            }
            thread::sleep(MOMENT);
        }
    }

    /// Let `work` run in `directory` for `client`, when its turn has come and it is not given up by then. It is stopped when `stop` is set,
    /// as far as it can be.
    ///
    /// # Errors
    ///
    /// `cancelled`; `not-a-repository` and the like, those of `work`; `bug` for a panic.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        client: Client,
        directory: PathBuf,
        stop: Arc<AtomicBool>,
        work: impl FnOnce(&Caller) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if stop.load(Ordering::Relaxed) {
            return Err(Error::new(codes::CANCELLED, "the call was cancelled before it started"));
        }
        let named = self.named.clone().or(client.name);
        let session = client.session;
        // The system's clock is asked at each call: that of a process stands still while the machine sleeps.
        let clock = self.set.unwrap_or_else(Clock::from_environment);
        let running = Arc::clone(&self.running);
        running.lock().map(|mut running| *running = Some(Arc::clone(&stop))).unwrap_or_default();
        let done = spawn_blocking(move || {
            let answer = run(&directory, session, |repo| work(&Caller::new(repo, clock, named).until(stop)));
            running.lock().map(|mut running| *running = None).unwrap_or_default();
            drop(turn);
            answer
        });
        done.await.unwrap_or_else(|ended| {
            let said = ended.try_into_panic().map_or_else(|_| "the call was cancelled".to_owned(), said);
            Err(Error::bug(format!("git-agent crashed: {said}")))
        })
    }
}

fn run<T>(directory: &Path, session: Option<SessionId>, work: impl FnOnce(Repo) -> Result<T>) -> Result<T> {
    std::env::set_current_dir(directory).map_err(|error| {
        let shown = directory.display().to_string();
        Error::new(codes::NOT_A_REPOSITORY, format!("cannot work in '{}'", shown.escape_debug()))
            .because(error)
            .hint("'directory' is a directory of the repository, absolute or relative to where the server was started")
    })?;
    let repo = Repo::discover(Path::new("."))?;
    if let Some(session) = session {
        repo.act_for(session);
    }
    work(repo)
}

/// The text of a panic.
fn said(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default().replace('\n', " ")
}
