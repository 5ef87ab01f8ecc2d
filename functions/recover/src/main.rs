//! Entry point of the recover function.

fn main() {}
