//! Sites as a directory lists them, as many as are wanted.

use aurora_clock::Timestamp;
use aurora_federation_service::SiteTier;
use aurora_federation_service::directory::{Listed, ListedKey};
use aurora_ids::Derive;
use aurora_model::SiteId;
use aurora_secrets::{Secret, Signer};

pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub fn signer(number: u64, key: u8) -> Signer {
    let mut seed = [key; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    Signer::from_seed(&Secret::new(seed))
}

/// A site with one key, or with a second one that replaced it.
pub fn listed(number: u64, is_replaced: bool) -> Listed {
    let site = SiteId(Derive::new("directory").number(number).finish());
    let first = signer(number, 1);
    let mut keys = vec![ListedKey::always(first.public_key())];
    if is_replaced {
        let next = signer(number, 2).public_key();
        keys.push(ListedKey::following(site, next, NOW, &first));
    }
    Listed {
        site,
        label: format!("site-{number}"),
        name: format!("Branch SOC number {number}"),
        tier: match number {
            0 => SiteTier::Primary,
            _ => SiteTier::Secondary,
        },
        address: Some(format!("soc-{number}.example.org:7423")),
        keys,
        joined_at: NOW,
    }
}
