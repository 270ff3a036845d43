use std::io;

/// Why reading cannot go on. Damage inside the input is not an error: it comes out as records.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the input")]
    Read(#[source] io::Error),
    /// The compressed stream itself is broken; what stood before the break was delivered.
    #[error("cannot unpack the {format} stream after {unpacked} bytes")]
    Unpack {
        format: &'static str,
        unpacked: u64,
        #[source]
        source: io::Error,
    },
    /// A small file that unpacks to a huge one.
    #[error(
        "the {format} stream unpacks to more than {limit}; unpack it yourself and import that if it is meant"
    )]
    Bomb { format: &'static str, limit: String },
}
