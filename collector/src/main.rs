//! The collector's command line.

fn main() {}
