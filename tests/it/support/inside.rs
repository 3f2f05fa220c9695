//! Tests of the library with every git: what runs in this process finds its git by the environment, which is everybody's.

use std::path::Path;
use std::process::Command;

use super::{Git, TestRepo, gits};

/// Says, in a process of its own, which git it is about.
const INSIDE: &str = "GIT_AGENT_TEST_INSIDE";

/// Run `test`, which is the whole of the test `name` (`module::name`), once per git, each time in a process whose git that is,
/// with nothing of the machine's configuration.
#[track_caller]
pub fn inside_every_git(name: &str, test: impl Fn(&Git)) {
    if let Some(path) = std::env::var_os(INSIDE) {
        let git = gits().iter().find(|git| git.path == Path::new(&path)).expect("one of the gits");
        return test(git);
    }
    for git in gits() {
        let world = TestRepo::without_repository(git);
        let test = std::env::current_exe().expect("this program");
        let mut command = Command::new(test);
        command.args([name, "--exact", "--nocapture"]).env_clear().envs(world.environment()).env(INSIDE, &git.path);
        // As the test found them.
        let listed = std::env::var_os("GIT_AGENT_TEST_GITS").unwrap_or_default();
        let outer = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
        let path = std::iter::once(world.tmp().join("bin")).chain(outer);
        command.env("PATH", std::env::join_paths(path).expect("paths")).env("GIT_AGENT_TEST_GITS", listed);
        let output = command.output().expect("the test can be run");
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "with {git}:\n{said}{complained}");
        assert!(said.contains("1 passed"), "there is no test '{name}':\n{said}");
    }
}
