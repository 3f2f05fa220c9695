//! Stamping of commits that people and agents make: scenarios 1-16 of the survival matrix.

use crate::support::{Git, TestRepo, on_every_git};

/// A repository with hooks and one commit from before any task.
pub fn repo_with_hooks(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.use_real_dates();
    repo.commit_file("base", "base\n", "base");
    repo.agent(&["hook", "install"]).success();
    repo
}

/// Run `test` on every git, then see that nothing that was there before changed and that fsck has no complaint.
pub fn on_every_git_with_hooks(test: impl Fn(&TestRepo)) {
    on_every_git(|git| {
        let repo = repo_with_hooks(git);
        let base = repo.head();
        test(&repo);
        assert_eq!(repo.message(&base), b"base\n");
        repo.git(&["merge-base", "--is-ancestor", &base, "HEAD"]).success();
        repo.fsck();
    });
}

fn stage(repo: &TestRepo, content: &str) {
    repo.write("file", content);
    repo.git(&["add", "file"]).success();
}

#[test]
fn s01_commit_m_is_stamped() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        stage(repo, "1\n");
        repo.git(&["commit", "-q", "-m", "subject"]).success();
        assert_eq!(repo.message("HEAD"), b"subject\n\nTask-Id: T\n");
    });
}

#[test]
fn s02_every_way_to_give_a_message_is_stamped_once() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        repo.write("msg", "from a file\n\nbody\n");
        let ways: [&[&str]; 6] = [
            &["-F", "msg"],
            &["-C", "HEAD"],
            &["--no-verify", "-m", "no verify"],
            &["-a", "-m", "all"],
            &["-m", "one", "-m", "two"],
            &["-m", "path", "--", "file"],
        ];
        stage(repo, "0\n");
        for (n, way) in ways.iter().enumerate() {
            repo.write("file", format!("{n}!\n"));
            if *way != ["-m", "path", "--", "file"] {
                repo.git(&["add", "file"]).success();
            }
            repo.git(&[&["commit", "-q"], *way].concat()).success();
            assert_eq!(repo.task_ids("HEAD"), ["T"], "{way:?}");
        }
        stage(repo, "c\n");
        repo.run("git").args(["commit", "-q", "-c", "HEAD"]).editor("true").run().success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "-c");
    });
}

#[test]
fn s03_a_subject_typed_in_an_editor_stays_a_subject() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        stage(repo, "1\n");
        let editor = "{ echo typed; cat \"$1\"; } >\"$1.new\" && mv \"$1.new\" \"$1\"";
        repo.run("git").args(["commit", "-q"]).editor(editor).run().success();
        assert_eq!(repo.message("HEAD"), b"typed\n\nTask-Id: T\n");
    });
}

#[test]
fn s04_an_aborted_commit_stays_aborted() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        let before = repo.head();
        stage(repo, "1\n");
        repo.run("git").args(["commit"]).editor("true").run().failure();
        repo.git(&["commit", "-m", ""]).failure();
        repo.git(&["commit", "-m", "# a comment", "--cleanup=strip"]).failure();
        repo.run("git").args(["commit", "-s"]).editor("true").run().failure();
        repo.write("template", "What:\n\nWhy:\n");
        repo.run("git").args(["commit", "-t", "template"]).editor("true").run().failure();
        repo.run("git").args(["-c", "commit.template=template", "commit", "-s"]).editor("true").run().failure();
        repo.run("git").args(["commit", "-t", "template"]).editor(":").run().failure();
        assert_eq!(repo.head(), before);
        repo.run("git").args(["commit", "-q", "-t", "template"]).editor("echo more >>\"$1\"").run().success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "a template that somebody filled in");
    });
}

#[test]
fn s05_without_a_task_no_byte_changes() {
    on_every_git_with_hooks(|repo| {
        for (n, message) in
            ["x\n", "x\r\n\r\ny\r\n", "x\n\nSigned-off-by: a <b>\n", "Revert \"x\"\n\nThis reverts commit 1234567.\n"]
                .iter()
                .enumerate()
        {
            stage(repo, &format!("{n}\n"));
            repo.run("git").args(["commit", "-q", "--cleanup=verbatim", "-F", "-"]).stdin(*message).run().success();
            assert_eq!(repo.message("HEAD"), message.as_bytes());
        }
        repo.run("git").args(["commit", "-q", "--allow-empty"]).editor("echo typed >\"$1\"").run().success();
        assert_eq!(repo.message("HEAD"), b"typed\n");
    });
}

#[test]
fn s06_a_diff_in_the_message_file_is_not_read() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        stage(repo, "Task-Id: X\n");
        let editor = "{ echo typed; cat \"$1\"; } >\"$1.new\" && mv \"$1.new\" \"$1\"";
        repo.run("git").args(["commit", "-q", "-v"]).editor(editor).run().success();
        assert_eq!(repo.message("HEAD"), b"typed\n\nTask-Id: T\n");
    });
}

#[test]
fn s07_every_cleanup_mode_gives_a_valid_trailer() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        for (n, mode) in ["verbatim", "whitespace", "strip", "scissors", "default"].iter().enumerate() {
            let cleanup = format!("--cleanup={mode}");
            stage(repo, &format!("{n}\n"));
            repo.run("git").args(["commit", "-q", &cleanup, "-F", "-"]).stdin("no final newline").run().success();
            assert_eq!(repo.task_ids("HEAD"), ["T"], "{mode} without an editor");
            stage(repo, &format!("{n} edited\n"));
            let editor = "{ echo typed; cat \"$1\"; } >\"$1.new\" && mv \"$1.new\" \"$1\"";
            repo.run("git").args(["commit", "-q", &cleanup]).editor(editor).run().success();
            assert_eq!(repo.task_ids("HEAD"), ["T"], "{mode} with an editor");
            let config = format!("commit.cleanup={mode}");
            stage(repo, &format!("{n} config\n"));
            repo.run("git").args(["-c", &config, "commit", "-q"]).editor(editor).run().success();
            assert_eq!(repo.task_ids("HEAD"), ["T"], "{mode} in the configuration");
        }
    });
}

#[test]
fn s08_other_comment_characters() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        let editor = "{ printf '#12 subject\\n'; cat \"$1\"; } >\"$1.new\" && mv \"$1.new\" \"$1\"";
        for setting in ["core.commentChar=;", "core.commentString=//"] {
            if setting.contains("String") && repo.git_version().version < (2, 45) {
                continue;
            }
            stage(repo, setting);
            repo.run("git").args(["-c", setting, "commit", "-q"]).editor("true").run().failure();
            repo.run("git").args(["-c", setting, "commit", "-q"]).editor(editor).run().success();
            assert_eq!(repo.message("HEAD"), b"#12 subject\n\nTask-Id: T\n", "{setting}");
        }
        stage(repo, "auto\n");
        repo.git(&["commit", "-q", "-m", "#12 subject", "--no-verify"]).success();
        repo.run("git")
            .args(["-c", "core.commentChar=auto", "commit", "-q", "--amend"])
            .editor("sed -i 's/subject/auto/' \"$1\"")
            .run()
            .success();
        assert_eq!(repo.message("HEAD"), b"#12 auto\n\nTask-Id: T\n");
    });
}

#[test]
fn s09_bodies_that_look_like_something_else_keep_their_bytes() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        for (n, body) in
            ["https://example.com/x", "a\n---\nb", "text\n\n#123 x", "a\n\n--- a/x\n+++ b/x"].iter().enumerate()
        {
            stage(repo, &format!("{n}\n"));
            repo.git(&["commit", "-q", "-m", "subject", "-m", body]).success();
            assert_eq!(repo.message("HEAD"), format!("subject\n\n{body}\n\nTask-Id: T\n").as_bytes());
            assert_eq!(repo.task_ids("HEAD"), ["T"]);
        }
    });
}

#[test]
fn s10_line_ends_and_encodings_stay() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        let crlf = "subject\r\n\r\nbody\r\n";
        repo.run("git")
            .args(["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-"])
            .stdin(crlf)
            .run()
            .success();
        assert_eq!(repo.message("HEAD"), b"subject\r\n\r\nbody\r\n\r\nTask-Id: T\r\n");
        assert_eq!(repo.task_ids("HEAD"), ["T"]);
        let latin = b"caf\xe9\n".to_vec();
        repo.run("git")
            .args(["-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-F", "-"])
            .stdin(latin)
            .run()
            .success();
        assert_eq!(repo.message("HEAD"), b"caf\xe9\n\nTask-Id: T\n");
    });
}

#[test]
fn s11_joins_the_trailers_that_are_there_and_comes_last() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        repo.git(&["commit", "-q", "--allow-empty", "-s", "-m", "x", "--trailer", "Reviewed-by: R"]).success();
        let block = "Signed-off-by: A U Thor <author@example.com>\nReviewed-by: R\nTask-Id: T\n";
        let expected = [
            format!("x\n\n{block}"),
            format!(
                "x\n\n{}",
                block.replace(
                    "Signed-off-by: A U Thor <author@example.com>\nReviewed-by: R",
                    "Reviewed-by: R\nSigned-off-by: A U Thor <author@example.com>"
                )
            ),
        ];
        let message = String::from_utf8(repo.message("HEAD")).unwrap();
        assert!(expected.contains(&message), "{message}");
        repo.git(&["commit", "-q", "--allow-empty", "-m", "x\n\nCo-authored-by: A <a@b>\nTask-Id: T"]).success();
        assert_eq!(repo.message("HEAD"), b"x\n\nCo-authored-by: A <a@b>\nTask-Id: T\n");
        let picked = repo.head();
        repo.git(&["cherry-pick", "-x", "--allow-empty", &picked]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"]);
    });
}

#[test]
fn s12_to_s16_amend_keeps_the_task() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        stage(repo, "1\n");
        repo.git(&["commit", "-q", "-m", "c"]).success();
        repo.git(&["commit", "-q", "--amend", "--no-edit"]).success();
        assert_eq!(repo.message("HEAD"), b"c\n\nTask-Id: T\n", "s12");

        repo.deactivate();
        repo.git(&["commit", "-q", "--amend", "-m", "replaced"]).success();
        assert_eq!(repo.message("HEAD"), b"replaced\n\nTask-Id: T\n", "s13");
        repo.run("git").args(["commit", "-q", "--amend"]).editor("echo rewritten >\"$1\"").run().success();
        assert_eq!(repo.message("HEAD"), b"rewritten\n\nTask-Id: T\n", "s13, in an editor");
        repo.git(&["commit", "-q", "--amend", "--reset-author", "-m", "mine"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "s13, with a new author date");
        repo.git(&["-c", "alias.fix=commit --amend", "fix", "-q", "-m", "by alias"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "s13, by an alias");

        let before = repo.head();
        let date = repo.git(&["log", "-1", "--format=%cd", "--date=raw"]).text();
        repo.run("git").args(["commit", "-q", "--amend", "--no-edit"]).env("GIT_COMMITTER_DATE", date).run().success();
        assert_eq!(repo.head(), before, "s15: the same commit");
        assert_eq!(repo.task_ids("HEAD"), ["T"], "s15");
        repo.git(&["commit", "-q", "--amend", "--no-post-rewrite", "-m", "y"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "s16");

        repo.activate("U");
        repo.git(&["commit", "-q", "--amend", "--no-edit"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "s14");
        repo.git(&["commit", "-q", "--amend", "-m", "z"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "s14, with a new message");
    });
}

#[test]
fn a_new_commit_in_the_same_second_is_no_amend() {
    on_every_git_with_hooks(|repo| {
        for n in 0..5 {
            repo.activate(&format!("T-{n}"));
            repo.git(&["commit", "-q", "--allow-empty", "-m", "c"]).success();
            assert_eq!(repo.task_ids("HEAD"), [format!("T-{n}")]);
        }
    });
}

#[test]
fn the_variable_wins_over_the_worktree_unless_it_is_no_id() {
    on_every_git_with_hooks(|repo| {
        repo.activate("T");
        repo.run("git").args(["commit", "-q", "--allow-empty", "-m", "x"]).env("GIT_AGENT_TASK", "V").run().success();
        assert_eq!(repo.task_ids("HEAD"), ["V"]);
        let output = repo
            .run("git")
            .args(["commit", "-q", "--allow-empty", "-m", "x"])
            .env("GIT_AGENT_TASK", "no id")
            .run()
            .success();
        assert_eq!(repo.task_ids("HEAD"), ["T"]);
        assert!(output.stderr.contains("GIT_AGENT_TASK: ignored"), "{output}");
    });
}

#[test]
fn other_trailer_keys_are_written_and_read() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["config", "--add", "agent.trailerKey", "Bug"]).success();
        repo.git(&["config", "--add", "agent.trailerKey", "Task-Id"]).success();
        repo.activate("T");
        repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        assert_eq!(repo.message("HEAD"), b"x\n\nBug: T\n");
        repo.git(&["commit", "-q", "--allow-empty", "-m", "x\n\ntask-id: T"]).success();
        assert_eq!(repo.message("HEAD"), b"x\n\ntask-id: T\n", "named already, under the other key");
        repo.deactivate();
        repo.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "y"]).success();
        assert_eq!(repo.message("HEAD"), b"y\n\ntask-id: T\n", "kept as it was written");
    });
}
