//! The `backbone-explorer` binary.

fn main() {}
