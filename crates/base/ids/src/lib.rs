//! Identifiers: 128 bits, derived from content wherever the same thing can arrive twice, random
//! otherwise.
//!
//! What it is: [`Id128`], the domain-separated [`Derive`] and the [`id_type!`] macro that makes an
//! id a type of its own. What it is not: a place for the ids themselves; those live in `model`.
//! Start reading at [`Derive`].

mod derive;
mod id;

pub use derive::Derive;
pub use id::{Id128, ParseError, random_token};

/// Makes a newtype over [`Id128`] which is not interchangeable with any other id.
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $crate::Id128);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$crate::Id128> for $name {
            fn from(id: $crate::Id128) -> Self {
                Self(id)
            }
        }
    };
}
