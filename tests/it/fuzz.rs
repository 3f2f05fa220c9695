//! The inputs that fuzzing is kept from finding again: each goes through the function of its target.

use std::{fs, path::Path, time::Duration};

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use targets::{TARGETS, run, run_grown};

/// The kept inputs of a target, by name.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let files = fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

#[test]
fn every_kept_input_keeps_its_promises() {
    for (name, target) in TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() >= 8, "{name} has {} kept inputs", inputs.len());
        for (path, input) in inputs {
            assert!(input.len() <= 16 << 10, "{path} is large");
            eprintln!("{path}");
            run(name, &input);
            run_grown((name, target), &input, 16 << 10, Duration::from_secs(10));
        }
    }
}

#[test]
fn every_target_is_one_of_cargo_fuzz() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml has no {name}");
        let source = fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(source.contains(&format!("run(\"{name}\", data)")), "{source}");
    }
    assert_eq!(fs::read_dir(root.join("fuzz_targets")).unwrap().count(), TARGETS.len());
    assert_eq!(fs::read_dir(root.join("corpus")).unwrap().count(), TARGETS.len());
}
