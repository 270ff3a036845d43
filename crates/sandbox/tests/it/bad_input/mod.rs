//! Input and surroundings that are broken: each has its end and a message that names it, and what
//! was acknowledged is in the ledger.

mod disk;
mod files;
mod large;
mod rules;
mod start;
