//! From a rule's key and values to the tests of one item.

mod expand;
mod key;
mod value;

pub(crate) use key::item;
