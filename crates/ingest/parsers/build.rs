//! Cargo sees changes of embedded files, but not a new file in their folder. Nothing is generated.

fn main() {
    println!("cargo::rerun-if-changed=../../../content/parsers");
}
