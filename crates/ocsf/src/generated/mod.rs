//! Tables written by `cargo xtask codegen`. Only this file is written by hand.

#![allow(dead_code, unused_imports, reason = "a table may name more than this version of the schema uses")]

pub(crate) mod attributes;
pub(crate) mod classes;
pub(crate) mod ecs;
pub(crate) mod enums;
pub(crate) mod objects;
pub(crate) mod profiles;
pub(crate) mod profiles_of_versions;
pub(crate) mod types;
pub(crate) mod v1_1;
pub(crate) mod v1_5;
