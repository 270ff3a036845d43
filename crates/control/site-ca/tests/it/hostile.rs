//! Requests that want more than they should, or come from who has not the key.

use aurora_site_ca::{BadRequest, MAX_REQUEST, public_key};
use aurora_tls::{Leaf, Request};
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SanType,
};

use crate::stand::{NOW, Stand};

fn made(params: &CertificateParams) -> Vec<u8> {
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    params.serialize_request(&key).unwrap().der().to_vec()
}

#[test]
fn what_asks_for_anything_is_refused() {
    let plain = CertificateParams::default;
    let mut authority = plain();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut other = plain();
    let name = "spiffe://0/role/api".to_owned();
    other.subject_alt_names = vec![SanType::URI(name.try_into().unwrap())];
    let mut usage = plain();
    usage.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let mut server = plain();
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let named = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    for params in [authority, other, usage, server, named] {
        assert_eq!(public_key(&made(&params)).unwrap_err(), BadRequest::Asks);
    }
}

#[test]
fn a_subject_is_of_no_interest() {
    let stand = Stand::new();
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "spiffe://0/role/api");
    let chain = stand.authority().edge("5e0f", "ws-1", &made(&params), NOW);
    let leaf = chain.unwrap();
    let leaf = Leaf::read(&leaf[0]).unwrap();
    assert_eq!(leaf.id.who().as_edge(), Some("5e0f"));
}

#[test]
fn keys_are_of_kinds_that_are_taken() {
    for kind in [
        &PKCS_ED25519,
        &PKCS_ECDSA_P256_SHA256,
        &PKCS_ECDSA_P384_SHA384,
    ] {
        let key = KeyPair::generate_for(kind).unwrap();
        let params = CertificateParams::default();
        let request = params.serialize_request(&key).unwrap();
        assert!(public_key(request.der()).is_ok());
    }
}

/// The key of one, the signature of another.
#[test]
fn only_who_has_the_key_is_served() {
    let (ours, theirs) = (Request::new().unwrap(), Request::new().unwrap());
    let key = |request: &[u8]| {
        let info = x509_parser::certification_request::X509CertificationRequest::from_der(request);
        let subject = info.unwrap().1.certification_request_info.subject_pki;
        subject.subject_public_key.data.to_vec()
    };
    use x509_parser::prelude::FromDer as _;
    let (mine, other) = (key(&ours.request), key(&theirs.request));
    let place = ours.request.windows(32).position(|it| it == mine).unwrap();
    let mut stolen = ours.request.clone();
    stolen[place..place + 32].copy_from_slice(&other);
    assert_eq!(public_key(&stolen).unwrap_err(), BadRequest::Signature);
}

#[test]
fn requests_are_bounded_and_whole() {
    let request = Request::new().unwrap().request;
    assert!(request.len() < 400, "{}", request.len());
    let long = vec![0x30; MAX_REQUEST + 1];
    assert_eq!(public_key(&long).unwrap_err(), BadRequest::TooLong);
    let trailing = [&request[..], &[0]].concat();
    assert_eq!(public_key(&trailing).unwrap_err(), BadRequest::Unreadable);
    assert!(public_key(&request[..request.len() - 1]).is_err());
    let certificate = Stand::new().authority().certificate().to_vec();
    assert!(public_key(&certificate).is_err());
}

proptest! {
    /// No change of a request gets another key certified. What is around the signed part may be spelt
    /// otherwise.
    #[test]
    fn a_changed_request_gives_no_other_key(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut request = Request::new().unwrap().request;
        let key = public_key(&request).unwrap();
        let at = place.index(request.len());
        request[at] ^= 1 << bit;
        if let Ok(other) = public_key(&request) {
            prop_assert_eq!(other, key);
            prop_assert!(at < 2 || request.len() - at < 80, "within the signed part: {}", at);
        }
    }
}
