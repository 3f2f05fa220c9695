//! The program is killed: at any moment, with or without the gits that it has started; and at its n-th system call.
//!
//! A git that outlives the program still writes; it holds the lock of the operation, which the next command waits for.

use std::{
    fs::File,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use super::{
    View, each,
    faults::{Stage, Way},
    measure, numbers,
};
use crate::support::{has_strace, is_missing, program};

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Program,
    Everything,
}

/// How many kills came to what: nothing begun, or done; taken back; finished.
static CAME_TO: Mutex<[usize; 3]> = Mutex::new([0; 3]);

impl Stage {
    /// How long it takes.
    fn duration(&self) -> Duration {
        let began = Instant::now();
        self.world.agent(&self.operation()).success();
        let duration = began.elapsed();
        self.world.agent(&["undo"]).success();
        duration
    }

    /// Kill it after `delay`.
    fn kill(&self, delay: Duration, victim: Victim) {
        self.world.tell(format!("kill {victim:?} after {delay:?}"));
        let mut command = self.world.here.run("git-agent").args(self.operation()).into_command();
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be run");
        thread::sleep(delay);
        match victim {
            Victim::Program => child.kill().expect("it can be killed"),
            Victim::Everything => {
                let group = format!("-{}", child.id());
                let killed = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
                assert!(killed.is_ok(), "it can be killed");
            }
        }
        child.wait().expect("it ended");
        self.wait_for_others();
    }

    /// Wait until nobody works on the operation any more.
    fn wait_for_others(&self) {
        if let Ok(lock) = File::open(self.world.git_dir().join("agent/operation.lock")) {
            lock.lock().expect("a lock");
        }
    }

    /// Whatever it came to, bring it to an end.
    #[track_caller]
    fn clear_up(&mut self, when: &str) {
        let way = if self.world.random.one_in(2) { Way::Undo } else { Way::Resume };
        let is_interrupted = self.is_interrupted();
        let came_to = match (is_interrupted, way) {
            (false, _) => 0,
            (true, Way::Undo) => 1,
            (true, Way::Resume) => 2,
        };
        CAME_TO.lock().expect("a tally")[came_to] += 1;
        match is_interrupted {
            true => self.end(way, when),
            false => self.settled(when),
        }
    }
}

fn kill_some(number: u64) {
    let Some(mut stage) = Stage::set(number) else { return };
    let there = View::of(&stage.world.there).of_its_own();
    let duration = stage.duration();
    for round in 0..measure("GIT_AGENT_TEST_ROUNDS", 5) {
        let delay = duration.mul_f64(stage.world.random.below(1100) as f64 / 1000.0);
        let victim = if stage.world.random.one_in(2) { Victim::Program } else { Victim::Everything };
        stage.kill(delay, victim);
        stage.clear_up(&format!("killed {victim:?} after {delay:?} of {duration:?} in round {round}"));
    }
    View::of(&stage.world.there).of_its_own().expect_same(&there, "the other worktree");
    stage.world.here.fsck();
}

#[test]
fn killed_at_any_moment() {
    each("killed_at_any_moment", numbers("GIT_AGENT_TEST_KILLS", 4), kill_some);
    let [settled, undone, resumed] = *CAME_TO.lock().expect("a tally");
    eprintln!("killed before the beginning or after the end: {settled}, taken back: {undone}, finished: {resumed}");
}

/// System calls that change something.
const CALLS: [&str; 12] = [
    "rename,renameat,renameat2",
    "unlink,unlinkat,rmdir",
    "symlink,symlinkat,link,linkat",
    "mkdir,mkdirat",
    "chmod,fchmod,fchmodat,utimensat,ftruncate",
    "fsync,fdatasync,sync_file_range",
    "write,pwrite64,copy_file_range,sendfile",
    "flock",
    "execve,clone,clone3,vfork",
    "openat,open,creat",
    "close",
    "read,pread64",
];

/// Those of which there are very many: only some are tried.
const MANY: [&str; 3] = ["openat,open,creat", "close", "read,pread64"];

/// What happens at the n-th call.
const EFFECTS: [&str; 3] = ["signal=SIGKILL", "error=ENOSPC", "error=EIO"];

/// Whether the system lets us look at its calls.
/// Have the n-th of `calls` end with `effect`, in the program alone or in the gits that it starts, too. Answers whether it
/// came that far.
fn strike(stage: &mut Stage, calls: &str, effect: &str, n: usize, follow: &[&str]) -> bool {
    let when = format!("call {n} of {calls} {follow:?} ends with {effect}");
    stage.world.tell(&when);
    let program = program();
    let log = stage.world.here.tmp().join("strace.log");
    let inject = format!("inject={calls}:{effect}:when={n}");
    let run = stage.world.here.run("strace").args(follow).args(["-qq", "-o"]).args([&log]);
    let run = run.args(["-e", &format!("trace={calls}"), "-e", &inject, "--"]).args([program]);
    let output = run.args(stage.operation()).run();
    let log = std::fs::read(&log).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let is_struck = log.contains("(INJECTED)") || log.contains("killed by SIGKILL");
    if !is_struck {
        assert_eq!(output.code, Some(0), "{when}:\n{output}");
        stage.world.agent(&["undo"]).success();
        return false;
    }
    stage.wait_for_others();
    if let Some(code @ 1..) = output.code {
        assert!(code != 70 && code != 101, "{when}:\n{output}");
    }
    stage.clear_up(&format!("{when}:\n{output}"));
    true
}

fn strike_all(number: u64) {
    let Some(mut stage) = Stage::set(number) else { return };
    let there = View::of(&stage.world.there).of_its_own();
    let stride = measure("GIT_AGENT_TEST_STRIDE", 1).max(1);
    let mut struck = 0;
    let is_everyday = std::env::var_os("GIT_AGENT_TEST_STRIKES").is_none();
    let calls = if is_everyday { &CALLS[..1] } else { &CALLS[..] };
    for calls in calls.iter().copied() {
        // A directory that cannot be closed is a panic of the standard library.
        let effects = if calls == "close" || is_everyday { &EFFECTS[..1] } else { &EFFECTS[..] };
        for effect in effects {
            for follow in [&[][..], &["-f"]] {
                let stride = if MANY.contains(&calls) { stride * 20 } else { stride };
                let mut n = 1 + stage.world.random.below(stride);
                while strike(&mut stage, calls, effect, n, follow) {
                    n += stride;
                    struck += 1;
                }
            }
        }
        eprintln!("world {number}: struck {struck} times up to {calls}");
    }
    View::of(&stage.world.there).of_its_own().expect_same(&there, "the other worktree");
    stage.world.here.fsck();
}

#[test]
fn struck_at_every_system_call() {
    if is_missing("strace", has_strace()) {
        return;
    }
    each("struck_at_every_system_call", numbers("GIT_AGENT_TEST_STRIKES", 1), strike_all);
}
