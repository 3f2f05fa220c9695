//! Who acts, where nothing says so.

use crate::support::TestRepo;

/// Without a name in any configuration.
fn nameless() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    repo.git(&["config", "--global", "--remove-section", "user"]).success();
    repo
}

/// The name that a task is made under.
fn actor(repo: &TestRepo) -> String {
    let id = repo.agent(&["add", "x", "-q"]).text();
    let by = repo.agent(&["show", &id, "--json"]).json()["task"]["created_by"].as_str().unwrap().to_owned();
    by.split('@').next().unwrap().to_owned()
}

#[test]
fn who_acts_is_who_git_thinks_it_is() {
    let repo = nameless();
    assert_eq!(actor(&repo), "unknown");
    repo.set_env("USER", "login");
    assert_eq!(actor(&repo), "login");
    repo.set_env("GIT_COMMITTER_NAME", "Committer");
    assert_eq!(actor(&repo), "Committer");
    repo.set_env("GIT_AUTHOR_NAME", "Au Thor");
    assert_eq!(actor(&repo), "Au-Thor");
}
