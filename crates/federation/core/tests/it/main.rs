//! The crate as its users see it.
#![allow(clippy::unwrap_used)]

mod detector;
mod forgery;
mod marks;
mod simulation;
mod wire;
mod world;

use aurora_clock::Timestamp;
use aurora_federation::{Directory, Key};
use aurora_ids::Id128;
use aurora_model::SiteId;
use aurora_secrets::{Secret, Signer};

/// 2026-03-01.
const START: i64 = 1_772_323_200_000;

fn site(number: u8) -> SiteId {
    SiteId(Id128::from_bytes([number + 1; 16]))
}

fn signer(number: u8) -> Signer {
    Signer::from_seed(&Secret::new([number + 101; 32]))
}

fn key(number: u8) -> Key {
    Key {
        site: site(number),
        public: signer(number).public_key(),
        from: Timestamp::from_millis(0),
        until: Timestamp::from_millis(i64::MAX),
    }
}

fn directory(sites: u8) -> Directory {
    Directory::new((0..sites).map(key))
}
