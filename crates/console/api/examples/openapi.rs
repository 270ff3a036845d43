//! Prints the OpenAPI document, for `cargo xtask codegen openapi`.

#![allow(clippy::print_stdout, reason = "printing is all it does")]

fn main() {
    print!("{}", aurora_api::openapi());
}
