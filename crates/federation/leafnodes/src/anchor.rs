//! Certificates out of the keys in the site directory.
//!
//! A site signs its own short-lived certificates with its key of the directory. Others need an authority
//! to check them by, and make it themselves: a certificate that holds that key and the site's name. Who
//! signed it does not matter, as nobody checks an anchor's signature (RFC 5280, section 6.1.1). What it
//! may sign is bounded by name: no site makes a certificate in another's name.

use std::net::IpAddr;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::SiteId;
use aurora_secrets::{Secret, Signer};
use aurora_tls::SpiffeId;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ED25519, PublicKeyData,
    SanType, SerialNumber, SignatureAlgorithm, SigningKey,
};

use crate::Error;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long a certificate of a site is good, and how much earlier it says so: clocks may be off.
pub(crate) const LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Of an anchor. The directory says how long the key really counts.
const ANCHOR_LIFE: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// A certificate and its key as PEM.
#[derive(Debug)]
pub(crate) struct Shown {
    pub certificate: String,
    pub key: Secret<String>,
}

/// On which side of a link a certificate is shown.
#[derive(Clone, Debug)]
pub(crate) enum Side<'h> {
    /// To a hub.
    Leaf,
    /// To those who attach; they reach it by these names and addresses.
    Hub(&'h [String]),
}

struct Public([u8; 32]);

struct Own<'s>(&'s Signer, [u8; 32]);

impl PublicKeyData for Public {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl PublicKeyData for Own<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.1
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl SigningKey for Own<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign(message).to_vec())
    }
}

/// As whom a site's server is known to others.
pub(crate) fn spiffe(site: SiteId) -> String {
    let id = SpiffeId::role(&site.to_string(), "mesh");
    id.expect("hexadecimal digits make a part").to_string()
}

/// What the site signs with its key; the key of the certificate is new.
pub(crate) fn shown(
    site: SiteId,
    signer: &Signer,
    side: &Side<'_>,
    now: Timestamp,
) -> Result<Shown, Error> {
    let pair = KeyPair::generate_for(&PKCS_ED25519)?;
    let mut params = named("mesh", now.minus(DAY), now.plus(LIFE));
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.subject_alt_names = vec![SanType::URI(spiffe(site).try_into()?)];
    params.extended_key_usages = match side {
        Side::Leaf => vec![ExtendedKeyUsagePurpose::ClientAuth],
        Side::Hub(hosts) => {
            for host in *hosts {
                params.subject_alt_names.push(match host.parse::<IpAddr>() {
                    Ok(address) => SanType::IpAddress(address),
                    Err(_) => SanType::DnsName(host.as_str().try_into()?),
                });
            }
            vec![ExtendedKeyUsagePurpose::ServerAuth]
        }
    };
    let issuer = named(&common_name(site), now, now);
    let issuer = Issuer::new(issuer, Own(signer, signer.public_key()));
    Ok(Shown {
        certificate: params.signed_by(&pair, &issuer)?.pem(),
        key: Secret::new(pair.serialize_pem()),
    })
}

/// An authority for what the site signs with this key, as PEM. `for_leaves` bounds it to certificates
/// with the site's own name and no other; a hub has host names besides.
pub(crate) fn anchor(
    site: SiteId,
    public: [u8; 32],
    for_leaves: bool,
    now: Timestamp,
) -> Result<String, Error> {
    let name = common_name(site);
    let mut params = named(&name, now.minus(ANCHOR_LIFE), now.plus(ANCHOR_LIFE));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    if for_leaves {
        params.custom_extensions = vec![only(site)];
    }
    let anybody = KeyPair::generate_for(&PKCS_ED25519)?;
    let issuer = Issuer::new(named(&name, now, now), anybody);
    Ok(params.signed_by(&Public(public), &issuer)?.pem())
}

fn common_name(site: SiteId) -> String {
    format!("AuroraSOC mesh {site}")
}

fn named(name: &str, from: Timestamp, until: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Certificates know whole seconds.
    let seconds = |at: Timestamp| u64::try_from(at.as_millis() / 1000).unwrap_or(0);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(seconds(from));
    params.not_after = epoch + Duration::from_secs(seconds(until));
    params.serial_number = Some(SerialNumber::from_slice(
        &[&[1], Id128::random().as_bytes().as_slice()].concat(),
    ));
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// Name constraints (RFC 5280, section 4.2.1.10) that permit addresses of the site's trust domain, and of
/// other kinds of names what nobody has. Written out by hand, as `rcgen` knows none for URIs.
fn only(site: SiteId) -> CustomExtension {
    const URI: u8 = 0x86;
    const DNS: u8 = 0x82;
    const MAIL: u8 = 0x81;
    const ADDRESS: u8 = 0x87;
    let site = site.to_string();
    let subtree = |kind: u8, name: &[u8]| element(0x30, &element(kind, name));
    let permitted = [
        subtree(URI, site.as_bytes()),
        subtree(DNS, b"invalid"),
        subtree(MAIL, b"invalid"),
        subtree(ADDRESS, &[0, 0, 0, 0, 255, 255, 255, 255]),
    ];
    let constraints = element(0x30, &element(0xa0, &permitted.concat()));
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 30], constraints);
    extension.set_criticality(true);
    extension
}

/// One element in DER; what it is used for stays below 65,536 bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let [high, low] = u16::try_from(length)
        .expect("a handful of names is short")
        .to_be_bytes();
    let head = match length {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head.as_slice(), content].concat()
}
