// Written by `cargo xtask codegen` from the OCSF 1.5.0 schema export (Apache-2.0), facts only. Do not edit.

pub(crate) mod attributes;
pub(crate) mod classes;
pub(crate) mod enums;
pub(crate) mod objects;
pub(crate) mod types;
