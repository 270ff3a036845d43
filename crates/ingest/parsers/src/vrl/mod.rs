//! The VRL runtime: programs that map one source's records to OCSF, compiled once at start.
//!
//! What it is: [`Program`], a compiled program that cannot reach the system, cannot draw random numbers or read a
//! clock, and cannot run without end; the functions in [`native`] that our programs have beside VRL's own; and the
//! conversions between JSON and VRL's values. What it is not: a parser; that is [`crate::ContentParser`]. Start
//! reading at [`Program`].

pub(crate) mod convert;
mod library;
mod lists;
mod mapping;
mod native;
mod program;
mod refinement;

pub use library::{function_names, is_refused};
pub use program::{CompileError, Program};
pub use refinement::{Refined, Refinement};
