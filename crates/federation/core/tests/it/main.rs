//! The crate as its users see it.
#![allow(clippy::unwrap_used)]

mod detector;
mod forgery;
mod marks;
mod rotation;
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
    later_signer(number, 0)
}

/// The site's signer after it changed its key so many times.
fn later_signer(number: u8, changes: u8) -> Signer {
    let mut seed = [number + 101; 32];
    seed[31] ^= changes;
    Signer::from_seed(&Secret::new(seed))
}

fn key(number: u8) -> Key {
    key_of(number, &signer(number))
}

fn key_of(number: u8, signer: &Signer) -> Key {
    Key {
        site: site(number),
        public: signer.public_key(),
        from: Timestamp::from_millis(0),
        until: Timestamp::from_millis(i64::MAX),
    }
}

fn directory(sites: u8) -> Directory {
    Directory::new((0..sites).map(key))
}
