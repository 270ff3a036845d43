//! A site's data in a folder, and back.
//!
//! What it is: [`Image`], the files of a data directory as they were at one moment, taken beside the
//! site that works on them; [`dump`], the records as lines; [`seal`], the keys under a passphrase; and
//! [`Manifest`], which says what there is and how to tell that it is whole. What it is not: a choice of
//! stores or a command; those are the node's and the program's. Start reading at [`Image`].
//!
//! **Invariant:** what is written into a backup is what a site would find after a power failure at the
//! moment at which its records were held: no checkpoint moves then, so that nothing that the bus gave
//! up is needed again, and nothing that it still has is missing.

pub mod dump;
mod error;
mod files;
mod image;
mod manifest;
pub mod seal;

pub use error::Error;
pub use files::{Copied, copy, digest};
pub use image::Image;
pub use manifest::{FORMAT, Kept, MANIFEST, Manifest};
