//! The tests' own foundations.

use crate::support::{TestRepo, on_every_git};

#[test]
fn no_test_file_is_forgotten() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(dir.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let is_module = name.ends_with(".rs") || entry.path().join("mod.rs").exists();
        let module = name.trim_end_matches(".rs");
        if is_module && module != "main" {
            assert!(
                main.lines().any(|line| line == format!("mod {module};")),
                "tests/it/main.rs has no `mod {module};`"
            );
        }
    }
}

#[test]
fn repositories_are_hermetic_and_reproducible() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        let version = repo.git(&["version"]).text();
        assert!(version.contains(&git.name), "{version} is not {git}");
        let scopes = repo.git(&["config", "--list", "--show-scope"]).text();
        assert!(!scopes.contains("system"), "the machine's configuration shows:\n{scopes}");
        assert_eq!(repo.commit_file("a", "one\n", "first"), "18787853fab2e9a6721ffff45aebcbe4381f18d4");
        assert_eq!(repo.worktree("side").head(), repo.clone_to("copy").head());
        repo.fsck();
    });
}
