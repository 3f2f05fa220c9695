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

#[test]
fn of_the_settings_those_count_that_count_for_git() {
    let repo = nameless();
    repo.git(&["config", "--global", "user.email", "a@example.com"]).success();
    let check = |key: &str, person: &str| {
        repo.git(&["config", "--global", key, &format!("The {key}")]).success();
        let git = repo.git(&["var", person]).text();
        let name = git.split(" <").next().unwrap().replace(' ', "-");
        assert_eq!(name, format!("The-{key}"));
        assert_eq!(actor(&repo), name, "{key}");
    };
    check("committer.name", "GIT_COMMITTER_IDENT");
    check("user.name", "GIT_AUTHOR_IDENT");
    check("author.name", "GIT_AUTHOR_IDENT");
    // In a hook these are those of the commit that is being made.
    repo.set_env("GIT_AUTHOR_NAME", "Another");
    assert_eq!(actor(&repo), "The-author.name");
}
