//! Layered configuration: default < file < environment < flag.
//!
//! What it is: [`Layers`], which reads any `serde` structure from TOML, `AURORASOC__SECTION__KEY`
//! variables and overrides, and refuses unknown keys by naming the nearest known one. What it is
//! not: the settings; each component declares its own beside itself. Start reading at [`Layers`].

mod env;
mod layers;
mod reference;

pub use layers::{Error, Layers};
pub use reference::{reference_page, sample_file};
