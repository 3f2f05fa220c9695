//! Which repository a directory is in: what git says, wherever git looks.

use std::{collections::BTreeMap, path::Path};

use git_agent::git::Repo;

use crate::support::{Git, Output, TestRepo, on_every_git};

/// Tells the probe that it was asked.
const PROBE: &str = "GIT_AGENT_TEST_PROBE";

/// Where the repository is: the git directory, the common one, the top of the work tree; `None` if there is none.
type Place = Option<[String; 3]>;

/// Says which repository its directory is in, in a process of its own.
#[test]
fn probe() {
    if std::env::var_os(PROBE).is_none() {
        return;
    }
    let real = |path: &Path| path.canonicalize().expect("a directory").display().to_string();
    match Repo::discover(Path::new(".")) {
        Ok(repo) => {
            let top = repo.work_dir().map(real).unwrap_or_default();
            println!("\nfound|{}|{}|{top}|", real(repo.git_dir()), real(repo.common_dir()));
        }
        Err(error) => println!("\nnone|{}|", git_agent::error::Error::from(error).to_string().replace('\n', " ")),
    }
}

fn ours(repo: &TestRepo, env: &[(String, String)]) -> (Place, String) {
    let mut run = repo.run(std::env::current_exe().expect("this program"));
    for (name, value) in env {
        run = run.env(name, value);
    }
    let output = run.args(["discovery::probe", "--exact", "--nocapture"]).env(PROBE, "1").run();
    let text = String::from_utf8_lossy(&output.raw);
    let line = text.lines().find(|line| line.ends_with('|')).unwrap_or("none|panic|");
    let fields: Vec<&str> = line.split('|').collect();
    match fields[..] {
        ["found", git_dir, common_dir, top, _] => {
            (Some([git_dir, common_dir, top].map(ToOwned::to_owned)), String::new())
        }
        _ => (None, fields[1].to_owned()),
    }
}

fn gits(repo: &TestRepo, env: &[(String, String)]) -> (Place, String) {
    let ask = |words: &[&str]| {
        let mut run = repo.run("git").args(["rev-parse", "--path-format=absolute"]).args(words);
        for (name, value) in env {
            run = run.env(name, value);
        }
        run.run()
    };
    let real = |path: &str| {
        repo.path().join(path).canonicalize().map_or_else(|_| path.to_owned(), |path| path.display().to_string())
    };
    let text = |output: &Output| String::from_utf8_lossy(&output.raw).into_owned();
    let dirs = ask(&["--git-dir", "--git-common-dir"]);
    if dirs.code != Some(0) {
        return (None, dirs.stderr);
    }
    let top = ask(&["--show-toplevel"]);
    let dirs = text(&dirs);
    let mut lines = dirs.lines().map(real);
    let (git_dir, common_dir) = (lines.next().expect("a line"), lines.next().expect("a line"));
    let top = if top.code == Some(0) { real(text(&top).trim_end()) } else { String::new() };
    (Some([git_dir, common_dir, top]), String::new())
}

/// Every place below `$TMP`, by the script that makes it, the directory, the variables.
#[rustfmt::skip]
const PLACES: &[(&str, &str, &str, &[&str])] = &[
    ("plain", "", "repo", &[]),
    ("below", "", "repo/sub/deep", &[]),
    ("outside", "", "", &[]),
    ("in the git directory", "", "repo/.git", &[]),
    ("in its parts", "", "repo/.git/objects", &[]),
    ("empty .git", "mkdir repo/sub/.git", "repo/sub/deep", &[]),
    ("empty .git in a fresh directory", "mkdir -p o/.git", "o", &[]),
    ("half a .git", "mkdir -p repo/sub/.git/objects repo/sub/.git/refs", "repo/sub", &[]),
    (".git without refs", "mkdir -p repo/sub/.git/objects; echo 'ref: refs/heads/x' >repo/sub/.git/HEAD", "repo/sub", &[]),
    (".git without objects", "mkdir -p repo/sub/.git/refs; echo 'ref: refs/heads/x' >repo/sub/.git/HEAD", "repo/sub", &[]),
    (".git with a HEAD of nonsense", "mkdir -p repo/sub/.git/refs repo/sub/.git/objects; echo nonsense >repo/sub/.git/HEAD", "repo/sub", &[]),
    (".git with an empty HEAD", "mkdir -p repo/sub/.git/refs repo/sub/.git/objects; : >repo/sub/.git/HEAD", "repo/sub", &[]),
    (".git with a HEAD elsewhere", "mkdir -p repo/sub/.git/refs repo/sub/.git/objects; echo 'ref: nowhere' >repo/sub/.git/HEAD", "repo/sub", &[]),
    (".git with a link as HEAD", "git clone -q repo o; ln -sf refs/heads/main o/.git/HEAD", "o/sub", &[]),
    (".git with a HEAD to nowhere", "mkdir -p repo/sub/.git/refs repo/sub/.git/objects; ln -s nowhere repo/sub/.git/HEAD", "repo/sub", &[]),
    (".git whose refs is a file", "git init -q repo/sub; rm -r repo/sub/.git/refs; : >repo/sub/.git/refs", "repo/sub", &[]),
    ("broken .git file", "echo nonsense >repo/sub/.git", "repo/sub", &[]),
    ("broken .git file above", "echo nonsense >repo/sub/.git", "repo/sub/deep", &[]),
    ("empty .git file", ": >repo/sub/.git", "repo/sub", &[]),
    ("gitfile to nowhere", "echo 'gitdir: ../nowhere' >repo/sub/.git", "repo/sub", &[]),
    ("gitfile to nowhere above", "echo 'gitdir: /nowhere' >repo/sub/.git", "repo/sub/deep", &[]),
    ("gitfile to an empty directory", "mkdir empty; echo 'gitdir: ../../empty' >repo/sub/.git", "repo/sub", &[]),
    ("gitfile without a path", "echo 'gitdir: ' >repo/sub/.git", "repo/sub", &[]),
    ("gitfile", "git init -q --separate-git-dir store o", "o", &[]),
    ("gitfile, relative", "git init -q o; mv o/.git store; echo 'gitdir: ../store' >o/.git", "o", &[]),
    ("gitfile to a repository", "mkdir o; echo 'gitdir: ../repo/.git' >o/.git", "o", &[]),
    ("gitfile to a gitfile", "mkdir o p; echo 'gitdir: ../repo/.git' >o/.git; echo 'gitdir: ../o/.git' >p/.git", "p", &[]),
    (".git link", "mkdir o; ln -s ../repo/.git o/.git", "o", &[]),
    (".git link to nowhere", "ln -s nowhere repo/sub/.git", "repo/sub", &[]),
    (".git link to a directory", "ln -s deep repo/sub/.git", "repo/sub", &[]),
    (".git link to a gitfile", "git -C repo worktree add -q ../w; mkdir o; ln -s ../w/.git o/.git", "o", &[]),
    (".git link to a file", "echo x >x; ln -s ../../x repo/sub/.git", "repo/sub", &[]),
    (".git pipe", "mkfifo repo/sub/.git", "repo/sub", &[]),
    ("linked directory", "ln -s repo/sub link", "link/deep", &[]),
    ("nested", "git init -q repo/sub", "repo/sub/deep", &[]),
    ("worktree", "git -C repo worktree add -q ../w", "w", &[]),
    ("worktree below", "git -C repo worktree add -q ../w; mkdir w/x", "w/x", &[]),
    ("worktree inside", "git -C repo worktree add -q sub/w", "repo/sub/w", &[]),
    ("worktree that was pruned", "git -C repo worktree add -q sub/w; rm -r repo/.git/worktrees", "repo/sub/w", &[]),
    ("git directory of a worktree", "git -C repo worktree add -q ../w", "repo/.git/worktrees/w", &[]),
    ("submodule", "git -c protocol.file.allow=always -C repo submodule --quiet add ../repo sm", "repo/sm", &[]),
    ("git directory of a submodule", "git -C repo submodule --quiet add ../repo sm", "repo/.git/modules/sm", &[]),
    ("submodule that is not there", "mkdir repo/sm", "repo/sm", &[]),
    ("bare", "git init -q --bare b.git", "b.git", &[]),
    ("in a bare one", "git init -q --bare b.git", "b.git/objects", &[]),
    ("bare, named .git", "git init -q --bare b/.git", "b", &[]),
    ("bare, with a worktree", "git clone -q --bare repo b.git; git -C b.git worktree add -q ../w", "w", &[]),
    ("bare in .git with a worktree", "git clone -q --bare repo b/.git; git -C b worktree add -q w", "b/w", &[]),
    ("bare inside a repository", "git init -q --bare repo/sub/b", "repo/sub/b", &[]),
    ("bare forbidden", "git init -q --bare b.git; git config --global safe.bareRepository explicit", "b.git", &[]),
    ("bare forbidden, inside a repository", "git init -q --bare repo/sub/b; git config --global safe.bareRepository explicit", "repo/sub/b", &[]),
    ("bare forbidden, in .git", "git config --global safe.bareRepository explicit", "repo/.git", &[]),
    ("bare forbidden, named", "git init -q --bare b.git; git config --global safe.bareRepository explicit", "b.git", &["GIT_DIR=."]),
    ("bare forbidden, worktree", "git clone -q --bare repo b.git; git -C b.git worktree add -q ../w; git config --global safe.bareRepository explicit", "w", &[]),
    ("core.bare", "git -C repo config core.bare true", "repo", &[]),
    ("core.worktree", "mkdir o; git -C repo config core.worktree ../../o", "repo", &[]),
    ("core.worktree, from there", "mkdir o; git -C repo config core.worktree ../../o", "o", &["GIT_DIR=../repo/.git"]),
    ("GIT_DIR", "", "repo", &["GIT_DIR=.git"]),
    ("GIT_DIR below", "", "repo/sub", &["GIT_DIR=../.git"]),
    ("GIT_DIR elsewhere", "", "", &["GIT_DIR=repo/.git"]),
    ("GIT_DIR to the top", "", "", &["GIT_DIR=repo"]),
    ("GIT_DIR, absolute", "", "", &["GIT_DIR=$TMP/repo/.git"]),
    ("GIT_DIR to nowhere", "", "repo", &["GIT_DIR=nowhere"]),
    ("GIT_DIR, a gitfile", "git -C repo worktree add -q ../w", "w", &["GIT_DIR=.git"]),
    ("GIT_DIR, a bare one", "git init -q --bare b.git", "repo", &["GIT_DIR=../b.git"]),
    ("GIT_DIR, as a hook in the git directory", "", "repo/.git", &["GIT_DIR=."]),
    ("GIT_DIR and GIT_WORK_TREE", "mkdir o", "o", &["GIT_DIR=../repo/.git", "GIT_WORK_TREE=."]),
    ("GIT_DIR and GIT_WORK_TREE above", "", "repo/sub", &["GIT_DIR=../.git", "GIT_WORK_TREE=.."]),
    ("GIT_WORK_TREE alone", "mkdir o", "repo", &["GIT_WORK_TREE=../o"]),
    ("GIT_WORK_TREE of a bare one", "git clone -q --bare repo b.git; mkdir o", "o", &["GIT_DIR=../b.git", "GIT_WORK_TREE=."]),
    ("ceiling", "", "repo/sub/deep", &["GIT_CEILING_DIRECTORIES=$TMP/repo/sub"]),
    ("ceiling at the top", "", "repo/sub/deep", &["GIT_CEILING_DIRECTORIES=$TMP/repo"]),
    ("ceiling where we are", "", "repo/sub", &["GIT_CEILING_DIRECTORIES=$TMP/repo/sub"]),
    ("ceiling above", "", "repo/sub", &["GIT_CEILING_DIRECTORIES=$TMP"]),
    ("ceiling elsewhere", "", "repo/sub", &["GIT_CEILING_DIRECTORIES=/opt"]),
    ("ceilings", "", "repo/sub/deep", &["GIT_CEILING_DIRECTORIES=/opt:$TMP/repo/sub:$TMP"]),
    ("ceiling that looks alike", "", "repo/sub", &["GIT_CEILING_DIRECTORIES=$TMP/repo/su"]),
    ("ceiling with a slash", "", "repo/sub/deep", &["GIT_CEILING_DIRECTORIES=$TMP/repo/sub/"]),
    ("ceiling through a link", "ln -s repo/sub link", "repo/sub/deep", &["GIT_CEILING_DIRECTORIES=$TMP/link"]),
    ("ceiling through a link, as it is", "ln -s repo/sub link", "repo/sub/deep", &["GIT_CEILING_DIRECTORIES=:$TMP/link"]),
    ("ceiling, relative", "", "repo/sub", &["GIT_CEILING_DIRECTORIES=..:/opt"]),
    ("no ceiling", "", "repo/sub", &["GIT_CEILING_DIRECTORIES="]),
    ("old format", "git -C repo config core.repositoryFormatVersion 5", "repo", &[]),
    ("unknown extension", "git -C repo config core.repositoryFormatVersion 1; git -C repo config extensions.unknown true", "repo", &[]),
    ("broken configuration", "echo '[core' >>repo/.git/config", "repo", &[]),
];

#[test]
fn as_git_finds_it() {
    on_every_git(|git| {
        let mut wrong = BTreeMap::new();
        for (at, (name, script, dir, env)) in PLACES.iter().enumerate() {
            let (world, env) = prepare(git, script, env);
            let there = world.at(world.tmp().join(dir));
            let (expected, why) = gits(&there, &env);
            // Older gits look further up.
            let expected = expected.filter(|_| *name != ".git pipe");
            let (found, reason) = ours(&there, &env);
            if expected != found {
                wrong.insert((at, *name), format!("git:  {expected:?} {why}\nours: {found:?} {reason}"));
            }
        }
        let list: Vec<String> = wrong.iter().map(|((_, name), what)| format!("{name}\n{what}")).collect();
        assert!(wrong.is_empty(), "with {git}:\n{}", list.join("\n"));
    });
}

fn prepare(git: &Git, script: &str, env: &[&str]) -> (TestRepo, Vec<(String, String)>) {
    let world = TestRepo::with_git(git);
    world.commit_file("sub/deep/a", "a\n", "first");
    world.at(world.tmp()).sh(script).success();
    let tmp = world.tmp().display().to_string();
    let env = env.iter().filter_map(|entry| entry.split_once('='));
    let env = env.map(|(name, value)| (name.to_owned(), value.replace("$TMP", &tmp))).collect();
    (world, env)
}

#[test]
fn a_namespace_is_for_transfers_only() {
    let repo = TestRepo::new();
    repo.commit_file("a", "a\n", "first");
    repo.agent(&["add", "One", "--id", "t"]).success();
    repo.agent(&["start", "t"]).success();
    let refs = || repo.git(&["for-each-ref", "--format=%(refname)"]).success().stdout;
    let before = refs();
    repo.set_env("GIT_NAMESPACE", "other");
    let said = repo.agent(&["status"]).success();
    assert!(said.stdout.contains('t') && said.stderr.is_empty(), "{said}");
    assert!(repo.agent(&["list"]).success().stdout.contains("One"));
    assert_eq!(refs(), before);
}
