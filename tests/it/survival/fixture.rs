//! What every scenario starts from; made once per git, then copied.
//!
//! ```text
//! base* ── up*                main, tag upstream      * by Somebody Else, without hooks
//!     └─── c1[T] ── c2* ── c3[U]   topic, HEAD; V is active
//! ```

use crate::support::{Git, TestRepo};

/// The message of c2: it ends in what is easily taken for a trailer.
pub const FOREIGN_MESSAGE: &str = "c2\n\nSee also\n\nhttps://example.com/x\n";

/// The author of what is not ours.
pub const FOREIGN: &str = "Somebody Else <else@example.com>";

/// A repository that is ready to be copied, and its git.
pub struct Fixture {
    pub git: Git,
    /// Where it is; its files go with it.
    dir: tempfile::TempDir,
    /// The commits with the task that each one names, or `-`.
    pub known: Vec<(String, &'static str)>,
}

impl Fixture {
    /// Make it.
    pub fn new(git: &Git) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("git-agent-fixture-")
            .tempdir_in(crate::support::scratch())
            .expect("a temporary directory");
        let repo = TestRepo::with_git(git);
        prepare(&repo);
        build(&repo);
        // Few files are quickly copied.
        repo.sh("rm -f .git/hooks/*.sample && git repack -adq && git pack-refs --all").success();
        repo.run("cp").args(["-a", "."]).args([dir.path().join("repo")]).run().success();
        let named = [("main~", "-"), ("main", "-"), ("topic~2", "T"), ("topic~", "-"), ("topic", "U")];
        let known = named.map(|(rev, task)| (repo.git(&["rev-parse", rev]).text(), task)).into();
        Fixture { git: git.clone(), dir, known }
    }

    /// A copy in a world of its own.
    pub fn copy(&self) -> TestRepo {
        let repo = TestRepo::without_repository(&self.git);
        prepare(&repo);
        repo.run("cp").args(["-a"]).args([self.dir.path().join("repo/.")]).args(["."]).run().success();
        repo
    }
}

/// Put the editors of the scenarios on the PATH, and let commits have the machine's time, as in life.
pub fn prepare(repo: &TestRepo) {
    repo.use_real_dates();
    let bin = repo.tmp().join("bin");
    let script = |name: &str, text: &str| repo.write_script(&bin.join(name).to_string_lossy(), text);
    script("write", "#!/bin/sh\nprintf '%b\\n' \"$1\" >\"$2\"\n");
    script("prepend", "#!/bin/sh\n{ printf '%b\\n' \"$1\"; cat \"$2\"; } >\"$2.new\" && mv \"$2.new\" \"$2\"\n");
}

/// What scripts of scenarios can say besides git.
pub const PRELUDE: &str = r#"
active() {
    anchor=$(echo "0 task $1" | git hash-object -w --stdin)
    git update-ref refs/worktree/agent/active "$anchor"
    tips=$(git rev-parse --git-common-dir)/agent-id/tips own=$(git rev-parse --git-dir) place=
    case $own in */worktrees/*) place=worktrees%2F${own##*/}%2F ;; esac
    mkdir -p "$tips"; echo "$anchor" >"$tips/${place}refs%2Fworktree%2Fagent%2Factive"
}
idle() { git update-ref -d refs/worktree/agent/active; }
made() { echo "${2-$1}" >"$1"; git add "$1"; git commit -q -m "$1"; }
foreign() {
    echo "$1" >"$1"; git add "$1"
    parent=$(git rev-parse -q --verify HEAD) && parent="-p $parent" || parent=
    made=$(GIT_AUTHOR_NAME='Somebody Else' GIT_AUTHOR_EMAIL=else@example.com git commit-tree $parent -m "${2-$1}" "$(git write-tree)")
    git update-ref -m elsewhere HEAD "$made"
}
todo() { GIT_SEQUENCE_EDITOR="write '$1'" GIT_EDITOR=${GIT_EDITOR-true} git rebase -q -i "${2-main}"; }
fails() { if "$@"; then echo "expected to fail: $*" >&2; exit 99; fi; }
unset GIT_EDITOR
export EDITOR=false
"#;

/// Make the history in an empty repository.
pub fn build(repo: &TestRepo) {
    repo.agent(&["hook", "install"]).success();
    for task in ["T", "U", "V"] {
        repo.agent(&["add", &format!("task {task}"), "--id", task]).success();
    }
    let script = format!(
        "{PRELUDE}
        foreign base
        git checkout -q -b topic
        active T; made c1
        idle; foreign c2 '{}'
        active U; made c3; idle
        git checkout -q main
        foreign up; git tag upstream
        git checkout -q topic; active V",
        FOREIGN_MESSAGE.trim_end(),
    );
    repo.sh(&script).success();
    assert_eq!(repo.task_ids("topic~2"), ["T"]);
    assert_eq!(repo.task_ids("topic"), ["U"]);
}
