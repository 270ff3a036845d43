//! OCSF 1.3: the schema's facts, a validator, completion of derived fields, path access, and the projections to ECS and
//! to other versions of OCSF.
//!
//! Events are plain JSON objects (`serde_json::Value`). This crate says what such an object may hold and reads and
//! writes parts of it. It is not a typed model of the classes, it parses no log, and it keeps no state: every table is
//! `static` data that `cargo xtask codegen` wrote from the schema's export.
//!
//! Start reading at [`Class`] for the facts, at [`validate`] for the rules, at [`complete`] for what every parser calls
//! last, and at [`ecs`] and [`version`] for the projections.

mod complete;
pub mod ecs;
mod error;
#[rustfmt::skip]
mod generated;
mod hash;
mod path;
mod schema;
mod validate;
pub mod version;

pub use complete::complete;
pub use error::Error;
pub use path::{Path, Step, resolve};
pub use schema::{
    Attribute, Class, Constraint, ConstraintKind, DataType, Enumeration, Members, Object,
    Primitive, Profile, Requirement, Shape, class, class_by_name, classes, object, objects,
    profile,
};
pub use validate::{Problem, ProblemCode, first_error, is_valid, validate};

/// The version of the schema that this crate knows, as `metadata.version` must give it.
pub const SCHEMA_VERSION: &str = "1.3.0";
