//! The records port in memory, for simulation and tests.
//!
//! What it is: [`MemoryRecords`], which passes the port's suite. What it is not: durable; what is
//! in it lives as long as one of its handles. Start reading at [`MemoryRecords`].

mod held;
mod records;
mod select;

pub use records::MemoryRecords;
