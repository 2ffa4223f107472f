//! How the agent is linked.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |what: &str, value: &str| env::var(what).is_ok_and(|known| known == value);
    // The target that rustc links with its own lld; another linker may not know the word. Not while developing: a trace
    // would name the wrong one of two functions.
    if is("TARGET", "x86_64-unknown-linux-gnu") && is("OPT_LEVEL", "z") {
        // Functions and constants that are the same byte by byte are kept once.
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}
