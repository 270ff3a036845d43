//! How long a site directory is, and what it costs to sign and to believe: `cargo run --release --package
//! aurora-federation-service --example directory -- 1000 2500 10000`. A `+` behind a number: each site has replaced
//! its key once.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/it/listed.rs"]
mod listed;

use std::time::{Duration, Instant};

use aurora_federation_service::directory::{Listing, SignedListing};

use listed::{NOW, listed, signer};

fn spent<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let made = work();
    (made, begun.elapsed())
}

fn main() {
    for asked in std::env::args().skip(1) {
        let is_replaced = asked.ends_with('+');
        let count: u64 = asked.trim_end_matches('+').parse().unwrap();
        let sites = (0..count).map(|number| listed(number, is_replaced));
        let key = signer(0, if is_replaced { 2 } else { 1 });
        let primary = listed(0, is_replaced);
        let listing = Listing::first(primary, NOW).next(sites.collect(), NOW);
        let (signed, signing) = spent(|| listing.sign(&key));
        // One that is too long for others is still read from the site's own store.
        let (kept, reading) = spent(|| SignedListing::kept(signed.bytes()).unwrap());
        let (_, keys) = spent(|| kept.listing().keys());
        println!(
            "{asked:>7} sites: {:>9} bytes ({} a site), fits a frame: {}; signed in {signing:.1?}, read and checked in \
             {reading:.1?}, its keys laid out in {keys:.1?}",
            signed.bytes().len(),
            signed.bytes().len() as u64 / count,
            if signed.fits().is_ok() { "yes" } else { "no" },
        );
    }
}
