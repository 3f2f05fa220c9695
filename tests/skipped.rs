//! Runs after all other tests, and lists those that found nothing to run on (`tests/it/support/skip.rs` records them), in the
//! form in which test runners report.

use std::fs;
use std::path::Path;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        if !words.iter().any(|word| word == "--ignored") {
            println!("every_skip_is_listed: test");
        }
        return;
    }
    let records = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
    let files = fs::read_dir(&records).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let mut skipped: Vec<String> = files.map(|file| fs::read_to_string(file).expect("a record")).collect();
    skipped.sort();
    println!("\nrunning 1 test");
    print!("{}", skipped.concat());
    println!("test every_skip_is_listed ... ok\n");
    println!(
        "test result: ok. 1 passed; 0 failed; {} ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        skipped.len()
    );
    // The next run records its own.
    if !skipped.is_empty() {
        fs::remove_dir_all(records).expect("the records can be removed");
    }
}
