use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_site_ca::{EDGE_LIFE, ROLE_LIFE};
use aurora_tls::{Admit, Leaf, Peers, Request, SKEW, SpiffeId};
use proptest::prelude::*;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use x509_parser::prelude::FromDer as _;

use crate::stand::{NOW, Stand};

#[derive(Debug)]
pub struct Everybody;

impl Admit for Everybody {
    fn admits(&self, _: &SpiffeId) -> bool {
        true
    }
}

fn at(time: Timestamp) -> UnixTime {
    let seconds = u64::try_from(time.as_millis() / 1000).unwrap();
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

pub fn peers(stand: &Stand) -> Peers {
    let authority = stand.authority();
    Peers::new(
        authority.site(),
        authority.roots().unwrap(),
        Arc::new(Everybody),
    )
    .unwrap()
}

fn as_client(peers: &Peers, chain: &[CertificateDer<'_>], time: Timestamp) -> bool {
    peers
        .verify_client_cert(&chain[0], &chain[1..], at(time))
        .is_ok()
}

fn as_server(peers: &Peers, chain: &[CertificateDer<'_>], time: Timestamp) -> bool {
    let name = ServerName::try_from("soc.example.org").unwrap();
    peers
        .verify_server_cert(&chain[0], &chain[1..], &name, &[], at(time))
        .is_ok()
}

#[test]
fn every_process_with_the_root_key_is_the_same_authority() {
    let stand = Stand::new();
    let (first, second) = (stand.authority(), stand.authority());
    assert_eq!(first.certificate(), second.certificate());
    assert_eq!(first.pin(), second.pin());
    assert_ne!(first.pin(), Stand::new().authority().pin());
    // What the first signs the second's roots believe.
    let (chain, _) = first.role("api", NOW).unwrap();
    assert!(as_server(&peers(&stand), &chain, NOW));
}

/// RFC 5280, section 4.2.1, and X509-SVID, section 3: read by another reader than ours.
#[test]
fn certificates_say_what_they_are_for() {
    let stand = Stand::new();
    let authority = stand.authority();
    let (_, own) =
        x509_parser::certificate::X509Certificate::from_der(authority.certificate()).unwrap();
    let basic = own.basic_constraints().unwrap().unwrap();
    assert!(basic.critical && basic.value.ca);
    assert_eq!(basic.value.path_len_constraint, Some(0));
    let usage = own.key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.key_cert_sign() && !usage.value.digital_signature());
    let names = own.name_constraints().unwrap().unwrap();
    assert!(names.critical);
    assert_eq!(names.value.excluded_subtrees.as_ref().unwrap().len(), 4);
    own.verify_signature(None).unwrap();

    let (role, _) = authority.role("edge", NOW).unwrap();
    let leaf = Leaf::read(&role[0]).unwrap();
    assert_eq!(
        leaf.id.to_string(),
        format!("spiffe://{}/role/edge", stand.identity.id)
    );
    assert!(leaf.usage.client && leaf.usage.server);
    assert_eq!(leaf.not_after.since(NOW), ROLE_LIFE);
    assert_eq!(NOW.since(leaf.not_before), SKEW);
    let request = Request::new().unwrap();
    let edge = authority
        .edge("5e0f", "ws-1", &request.request, NOW)
        .unwrap();
    let leaf = Leaf::read(&edge[0]).unwrap();
    assert!(leaf.usage.client && !leaf.usage.server);
    assert_eq!(leaf.not_after.since(NOW), EDGE_LIFE);
    // A host is a client alone.
    assert!(as_client(&peers(&stand), &edge, NOW));
    assert!(!as_server(&peers(&stand), &edge, NOW));
}

#[test]
fn another_site_is_nobody_here() {
    let (here, there) = (Stand::new(), Stand::new());
    let (chain, _) = there.authority().role("api", NOW).unwrap();
    assert!(as_server(&peers(&there), &chain, NOW));
    assert!(!as_server(&peers(&here), &chain, NOW));
    assert!(!as_client(&peers(&here), &chain, NOW));
    // Nor when it claims our authority's place in the chain.
    let mixed = [chain[0].clone(), here.authority().certificate().clone()];
    assert!(!as_server(&peers(&here), &mixed, NOW));
}

#[test]
fn an_authority_is_no_part_of_the_site() {
    let stand = Stand::new();
    let own = stand.authority().certificate().clone();
    assert!(Leaf::read(&own).is_err());
    assert!(!as_client(&peers(&stand), &[own], NOW));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Good from its beginning to its end, each give or take the skew, and never beyond.
    #[test]
    fn certificates_are_good_in_their_time(offset in -3 * 3600_i64..30 * 3600, edge: bool) {
        let stand = Stand::new();
        let (authority, peers) = (stand.authority(), peers(&stand));
        let (chain, life) = if edge {
            let request = Request::new().unwrap();
            (authority.edge("e", "h", &request.request, NOW).unwrap(), EDGE_LIFE)
        } else {
            (authority.role("api", NOW).unwrap().0, ROLE_LIFE)
        };
        let seconds = |it: Duration| i64::try_from(it.as_secs()).unwrap();
        // It begins a skew before it is made.
        let good = (-2 * seconds(SKEW)..=seconds(life) + seconds(SKEW)).contains(&offset);
        let time = Timestamp::from_millis(NOW.as_millis() + offset * 1000);
        prop_assert_eq!(as_client(&peers, &chain, time), good);
    }

    /// No bit of a certificate can be changed.
    #[test]
    fn a_changed_certificate_is_refused(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let stand = Stand::new();
        let (chain, _) = stand.authority().role("api", NOW).unwrap();
        let mut changed = chain[0].to_vec();
        let at = place.index(changed.len());
        changed[at] ^= 1 << bit;
        let changed = [CertificateDer::from(changed), chain[1].clone()];
        prop_assert!(!as_client(&peers(&stand), &changed, NOW));
        prop_assert!(!as_server(&peers(&stand), &changed, NOW));
    }

    #[test]
    fn reading_strangers_bytes_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Leaf::read(&bytes).is_err());
        prop_assert!(aurora_site_ca::public_key(&bytes).is_err());
    }
}
