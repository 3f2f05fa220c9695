//! How the program is linked, and how many tests run at the same time.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RUST_TEST_THREADS");
    // Tests wait, for processes and for limits of time: with a test for each processor, a fifth of the time of two was unused.
    // cargo sets this for what it runs.
    if env::var_os("RUST_TEST_THREADS").is_none()
        && let Ok(processors) = std::thread::available_parallelism()
    {
        println!("cargo:rustc-env=RUST_TEST_THREADS={}", processors.get() + 1);
    }
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    // A hook of every commit starts the program. At a fixed address it has no relocations, which are half of what a start computes and
    // half of the pages that it touches. gcc and clang take the last of '-pie' and '-no-pie'.
    let is_static =
        env::var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|features| features.split(',').any(|one| one == "crt-static"));
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && !is_static {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
