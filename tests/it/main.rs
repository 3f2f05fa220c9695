//! The one integration test binary: a module per file, so that it links once.

mod support;

mod harness;
mod layering;
mod tasks;
mod trailers;
