//! Lines, and what they may destroy.

use bstr::{BStr, BString, ByteSlice as _};
use proptest::prelude::*;

use super::{Dir, Level, Loss, Onto, Risk, Target, Where, World, judge, judge_words};

/// A home, a temporary directory, a few aliases, one directory.
struct Desk;

impl World for Desk {
    fn alias(&self, _: &Dir, name: &BStr) -> Option<BString> {
        let aliases: [(&str, &str); 8] = [
            ("nuke", "reset --hard"),
            ("st", "status -s"),
            ("wipe", "!git clean -fdx && rm -rf build"),
            ("undo-all", "!f() { git reset --hard \"$1\"; }; f"),
            ("twice", "nuke HEAD~1"),
            ("loop", "loop"),
            ("where", "-C sub reset --hard"),
            ("quoted", "commit -m 'reset --hard'"),
        ];
        aliases.iter().find(|(known, _)| name == *known).map(|(_, text)| (*text).into())
    }

    fn is_dir(&self, path: &BStr) -> bool {
        path == "there"
    }

    fn variable(&self, name: &BStr) -> Option<BString> {
        (name == "HOME").then(|| "/home/me".into()).or_else(|| (name == "TMPDIR").then(|| "/var/tmp".into()))
    }
}

/// But for those about ignored files in the places of others, which every checkout may overwrite.
fn risks(line: &str) -> Vec<Risk> {
    let mut risks = judge(line.as_bytes(), &Desk);
    risks.retain(|risk| risk.losses != [Loss::Overwritten]);
    risks
}

/// `!` destroys, `~` changes; then the losses or the targets.
fn shown(line: &str) -> String {
    let show = |risk: Risk| {
        let level = match risk.level {
            Level::Changes => "~",
            Level::Destroys => "!",
            Level::Fatal => "#",
        };
        let what = match &risk.targets {
            None => {
                let mut words: Vec<String> = risk.losses.iter().map(|loss| loss.word().to_owned()).collect();
                words.dedup();
                words
            }
            Some(targets) => targets.iter().map(target).collect(),
        };
        let dir = match (&risk.dir, &risk.targets) {
            (_, Some(_)) => String::new(),
            (Dir::Known(dir), None) if dir.is_empty() => String::new(),
            (Dir::Known(dir), None) => format!(" in {dir}"),
            (Dir::Unknown, None) => " somewhere".to_owned(),
        };
        let place = if risk.place != Where::Here { " elsewhere" } else { "" };
        format!("{level}{}{dir}{place}", what.join(","))
    };
    risks(line).into_iter().map(show).collect::<Vec<_>>().join(" ")
}

fn target(target: &Target) -> String {
    match target {
        Target::At(path) => path.to_string(),
        Target::Existing(path) => format!("{path}?"),
        Target::Below(path) => format!("{path}/"),
        Target::Whole(path) => format!("{path}/**"),
        Target::Matching(path) => format!("{path}*"),
        Target::Worktree(name) => format!("worktree {name}"),
        Target::Any => "any".to_owned(),
    }
}

#[track_caller]
fn check(rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(line, expected)| shown(line) != *expected)
        .map(|(line, expected)| format!("{line}\n    is       {}\n    should be {expected}", shown(line)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn git_commands() {
    check(&[
        ("git reset --hard", "!uncommitted"),
        ("git reset --har", "!uncommitted"),
        ("git reset -q --hard HEAD", "!uncommitted"),
        ("git reset --hard HEAD~3", "!uncommitted,history"),
        ("git reset --hard origin/main", "!uncommitted,history"),
        ("git reset --merge", "!uncommitted"),
        ("git reset --keep HEAD~1", "~uncommitted,history"),
        ("git reset HEAD~1", "~history"),
        ("git reset --soft HEAD~1", "~history"),
        ("git checkout -- src", "!uncommitted"),
        ("git checkout .", "!uncommitted"),
        ("git checkout -f", "!uncommitted"),
        ("git checkout main -f", "!uncommitted"),
        ("git checkout -qf main", "!uncommitted"),
        ("git checkout HEAD~1 src/a.rs", "!uncommitted"),
        ("git checkout --theirs a", "!uncommitted"),
        ("git checkout -p", "!uncommitted"),
        ("git checkout src/", "!uncommitted"),
        ("git checkout a.rs", "!a.rs?"),
        ("git checkout -B main origin/main", "~history"),
        ("git switch -f main", "!uncommitted"),
        ("git switch --discard-changes main", "!uncommitted"),
        ("git switch -C main", "~history"),
        ("git restore .", "!uncommitted"),
        ("git restore --staged --worktree a", "!uncommitted"),
        ("git restore -SW a", "!uncommitted"),
        ("git restore --source=HEAD~1 a", "!uncommitted"),
        ("git clean -fd", "!untracked"),
        ("git clean -fdx", "!untracked,ignored"),
        ("git clean -f -e '*.n' .", "!untracked"),
        ("git stash", "~uncommitted"),
        ("git stash -u", "~uncommitted"),
        ("git stash push -m 'list of things'", "~uncommitted"),
        ("git stash save x", "~uncommitted"),
        ("git stash pop", "~uncommitted,stash"),
        ("git stash drop", "!stash"),
        ("git stash clear", "!stash"),
        ("git rm -rf src", "!uncommitted"),
        ("git mv -f a b", "~a?,b?"),
        ("git branch -D x", "!history"),
        ("git branch -d -f x", "!history"),
        ("git branch -M main", "~history"),
        ("git branch -f main HEAD~2", "~history"),
        ("git tag -d v1", "~history"),
        ("git rebase main", "~history"),
        ("git rebase -i HEAD~3", "~history"),
        ("git rebase --abort", "!uncommitted,history"),
        ("git rebase -x 'rm -rf src' main", "!src ~history"),
        ("git commit --amend --no-edit", "~history"),
        ("git commit -a --amend -m x", "~history"),
        ("git merge --abort", "!uncommitted"),
        ("git cherry-pick --abort", "!uncommitted,history"),
        ("git revert --abort", "!uncommitted,history"),
        ("git am --abort", "!uncommitted,history"),
        ("git update-ref -d refs/heads/x", "!history"),
        ("git update-ref refs/heads/x HEAD~1", "~history"),
        ("git reflog expire --expire=now --all", "!history"),
        ("git gc --prune=now", "!history"),
        ("git -c gc.pruneExpire=now gc", "!history"),
        ("git prune", "!history"),
        ("git repack -ad", "!history"),
        ("git worktree remove -f ../other", "!worktree ../other"),
        ("git worktree remove other", "~worktree other"),
        ("git worktree remove -f \"$w\"", "!worktree "),
        ("git worktree prune", "~history,untracked"),
        ("git filter-branch --all", "!uncommitted,history"),
        ("git filter-repo --path a", "!uncommitted,history"),
        ("git-filter-repo --path a", "!uncommitted,history"),
        ("git read-tree -u --reset HEAD", "!uncommitted"),
        ("git read-tree --empty", "~uncommitted"),
        ("git checkout-index -f -a", "!uncommitted"),
        ("git checkout-index -fa", "!uncommitted"),
        ("git submodule update --init --force", "!uncommitted"),
        ("git submodule deinit -f x", "!uncommitted"),
        ("git submodule foreach 'git reset --hard'", "!uncommitted somewhere"),
        ("git submodule foreach --recursive git clean -fd", "!untracked somewhere"),
        ("git sparse-checkout set src", "~uncommitted,ignored"),
        ("git push --force", "!remote"),
        ("git push -fu origin x", "!remote"),
        ("git push origin +main", "!remote"),
        ("git push --mirror", "!remote"),
        ("git push origin --delete x", "!remote"),
        ("git push origin :x", "!remote"),
        ("git push --force-with-lease", "~remote"),
        ("git apply x.patch", "~uncommitted"),
        ("git pull --rebase", "~uncommitted,history"),
        ("git pull -r origin main", "~uncommitted,history"),
        ("git pull --autostash", "~uncommitted"),
        ("git fetch origin +main:main", "~history"),
        ("git bisect run rm -rf x", "!x"),
        ("git -C sub reset --hard", "!uncommitted in sub"),
        ("git -C a -C b clean -f", "!untracked in a/b"),
        ("git -C \"$d\" clean -f", "!untracked somewhere"),
        ("git -c core.x=y --no-pager reset --hard", "!uncommitted"),
        ("git --git-dir=/x/.git --work-tree /x reset --hard", "!uncommitted elsewhere"),
        ("GIT_DIR=/x git reset --hard", "!uncommitted elsewhere"),
        ("env GIT_WORK_TREE=/x git reset --hard", "!uncommitted elsewhere"),
        ("/usr/bin/git reset --hard", "!uncommitted"),
        ("git nuke", "!uncommitted"),
        ("git twice", "!uncommitted,history"),
        ("git wipe", "!untracked,ignored somewhere !any"),
        ("git undo-all HEAD", "!uncommitted,history somewhere"),
        ("git where", "!uncommitted in sub"),
        ("git loop", "~unknown"),
        ("git -c alias.x='reset --hard' x", "!uncommitted"),
        ("git $verb", "~unknown"),
        ("git reset $args", "~history"),
        ("git checkout \"$what\"", "~unknown"),
    ]);
}

#[test]
fn false_friends_in_git() {
    let safe = [
        "git status",
        "git restore --staged x",
        "git restore -S .",
        "git clean -n",
        "git clean -nfd",
        "git clean --dry-run -fdx",
        "git checkout main?",
        "git checkout -b new",
        "git checkout -b new origin/main",
        "git checkout --detach HEAD~1",
        "git checkout -",
        "git switch main",
        "git switch -c new",
        "git log -- reset --hard",
        "git log --grep 'reset --hard'",
        "git diff --stat",
        "git reset",
        "git reset HEAD",
        "git reset HEAD -- a",
        "git reset -- a",
        "git stash list",
        "git stash show -p",
        "git branch -d x",
        "git branch x",
        "git branch --list -v",
        "git rm --cached -f a",
        "git rm a",
        "git mv a b",
        "git rebase --continue",
        "git rebase --quit",
        "git merge x",
        "git merge --continue",
        "git cherry-pick abc",
        "git commit -m 'git reset --hard'",
        "git commit -am --amend-ment",
        "git commit -m --amend",
        "git gc",
        "git gc --auto",
        "git prune -n",
        "git reflog",
        "git reflog show",
        "git worktree prune -n",
        "git worktree list",
        "git push",
        "git push origin main",
        "git push -u origin HEAD:main",
        "git push --tags",
        "git pull",
        "git pull --ff-only",
        "git pull --rebase=false",
        "git fetch --prune",
        "git fetch origin main:main",
        "git apply --check x.patch",
        "git apply --stat x",
        "git st",
        "git quoted",
        "git unknown-thing --hard",
        "git reset --help",
        "git help reset",
        "git --version",
        "git agent rollback x",
        "git agent guard -- git reset --hard",
        "git-agent guard -- rm -rf x",
        "git submodule update --init",
        "git sparse-checkout list",
        "git config alias.x 'reset --hard'",
        "git log $range",
        "git add $files",
        "git commit -m \"$message\"",
        "git push origin \"$branch\"",
        "git show $commit",
        "git commit -m \"$(cat <<'EOF'\nfix: rm -rf x, git reset --hard\nEOF\n)\"",
    ];
    for line in safe {
        let found = risks(line);
        let only_maybe = found
            .iter()
            .all(|risk| matches!(risk.targets.as_deref(), Some([Target::Existing(_) | Target::Matching(_)])));
        assert!(found.is_empty() || line == "git checkout main?" && only_maybe, "{line}: {}", shown(line));
    }
    // Whether it is a branch or a file, the work tree knows.
    assert_eq!(shown("git checkout main"), "!main?");
}

/// The trees that are written over the files: words, `-` for none, `?` for what cannot be told.
fn trees(line: &str) -> String {
    let onto = judge(line.as_bytes(), &Desk).into_iter().map(|risk| risk.onto).find(|onto| *onto != Onto::Nothing);
    match onto.unwrap_or_default() {
        Onto::Nothing => "-".to_owned(),
        Onto::Unknown => "?".to_owned(),
        Onto::Trees(words) => words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    }
}

#[test]
fn trees_that_are_written_over_files() {
    for (line, expected) in [
        ("git checkout main", "main"),
        ("git checkout -", "@{-1}"),
        ("git checkout -b new", "-"),
        ("git checkout -b new origin/main", "origin/main"),
        ("git checkout --detach HEAD~1", "HEAD~1"),
        ("git checkout HEAD~1 -- a b", "HEAD~1"),
        ("git checkout -f", "HEAD"),
        ("git checkout \"$x\"", "?"),
        ("git switch topic", "topic"),
        ("git switch -c new", "-"),
        ("git switch -C new start", "start"),
        ("git reset --hard", "HEAD"),
        ("git reset --keep HEAD~2", "HEAD~2"),
        ("git reset HEAD~2", "-"),
        ("git restore -s HEAD~1 a", "HEAD~1"),
        ("git restore a", "-"),
        ("git read-tree -m -u HEAD topic", "HEAD topic"),
        ("git read-tree HEAD", "-"),
        ("git merge topic other", "topic other"),
        ("git merge -m words topic", "topic"),
        ("git merge", "@{upstream}"),
        ("git merge --continue", "-"),
        ("git pull", "?"),
        ("git pull --rebase origin main", "?"),
        ("git rebase main", "?"),
        ("git rebase --abort", "?"),
        ("git rebase --quit", "-"),
        ("git cherry-pick a b", "a b"),
        ("git cherry-pick a..b", "?"),
        ("git revert a", "a^"),
        ("git stash pop", "stash@{0} stash@{0}^2 stash@{0}^3"),
        ("git stash apply 2", "stash@{2} stash@{2}^2 stash@{2}^3"),
        ("git stash", "HEAD"),
        ("git stash list", "-"),
        ("git bisect start a b", "?"),
        ("git bisect log", "-"),
        ("git am x.patch", "?"),
        ("git status", "-"),
        ("git fetch", "-"),
    ] {
        assert_eq!(trees(line), expected, "{line}");
    }
}

#[test]
fn refs_that_hold_snapshots() {
    let reach = |line: &str| {
        let risks = judge(line.as_bytes(), &Desk);
        match risks.iter().find(|risk| risk.losses.contains(&Loss::Snapshots)).map(|risk| risk.level) {
            None => "no",
            Some(Level::Fatal) => "names",
            Some(_) => "may",
        }
    };
    for (line, expected) in [
        ("git update-ref -d refs/agent/snap/01K", "names"),
        ("git update-ref --no-deref -d refs/agent/ops/main", "names"),
        ("git update-ref refs/agent/snap/01K HEAD", "names"),
        ("git symbolic-ref refs/agent/snap/01K refs/heads/main", "names"),
        ("git update-ref -d refs/heads/x", "no"),
        ("git update-ref -d \"$ref\"", "may"),
        ("git for-each-ref --format='%(refname)' | xargs -n1 git update-ref -d", "may"),
        ("git for-each-ref --format='delete %(refname)' | git update-ref --stdin", "may"),
        ("git update-ref --stdin <<<'delete refs/heads/x'", "no"),
        ("git update-ref --stdin <<<'delete refs/agent/snap/01K'", "names"),
        ("git filter-repo --force --path src", "may"),
        ("git filter-repo --path src --refs main", "no"),
        ("git filter-branch --tree-filter 'rm -f x' -- --all", "may"),
        ("git filter-branch --tree-filter 'rm -f x' HEAD", "no"),
        ("git filter-branch --tree-filter 'rm -f x' -- --branches --tags", "no"),
        ("bfg --delete-files x", "may"),
        ("git lfs migrate import --everything", "may"),
        ("git push . :refs/agent/snap/01K", "names"),
        ("git push . --delete refs/agent/snap/01K", "names"),
        ("git push --prune . 'refs/nothing/*:refs/*'", "may"),
        ("git push --mirror .", "may"),
        ("git push --mirror origin", "no"),
        ("git fetch . +HEAD:refs/agent/snap/01K", "names"),
        ("git fetch --prune origin '+refs/*:refs/*'", "may"),
        ("git fetch --prune origin", "no"),
        ("git reflog expire --expire=now --all", "no"),
        ("git gc --prune=now", "no"),
        ("git pack-refs --all", "no"),
    ] {
        assert_eq!(reach(line), expected, "{line}");
    }
}

#[test]
fn commands_on_files() {
    check(&[
        ("rm a", "!a"),
        ("rm -rf a b/c", "!a,b/c"),
        ("rm -f -- -x", "!-x"),
        ("rm *.rs", "!*.rs*"),
        ("rm 'a*'", "!a*"),
        ("rm -rf \"$d\"", "!any"),
        ("rm -rf \"$d\"/x", "!any"),
        ("rm -rf a$d", "!any"),
        ("rm -rf {a,b}/c", "!a/c,b/c"),
        ("rm -rf x{1..3}", "!x**"),
        ("rm -rf /tmp/x ~/y ~", "!/tmp/x,/home/me/y,/home/me"),
        ("rm -rf ~root", "!any"),
        ("rm -rf \"$HOME/x\" $TMPDIR/y", "!/home/me/x,/var/tmp/y"),
        ("rm -rf !(keep)", "!!**"),
        ("\\rm x", "!x"),
        ("'rm' x", "!x"),
        ("/bin/rm x", "!x"),
        ("r\"m\" x", "!x"),
        ("$'\\x72m' x", "!x"),
        ("rm\t-rf\\\n  x", "!x"),
        ("unlink x", "!x"),
        ("mv a b", "~a?,b?"),
        ("mv -t d a", "~a?,d?"),
        ("cp a b", "~b?"),
        ("cp -r a b d", "~d?"),
        ("cp --target-directory=d a", "~d?"),
        ("ln -sf a b", "~b?"),
        ("dd if=/dev/zero of=x", "~x?"),
        ("truncate -s 0 x", "~x?"),
        ("shred -u x", "!x"),
        ("tee x y", "~x?,y?"),
        ("sed -i s/a/b/ x y", "~x?,y?"),
        ("sed -i.bak -e s/a/b/ x", "~x?"),
        ("sed -ni '1p' x", "~x?"),
        ("sed --in-place=.bak s/a/b/ x", "~x?"),
        ("perl -pi -e s/a/b/ x", "~x?"),
        ("perl -i.orig -pe s/a/b/ x", "~x?"),
        ("find . -delete", "!./**"),
        ("find . -type f -mtime +1 -delete", "!./**"),
        ("find . -type f -exec sed -i s/a/b/ {} +", "~./**"),
        ("find . -type d -empty -delete", "!./"),
        ("find . -not -path './.git/*' -delete", "!./"),
        ("find . -name '*.o' -delete", "!./"),
        ("find -name '*.o' -delete", "!./"),
        ("find /tmp/x -type f -delete", "!/tmp/x/**"),
        ("find src test -exec rm {} \\;", "!src/** !test/**"),
        ("find . -name x -exec rm -rf {} +", "!./"),
        ("find . -exec sed -i s/a/b/ {} ';'", "~./**"),
        ("find . -exec sh -c 'rm x' \\;", "!x"),
        ("fd -e o -x rm", "!any"),
        ("rsync -a --delete a/ b/", "!a/?,b/?"),
        ("rsync -a a/ b", "~b?"),
        ("patch -p1", "~."),
        ("tar xf a.tar", "~.?"),
        ("tar -xzf a.tar -C d", "~d?"),
        ("echo x > a", "~a?"),
        ("echo x >a 2>b", "~a? ~b?"),
        ("cmd &> log", "~log?"),
        ("cmd >| log", "~log?"),
        ("cmd >& log", "~log?"),
        (": > \"$f\"", "~any"),
        ("> a", "~a?"),
        ("cat > a <<EOF\nrm -rf /\nEOF", "~a?"),
        ("{ echo; } > a", "~a?"),
        ("(echo) > a", "~a?"),
        ("while read x; do echo; done > a", "~a?"),
    ]);
}

#[test]
fn false_friends_among_commands() {
    for line in [
        "",
        "   ",
        "# rm -rf x",
        "ls # rm x",
        "echo rm -rf x",
        "echo \"git reset --hard\"",
        "echo 'a; rm -rf x'",
        "echo a\\;rm\\ x",
        "grep -r 'rm -rf' .",
        "grep -rn reset --hard .",
        "printf '%s\\n' \"rm -rf x\"",
        "rmdir x",
        "ls -la",
        "cat a > /dev/null",
        "cmd >/dev/null 2>&1",
        "cmd 2>&1 | less",
        "cmd >> log",
        "cat < a",
        "sed s/a/b/ x",
        "sed -n -e 's/i/-i/p' x",
        "perl -e 'print 1'",
        "find . -name '*.rs' -print",
        "find . -exec grep -i x {} +",
        "mv -n a b",
        "cp -n a b",
        "ln -s a b",
        "tee -a log",
        "dd if=a of=/dev/null",
        "tar tf a",
        "unzip -l x",
        "rsync a host:b",
        "xargs echo rm",
        "cat <<EOF\nrm -rf x\n> a\nEOF\necho",
        "cat <<'EOF'\n$(rm -rf x)\nEOF",
        "cat <<-EOF\n\tgit clean -fd\n\tEOF",
        "for f in rm -rf x; do echo \"$f\"; done",
        "case $x in rm) echo ;; esac",
        "[[ a > b ]] && echo",
        "[[ $a == rm && -f b ]]",
        "(( a > b )) && echo",
        "x=$((a > b))",
        "echo $((1 << 2)) ${x:-rm}",
        "ssh host 'rm -rf x'",
        "docker run x rm -rf y",
        "command -v rm",
        "type rm",
        "which rm",
        "man rm",
        "make clean",
        "cargo build",
        "npm run build -- --force",
        "bash script.sh",
        "sh ./x -c y",
        "python3 -c 'print(1)'",
        "sudo -l",
        "env",
        "time make",
        "timeout 5 make",
        "a=rm",
        "export A=rm",
        "if true; then echo rm x; fi",
        "echo a; echo b && echo c || echo d &",
        "rm --help",
        "test -f rm || ls",
        "trap - EXIT",
        "trap 'echo bye' EXIT",
        "sh -c 'echo rm x'",
        "eval echo hi",
        "git log | grep 'rm -rf'",
        "jq '.a > 1' x",
        "awk '$1 > 2' x",
        "cat a | tee /dev/stderr",
        "exec 3<&0",
        "echo a >&2",
        "watch ls",
        "x=$(ls); echo \"$x\"",
        "d=$(mktemp -d); echo $d",
        "function f { echo; }; f",
        "f() { echo; }; f",
        "echo \"it's\" `date`",
        "coproc cat",
    ] {
        assert_eq!(shown(line), "", "{line}");
    }
}

#[test]
fn commands_that_run_commands() {
    check(&[
        ("sudo rm x", "!x"),
        ("sudo -u me -E A=b rm x", "!x"),
        ("env -i A=b rm x", "!x"),
        ("env -C d rm x", "!d/x"),
        ("env -S 'rm x'", "!x"),
        ("A=b B=c rm x", "!x"),
        ("nohup rm x &", "!x"),
        ("time rm x", "!x"),
        ("time -p rm x", "!x"),
        ("time (rm x)", "!x"),
        ("timeout -k 1 5 rm x", "!x"),
        ("timeout --signal=KILL 5s rm x", "!x"),
        ("nice -n 5 ionice -c 3 rm x", "!x"),
        ("command rm x", "!x"),
        ("exec rm x", "!x"),
        ("stdbuf -oL rm x", "!x"),
        ("flock /tmp/l rm x", "!x"),
        ("flock /tmp/l -c 'rm x'", "!x"),
        ("watch 'rm x'", "!x"),
        ("xargs rm", "!any"),
        ("git ls-files | xargs -0 -n 1 rm -f", "!any"),
        ("ls | xargs -I{} git checkout -- {}", "!uncommitted"),
        ("ls | xargs -I % mv % d", "~any,d?"),
        ("parallel rm ::: a b", "!:::,a,b,any"),
        ("sh -c 'rm x'", "!x"),
        ("bash -lc \"git reset --hard\"", "!uncommitted"),
        ("bash -euo pipefail -c 'rm x'", "!x"),
        ("bash -c \"$x\"", "~unknown"),
        ("sh <<EOF\nrm x\nEOF", "!x"),
        ("sh <<< 'rm x'", "!x"),
        ("curl x | sh", "~unknown"),
        ("curl x | sudo bash -s -- y", "~unknown"),
        ("eval 'rm x'", "!x"),
        ("eval rm x", "!x"),
        ("eval \"$x\"", "~unknown"),
        ("$cmd x", "~unknown"),
        ("\"$@\"", "~unknown"),
        ("$(cat x)", "~unknown"),
        ("trap 'rm -rf x' EXIT", "!x"),
        ("su -c 'rm x'", "!x"),
        ("busybox rm x", "!x"),
        ("sh -c 'sh -c \"rm x\"'", "!x"),
        ("echo $(rm x)", "!x"),
        ("echo \"$(rm x)\"", "!x"),
        ("echo `rm x`", "!x"),
        ("echo `echo \\`rm x\\``", "!x"),
        ("echo ${y:-$(rm x)}", "!x"),
        ("echo $((1 + $(rm x)))", "!x"),
        ("cat <(rm x)", "!x"),
        ("cat <<EOF\n$(rm x)\nEOF", "!x"),
        ("a=$(rm x)", "!x"),
        ("a=(1 $(rm x))", "!x"),
    ]);
}

#[test]
fn the_syntax_of_the_shell() {
    check(&[
        ("true && rm x", "!x"),
        ("false || rm x", "!x"),
        ("a; rm x", "!x"),
        ("a & rm x", "!x"),
        ("a | rm x", "!x"),
        ("a\nrm x", "!x"),
        ("(rm x)", "!x"),
        ("( (rm x) )", "!x"),
        ("((rm x) )", "!x"),
        ("{ rm x; }", "!x"),
        ("! rm x", "!x"),
        ("if rm x; then a; fi", "!x"),
        ("if a; then rm x; elif b; then rm y; else rm z; fi", "!x !y !z"),
        ("for f in a b; do rm \"$f\"; done", "!any"),
        ("for f in $(ls); do git checkout -- $f; done", "!uncommitted"),
        ("for ((i=0; i<3; i++)); do rm x; done", "!x"),
        ("while read f; do rm $f; done < list", "!any"),
        ("until rm x; do sleep 1; done", "!x"),
        ("case $x in a|b) rm x ;; (c) rm y ;; *) rm z; esac", "!x !y !z"),
        ("case x in\n  a)\n    rm x\n    ;;\nesac\nrm y", "!x !y"),
        ("f() { rm x; }; f", "!x"),
        ("function f { rm x; }", "!x"),
        ("[[ a ]] && rm x", "!x"),
        ("cat <<A <<B; rm x\na\nA\nb\nB\nrm y", "!x !y"),
        ("cat <<\"E F\"\nrm x\nE F\nrm y", "!y"),
        ("echo 'a' # rm b\nrm x", "!x"),
        ("echo a#b; rm x", "!x"),
        ("rm x \"unclosed", "~unknown !x,unclosed"),
        ("rm x 'unclosed", "~unknown !x"),
        ("(rm x", "!x ~unknown"),
        ("rm x)", "!x ~unknown"),
        ("if rm x; then", "!x ~unknown"),
    ]);
}

#[test]
fn directories_and_variables() {
    check(&[
        ("cd sub && rm x", "!sub/x"),
        ("cd sub && cd .. && rm x", "!sub/../x"),
        ("cd /tmp && rm -rf x", "!/tmp/x"),
        ("cd sub; rm x", "!any"),
        ("cd there; rm x", "!there/x"),
        ("cd /tmp/x; rm /tmp/y", "!/tmp/y"),
        ("cd sub || exit; rm x", "!any"),
        ("cd && rm x", "!/home/me/x"),
        ("cd sub && cd - && rm x", "!x"),
        ("cd $d && rm x", "!any"),
        ("cd $d && git reset --hard", "!uncommitted somewhere"),
        ("(cd sub && rm x); rm y", "!sub/x !y"),
        ("cd sub | rm x", "!x"),
        ("cd a && b | rm x", "!a/x"),
        ("if a; then cd sub; fi; rm x", "!any"),
        ("for d in a b; do cd $d; rm x; cd ..; done", "!any"),
        ("pushd sub && rm x && popd && rm y", "!sub/x !any"),
        ("sh -c 'cd sub && rm x'; rm y", "!sub/x !y"),
        ("eval 'cd there'; rm x", "!there/x"),
        ("cd sub && git clean -f", "!untracked in sub"),
        ("cd sub && git -C ../a clean -f", "!untracked in sub/../a"),
        ("rm \"$PWD/x\"", "!./x"),
        ("D=/tmp/x; rm -rf \"$D\" $D/y ${D}z", "!/tmp/x,/tmp/x/y,/tmp/xz"),
        ("D='a b'; rm $D \"$D\"", "!a,b,a b"),
        ("o='--hard HEAD'; git reset $o", "!uncommitted"),
        ("D=a; D=$(pwd); rm $D", "!any"),
        ("D=$(mktemp -d); rm -rf \"$D\"", "!/tmp/made-by-mktemp"),
        ("D=$(mktemp -d); trap 'rm -rf \"$D\"' EXIT", "!/tmp/made-by-mktemp"),
        ("D=$(mktemp -d -p .); rm -rf \"$D\"", "!any"),
        ("if a; then D=/tmp/x; fi; rm $D", "!any"),
        ("read D; rm $D", "!any"),
        ("export D=/tmp/x; rm $D", "!/tmp/x"),
        ("D=/tmp/x cmd; rm $D", "!any"),
        ("c='rm x'; $c", "!x"),
        ("c=rm; $c x", "!x"),
    ]);
}

#[test]
fn words_without_a_shell() {
    let judged = |words: &[&str]| {
        let words: Vec<BString> = words.iter().map(|word| (*word).into()).collect();
        judge_words(&words, &Desk).into_iter().map(|risk| risk.command.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(judged(&["git", "reset", "--hard"]), ["git reset --hard"]);
    assert_eq!(judged(&["rm", "a b; $(c)"]), ["rm 'a b; $(c)'"]);
    assert_eq!(judged(&["echo", "rm x; $(rm y)", ">", "z"]), [""; 0]);
    assert_eq!(judged(&["sh", "-c", "ls; rm y"]), ["rm y"]);
}

#[test]
fn risks_name_their_command_as_it_is_written() {
    let found = risks("echo a && git  reset --hard 2>&1 | tail -1; cd x && sudo rm -rf 'a b'");
    let commands: Vec<_> = found.iter().map(|risk| risk.command.to_str_lossy().into_owned()).collect();
    assert_eq!(commands, ["git  reset --hard 2>&1", "sudo rm -rf 'a b'"]);
}

#[test]
fn hostile_lines_come_to_an_end() {
    for piece in [
        "$((",
        "((",
        "$(",
        "`",
        "{a,",
        "\"$(",
        "if ",
        "( ",
        "a|",
        "${x:-",
        "<<a ",
        "cat <<a\n",
        "\\",
        "for x in a; do ",
        "case a in a) ",
        "sh -c '",
        "eval ",
        "sudo ",
        "[[ ",
        "!(",
        "{a,b}",
        "x=$x$x;",
        "$'\\",
        "a=(",
        "find . -exec ",
    ] {
        assert!(losses_are_named(&judge(piece.repeat(40_000 / piece.len()).as_bytes(), &Desk)), "{piece}");
    }
}

fn losses_are_named(risks: &[Risk]) -> bool {
    risks.iter().all(|risk| !risk.losses.is_empty() && !risk.why.is_empty() && risk.losses != [Loss::Repository])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_judged(line in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(losses_are_named(&judge(&line, &Desk)));
    }

    #[test]
    fn any_pieces_of_shell_are_judged(pieces in prop::collection::vec(prop::sample::select(vec![
        "rm", " ", " ", "git", "reset", "--hard", "'", "\"", "\\", "$", "$(", ")", "(", "((", "))", "{", "}", ";", ";;", "&", "&&", "|", "||", "\n",
        "<<", "EOF", "<<<", "<", ">", ">(", "`", "${", "x", "=", "[[", "]]", "if", "then", "fi", "for", "in", "do", "done", "case", "esac", "!",
        "#", "*", "~", "cd", "sh", "-c", "eval", "xargs", "find", "-exec", "sudo", "env", "$'", "a=(", "-", "{a,b}",
    ]), 0..60)) {
        prop_assert!(losses_are_named(&judge(pieces.concat().as_bytes(), &Desk)));
        prop_assert!(losses_are_named(&judge(pieces.join(" ").as_bytes(), &Desk)));
    }

    #[test]
    fn what_is_quoted_is_only_said(line in prop::collection::vec(any::<u8>().prop_filter("no NUL", |byte| *byte != 0), 0..80)) {
        let line = [b"git reset --hard; rm -rf x ", line.as_slice()].concat();
        let said = [b"echo '", line.replace("'", r"'\''").as_slice(), b"'"].concat();
        prop_assert_eq!(judge(&said, &Desk), vec![]);
        let said = [b"echo \"", line.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$").replace("`", "\\`").as_slice(), b"\""].concat();
        prop_assert_eq!(judge(&said, &Desk), vec![]);
    }

    #[test]
    fn a_command_is_found_wherever_it_stands(before in "[a-z ]{0,10}", at in 0_usize..6) {
        let line = match at {
            0 => format!("echo {before}; rm x"),
            1 => format!("echo '{before}' && (rm x)"),
            2 => format!("echo \"{before}$(rm x)\""),
            3 => format!("{{ echo {before}; }} | rm x"),
            4 => format!("cat <<EOF\n{before}\nEOF\nrm x"),
            _ => format!("echo {before}\nsh -c 'rm x'"),
        };
        prop_assert_eq!(shown(&line), "!x");
    }
}

#[test]
fn programs_that_write_where_an_option_says() {
    check(&[
        ("rimraf dist 'a/**'", "!dist,a/"),
        ("npx rimraf dist", "!dist"),
        ("npx --yes rimraf@5 dist", "!dist"),
        ("del-cli 'build/*.js'", "!build/"),
        ("trash a", "~a"),
        ("gio trash a", "~a"),
        ("awk -i inplace '{print}' a b", "~a?,b?"),
        ("gawk -i inplace -v x=1 -f s.awk a", "~a?"),
        ("curl -o a https://x/y", "~a?"),
        ("curl -sSLo a https://x/y", "~a?"),
        ("curl --output=a https://x/y -o b", "~a?,b?"),
        ("curl -LO https://x/y.tgz?z#w", "~./y.tgz?"),
        ("curl --output-dir d -O https://x/y", "~d/y?"),
        ("curl -O \"$u\"", "~any"),
        ("wget -O a https://x/y", "~a?"),
        ("wget -qOa https://x/y", "~a?"),
        ("wget -N https://x/y", "~any"),
        ("sort -u a -o a", "~a?"),
        ("sort --output=a b", "~a?"),
        ("shuf -o a b", "~a?"),
        ("uniq a b", "~b?"),
        ("split -l 3 big part-", "~part-**"),
        ("split big", "~x**"),
        ("csplit -f part big 3", "~part?,xx**"),
        ("openssl genrsa -out key.pem 2048", "~key.pem?"),
        ("openssl req -x509 -newkey rsa:2048 -keyout k -out c -days 3", "~k?,c?"),
        ("ffmpeg -i a -c:v copy -y b", "~b?"),
        ("ffmpeg -y -i a b", "~b?"),
        ("cpio -idmu -D d < a", "~d?"),
        ("find . | cpio -pdm d e", "~e?"),
        ("7z x a.7z -od -y", "~d?"),
        ("7z x a.7z", "~.?"),
        ("7za a a.7z b", "~a.7z?"),
        ("ed -s a <<< 'wq'", "~a?"),
        ("ex -sc '%s/a/b/|x' a", "~a?"),
        ("vim -es -c '%s/a/b/' -c wq a", "~a?"),
        ("vim +wq a", "~a?"),
        ("gh pr checkout 3 --force", "!uncommitted,history"),
        ("gh pr checkout -f 3", "!uncommitted,history"),
        ("gh -R a/b pr checkout 3 -f", "!uncommitted,history"),
        ("gh repo sync --force", "!uncommitted,history"),
        ("gh repo sync a/b --force", "!remote"),
        ("git diff --output=a", "~a?"),
        ("git log -p --output a", "~a?"),
        ("git show --output=a HEAD", "~a?"),
        ("git archive -o a.zip HEAD", "~a.zip?"),
        ("git bundle create a --all", "~a?"),
        ("git format-patch -o d HEAD~3", "~d?"),
        ("git format-patch HEAD~3", "~0**"),
        ("git interpret-trailers --in-place --trailer a=b m", "~m?"),
        ("hub reset --hard", "!uncommitted"),
        ("patch -o b a", "~b?"),
        ("patch -d d -p1", "~d?"),
        ("dd if=a of=b bs=1", "~b?"),
        ("gzip a", "~a?"),
        ("xz -T0 a", "~a?"),
        ("zstd --rm a", "~a?"),
        ("zstd a -o b", "~b?"),
        ("unzip -o a.zip -d d", "~d?"),
        ("tar czf a.tgz b", "~a.tgz?"),
        ("tar czf a.tgz --remove-files b", "!b?"),
        ("zip -r a.zip b", "~a.zip?"),
        ("zip -rm a.zip b", "!a.zip?,b?"),
        ("yq -i '.a = 1' a", "~a?"),
        ("sd foo bar a b", "~a?,b?"),
        ("gofmt -w a", "~a?"),
        ("prettier --write 'src/**/*.ts'", "~src/"),
        ("rsync -a --del a/ b/", "!a/?,b/?"),
        ("scp host:a b", "~b?"),
        ("time -o a ls", "~a?"),
        ("strace -o a ls", "~a?"),
        ("script a", "~a?"),
        ("python3 -c 'import shutil; shutil.rmtree(\"x\")'", "~any"),
        ("python3.11 - <<'EOF'\nopen('a', 'w').write('')\nEOF", "~any"),
        ("node -e 'require(\"fs\").rmSync(\"x\")'", "~any"),
        ("perl -e 'unlink glob \"*\"'", "~any"),
        ("ruby -e 'FileUtils.rm_rf(\"x\")'", "~any"),
    ]);
    for line in [
        "curl https://x/y",
        "curl -fsSL https://x/y -o /dev/null",
        "curl -o - https://x",
        "wget -O - https://x",
        "wget https://x/y",
        "sort a",
        "awk '{print > 2}' a",
        "openssl dgst -sha256 a",
        "ffmpeg -n -i a b",
        "cpio -it < a",
        "7z l a.7z",
        "gh pr checkout 3",
        "gh pr view 3 --json x",
        "gh repo sync",
        "git diff --stat",
        "git log --oneline -o",
        "git archive HEAD",
        "git bundle verify a",
        "git format-patch --stdout HEAD~3",
        "gzip -k a",
        "gzip -dc a",
        "zstd a",
        "yq .a a",
        "gofmt -l a",
        "prettier --check a",
        "eslint a",
        "uniq a",
        "tar tzf a.tgz",
        "view a",
        "python3 -m pytest",
        "node app.js",
        "black .",
        "cargo fmt",
    ] {
        assert_eq!(shown(line), "", "{line}");
    }
}

#[test]
fn wrappers_of_every_kind() {
    for before in [
        "uv run",
        "uv run --with x -p 3.12",
        "uv --directory . run --",
        "poetry run",
        "pipenv run",
        "hatch run",
        "hatch -e x run",
        "pdm run",
        "rye run",
        "pixi run",
        "conda run -n env",
        "mamba run --name env",
        "micromamba run -n x",
        "npx",
        "npx -y",
        "npm exec --",
        "npm exec",
        "npm x -y --",
        "pnpm exec",
        "pnpm dlx",
        "yarn exec",
        "yarn dlx",
        "bunx",
        "bun x",
        "pipx run",
        "uvx",
        "uv tool run",
        "bundle exec",
        "dotenv --",
        "dotenv -e .env --",
        "dotenvx run -f .env --",
        "direnv exec .",
        "mise exec --",
        "mise x node@20 --",
        "nix develop -c",
        "nix shell nixpkgs#x --command",
        "sudo -n",
        "sudo -u me A=b",
        "doas -u me",
        "env",
        "env -i A=b",
        "env -u A",
        "env -",
        "nice -n5",
        "nice -5",
        "ionice -c2",
        "timeout 5",
        "timeout -s KILL 5s",
        "watch -n 1",
        "stdbuf -oL",
        "setsid -f",
        "nohup",
        "time",
        "time -p",
        "flock -n lock",
        "flock lock",
        "parallel",
        "strace -f",
        "taskset -c 0",
        "numactl -C 0",
        "fakeroot",
        "xvfb-run -a",
        "setarch x86_64",
        "gosu me",
        "cross-env A=b",
        "chronic",
        "command",
        "exec",
        "builtin command",
        "busybox",
        "systemd-run --user",
        "rlwrap",
        "aws-vault exec me --",
        "asdf exec",
        "rbenv exec",
        "op run --",
        "doppler run --",
        "perf stat",
        "valgrind -q",
        "entr -r",
        "env A=b nice timeout 5 sudo",
        "corepack",
    ] {
        let line = format!("{before} rm -rf x");
        let found = shown(&line);
        assert!(found == "!x" || found == "!./x" || found == "!x,any", "{line}: {found}");
    }
    check(&[
        ("npx -c 'rm x'", "!x"),
        ("npm exec -c 'rm x'", "!x"),
        ("npx --package=a --call='rm x'", "!x"),
        ("su me -c 'rm x'", "!x"),
        ("su - me -c 'rm x'", "!x"),
        ("script -qc 'rm x' /dev/null", "!x"),
        ("script -q log -c 'rm x'", "!x ~log?"),
        ("flock -n lock -c 'rm x'", "!x"),
        ("flock lock tar -c x", ""),
        ("nix-shell -p a --run 'rm x'", "!x"),
        ("nix-shell --command 'rm x' -p a", "!x"),
        ("hyperfine 'rm x' 'ls'", "!x"),
        ("concurrently 'ls' 'rm x'", "!x"),
        ("nodemon --exec 'rm x'", "!x"),
        ("env -C d rm x", "!d/x"),
        ("uv --directory d run rm x", "!d/x"),
        ("poetry -C d run rm x", "!d/x"),
        ("pnpm -C d exec rm x", "!d/x"),
        ("find . -name a -execdir rm {} +", "!./"),
        ("fd a -x rm", "!any"),
        ("sudo -l rm", ""),
        ("command -v rm x", ""),
        ("ssh host rm x", ""),
        ("docker exec x rm y", ""),
        ("docker cp x:/a b", "~b?"),
        ("uv pip install x", ""),
        ("uv run pytest", ""),
        ("npx tsc -p .", ""),
        ("poetry install", ""),
        ("npm run build", ""),
        ("just clean", ""),
    ]);
}

#[test]
fn conditions_destroy_nothing() {
    for line in [
        "[ -d src ]",
        "[ -d src ] && echo x",
        "! [ -e x ]",
        "if [ \"$a\" = b ]; then echo; fi",
        "while [ $i -lt 3 ]; do i=$((i+1)); done",
        "[[ -d src && ! -e x ]]",
        "[[ $a =~ ^x.*$ ]] || exit 1",
        "test -d src",
        "(( i > 3 ))",
        "((i++)) || true",
        "true",
        ":",
        "false",
        "let i=1",
        "set -euo pipefail",
        "shopt -s globstar",
        "return 0",
        "exit 1",
        "wait",
        ". ./env.sh",
        "source env.sh",
    ] {
        assert_eq!(shown(line), "", "{line}");
    }
    check(&[("[ -d src ] && rm x", "!x"), ("[ $(rm x) ]", "!x"), ("[ -e a ] > b", "~b?"), ("[ab]c x", "~unknown")]);
}

#[test]
fn the_repository_that_is_named() {
    let place = |line: &str| match risks(line).remove(0).place {
        Where::Here => "here".to_owned(),
        Where::Named { git_dir, work_tree } => {
            format!("{}|{}", git_dir.unwrap_or_default(), work_tree.unwrap_or_default())
        }
        Where::Elsewhere => "elsewhere".to_owned(),
    };
    for (line, expected) in [
        ("git reset --hard", "here"),
        ("git --git-dir=.git reset --hard", ".git|"),
        ("git --git-dir .git --work-tree . reset --hard", ".git|."),
        ("GIT_DIR=.git git reset --hard", ".git|"),
        ("GIT_DIR=a GIT_DIR=b git reset --hard", "b|"),
        ("GIT_DIR=a git --git-dir=b reset --hard", "b|"),
        ("env GIT_DIR=.git GIT_WORK_TREE=. git reset --hard", ".git|."),
        ("sudo GIT_DIR=.git git reset --hard", ".git|"),
        ("export GIT_DIR=.git; git reset --hard", ".git|"),
        ("export GIT_DIR=.git; unset GIT_DIR; git reset --hard", "here"),
        ("GIT_DIR=$x git reset --hard", "elsewhere"),
        ("GIT_COMMON_DIR=.git git reset --hard", "elsewhere"),
        ("d=.git; git --git-dir=$d reset --hard", ".git|"),
    ] {
        assert_eq!(place(line), expected, "{line}");
    }
}
