//! Other clones, other formats of repositories.

use super::case::{Case, named};
use super::{Fate, Needs, Scenario, fixture};
use crate::support::{Layout, TestRepo};

/// The history of the fixture in a repository of another layout, rebased.
fn in_layout(case: &Case<'_>, layout: Layout) {
    case.begin();
    let other = TestRepo::with_layout(case.git_version(), layout);
    fixture::prepare(&other);
    fixture::build(&other);
    case.begin_in(&other);
    case.play_in(&other, "git rebase -q main; echo more >>c3; git commit -q -a --amend -m x");
    case.expect_in(&other, "main..", "T - U");
    case.play_in(&other, "todo 'pick topic~2\\nfixup topic\\npick topic~1'; idle; git commit -q --amend -m y");
    case.expect_in(&other, "main..", "T+U -");
    case.same("commits of U", &named(&other, &["U"]).len(), &1);
    other.fsck();
}

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "46",
        name: "sync with a remote that went on",
        expects: "the union of the lines, none twice, in both clones",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git init -q --bare ../hub; git remote add origin ../hub; git push -q origin main topic; git agent sync origin >/dev/null 2>&1; git clone -q ../hub ../clone -b topic");
            case.begin();
            let clone = case.at("../clone");
            case.play_in(&clone, "git agent sync origin >/dev/null 2>&1; git agent note --task T there >/dev/null 2>&1; git agent sync origin >/dev/null 2>&1");
            case.play("git agent note --task T here >/dev/null 2>&1; git agent sync origin >/dev/null 2>&1");
            case.play_in(&clone, "git agent sync origin >/dev/null 2>&1");
            let key = case.run("git").args(["hash-object", "--stdin"]).stdin("0 task T\n").run().text();
            let note = |repo: &TestRepo| repo.git(&["notes", "--ref=agent-tasks", "show", &key]).lines();
            case.same("both clones", &note(&clone), &note(case));
            case.same("notes", &note(case).iter().filter(|line| line.contains(" note ")).count(), &2);
            case.expect_in(&clone, "HEAD~3..", "T - U");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "49",
        name: "shallow clone, partial clone: rebase, amend -m",
        expects: "T, none, U, as far as the history goes",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git config uploadpack.allowFilter true");
            case.begin();
            for option in ["--depth=2", "--filter=blob:none"] {
                let name = option.trim_start_matches('-').split('=').next().unwrap_or_default();
                case.play(&format!("git clone -q --no-local {option} -b topic . ../{name}"));
                let clone = case.at(case.tmp().join(name));
                case.install_in(&clone);
                case.play_in(
                    &clone,
                    "git commit -q --amend -m x; git commit -q --allow-empty -m y; git rebase -q --no-ff HEAD~",
                );
                case.expect_in(&clone, "HEAD~2..", "U -");
                clone.fsck();
            }
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "49",
        name: "a repository with SHA-256",
        expects: "as everywhere",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| in_layout(case, Layout::Sha256),
    },
    Scenario {
        number: "49",
        name: "a repository with reftable",
        expects: "as everywhere",
        fate: Fate::Restored,
        needs: Needs::Git(2, 45),
        play: |case| in_layout(case, Layout::Reftable),
    },
    Scenario {
        number: "",
        name: "bundle, clone of the bundle",
        expects: "T, none, U from the commits alone",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play(
                "git bundle create -q ../all.bundle --branches; git clone -q -b topic ../all.bundle ../unbundled",
            );
            let clone = case.at("../unbundled");
            case.expect_in(&clone, "HEAD~3..", "T - U");
            case.same("commits of T", &named(&clone, &["T"]).len(), &1);
        },
    },
    Scenario {
        number: "",
        name: "agent.trailerKey=Bug: amend -m, cherry-pick, rebase",
        expects: "restored under the key that it had",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git config --add agent.trailerKey Bug; git config --add agent.trailerKey Task-Id; idle");
            case.begin();
            case.play("git rebase -q main; git commit -q --amend -m x");
            case.expect("main..", "T - U");
            case.message_is("HEAD", "x\n\nTask-Id: U\n");
        },
    },
];
