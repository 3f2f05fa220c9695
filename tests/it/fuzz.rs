//! The inputs that fuzzing is kept from finding again: each goes through the function of its target.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

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

/// Changes of kept inputs, as a fuzzer makes them: bytes, pieces of other inputs, numbers and words that readers know.
///
/// The everyday slice is small; `GIT_AGENT_TEST_FUZZ=<seconds>` is for each target. What fails is written to `target/tmp/fuzz-<target>`.
#[test]
fn changes_of_kept_inputs_keep_their_promises() {
    let seconds = crate::worlds::measure("GIT_AGENT_TEST_FUZZ", 0) as u64;
    let seed = crate::worlds::measure("GIT_AGENT_TEST_SEED", 1) as u64;
    let only = std::env::var("GIT_AGENT_TEST_TARGET").ok();
    for (name, target) in TARGETS.into_iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
        let inputs: Vec<Vec<u8>> = corpus(name).into_iter().map(|(_, input)| input).collect();
        let mut random = Random(seed);
        let began = Instant::now();
        let mut count = 0;
        while count < EVERYDAY || began.elapsed() < Duration::from_secs(seconds) {
            let input = changed(&inputs, &mut random);
            let took = Instant::now();
            if std::panic::catch_unwind(|| target(&input)).is_err() || took.elapsed() > Duration::from_secs(10) {
                let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}"));
                fs::write(&file, &input).unwrap();
                panic!("{name} fails, or takes long, for {}: it belongs into fuzz/corpus", file.display());
            }
            count += 1;
        }
        eprintln!("{name}: {count} inputs");
    }
}

/// Inputs of each target in the everyday slice.
const EVERYDAY: usize = 40;

/// A xorshift generator.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end.max(1)
    }
}

const WORDS: [&[u8]; 18] = [
    b"\n",
    b"\0",
    b"\"",
    b"\\",
    b"\r\n",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"=",
    b": ",
    b"\n\n",
    b"18446744073709551615",
    b"-1",
    b"..",
    b"/",
    b".git",
    b"{}",
    b"[",
    b"'",
];

fn changed(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(16)).min(input.len());
        match random.below(6) {
            0 => drop(input.splice(at..at, WORDS[random.below(WORDS.len())].iter().copied())),
            1 => drop(input.drain(at..end)),
            2 => input[at..end].iter_mut().for_each(|byte| *byte ^= 1 << random.below(8)),
            3 => {
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                drop(input.splice(at..end, other[from..to].iter().copied()));
            }
            4 => {
                let piece = input[at..end].repeat(1 + random.below(8));
                drop(input.splice(at..end, piece));
            }
            _ => drop(input.splice(at..end, [u8::try_from(random.below(256)).unwrap()])),
        }
        input.truncate(4096);
    }
    input
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
