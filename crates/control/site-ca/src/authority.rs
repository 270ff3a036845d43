use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::{Derive, Id128};
use aurora_secrets::{Keyring, Purpose, Signer, SiteIdentity};
use aurora_tls::{Pin, Request, SKEW, SpiffeId, Who};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyUsagePurpose, NameConstraints,
    PKCS_ED25519, PublicKeyData, SanType, SerialNumber, SignatureAlgorithm, SigningKey,
    SubjectPublicKeyInfo,
};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, public_key};

/// How long a certificate of a part of the site is good.
pub const ROLE_LIFE: Duration = Duration::from_secs(3600);
/// The same of a host, at most.
pub const EDGE_LIFE: Duration = aurora_tls::MAX_LIFE;

/// How long the authority's own certificate says that it is good.
const AUTHORITY_LIFE: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// Signs in the name of one site. Its key is derived from the site's root key and its certificate from
/// key and identity, so that every process with the root key is the same authority and none keeps it.
pub struct Authority {
    site: String,
    issuer: Issuer<'static, Key>,
    certificate: CertificateDer<'static>,
    ends: Timestamp,
}

/// The authority's key, which never leaves the keyring's signer.
struct Key {
    signer: Signer,
    public: [u8; 32],
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority")
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.signer.sign(message).to_vec())
    }
}

impl Authority {
    /// # Errors
    /// When the certificate cannot be made.
    pub fn of(keyring: &Keyring, identity: &SiteIdentity) -> Result<Self, Error> {
        let signer = keyring.signer_of(Purpose::SiteAuthority);
        let public = signer.public_key();
        let key = Key { signer, public };
        let site = identity.id.to_string();
        let ends = identity.created.plus(AUTHORITY_LIFE);
        let params = own(&site, identity, &key.public, ends)?;
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self {
            site,
            issuer: Issuer::new(params, key),
            certificate,
            ends,
        })
    }

    /// The site's identity, which is the trust domain.
    pub fn site(&self) -> &str {
        &self.site
    }

    pub const fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// When its certificate ends.
    pub const fn ends(&self) -> Timestamp {
        self.ends
    }

    /// What others may know it by, before they have seen it.
    pub fn pin(&self) -> Pin {
        Pin::of(&self.certificate)
    }

    /// Itself, for whoever checks what it signed.
    ///
    /// # Errors
    /// When its certificate is none that can be believed.
    pub fn roots(&self) -> Result<RootCertStore, Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        Ok(roots)
    }

    /// A new key and its chain for a part of the site, good for [`ROLE_LIFE`].
    ///
    /// # Errors
    /// When the name makes no id or the system gives no random numbers.
    pub fn role(
        &self,
        name: &str,
        now: Timestamp,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
        let made = Request::new()?;
        let id = SpiffeId::role(&self.site, name)?;
        let chain = self.sign(&id, name, &public_key(&made.request)?, ROLE_LIFE, now)?;
        Ok((chain, made.key))
    }

    /// The chain for a host's key, good for [`EDGE_LIFE`]. Of the request only the key counts.
    ///
    /// # Errors
    /// When the id is none, or the request cannot be used.
    pub fn edge(
        &self,
        id: &str,
        host: &str,
        request: &[u8],
        now: Timestamp,
    ) -> Result<Vec<CertificateDer<'static>>, Error> {
        let key = public_key(request)?;
        let id = SpiffeId::edge(&self.site, id)?;
        self.sign(&id, host, &key, EDGE_LIFE, now)
    }

    fn sign(
        &self,
        id: &SpiffeId,
        name: &str,
        key: &SubjectPublicKeyInfo,
        life: Duration,
        now: Timestamp,
    ) -> Result<Vec<CertificateDer<'static>>, Error> {
        let mut params = CertificateParams::default();
        live(&mut params, now.minus(SKEW), now.plus(life));
        params.serial_number = Some(serial(Id128::random()));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.subject_alt_names = vec![SanType::URI(id.to_string().try_into()?)];
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = match id.who() {
            // Parts of a site are servers and clients of each other.
            Who::Role(_) => vec![
                ExtendedKeyUsagePurpose::ServerAuth,
                ExtendedKeyUsagePurpose::ClientAuth,
            ],
            Who::Edge(_) => vec![ExtendedKeyUsagePurpose::ClientAuth],
        };
        params.use_authority_key_identifier_extension = true;
        let signed = params.signed_by(key, &self.issuer)?;
        Ok(vec![signed.der().clone(), self.certificate.clone()])
    }
}

/// The authority's own certificate: it signs for nobody below it, and for no host name, address or
/// mailbox, so that it is of no use against anybody who believes it for more than a site's parts.
fn own(
    site: &str,
    identity: &SiteIdentity,
    public: &[u8; 32],
    ends: Timestamp,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    live(&mut params, identity.created.minus(SKEW), ends);
    let derived = Derive::new("aurora.site-authority.v1")
        .part(identity.id.as_bytes())
        .part(public)
        .finish();
    params.serial_number = Some(serial(derived));
    params.distinguished_name = DistinguishedName::new();
    let name = format!("AuroraSOC site {site}");
    params.distinguished_name.push(DnType::CommonName, name);
    let domain = format!("spiffe://{site}");
    params.subject_alt_names = vec![SanType::URI(domain.try_into()?)];
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: Vec::new(),
        excluded_subtrees: vec![
            GeneralSubtree::DnsName(String::new()),
            GeneralSubtree::Rfc822Name(String::new()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
        ],
    });
    Ok(params)
}

/// Certificates know whole seconds (RFC 5280, section 4.1.2.5).
fn live(params: &mut CertificateParams, from: Timestamp, until: Timestamp) {
    let seconds = |at: Timestamp| u64::try_from(at.as_millis() / 1000).unwrap_or(0);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(seconds(from));
    params.not_after = epoch + Duration::from_secs(seconds(until));
}

/// Positive, and at most 20 bytes long (RFC 5280, section 4.1.2.2).
fn serial(id: Id128) -> SerialNumber {
    let mut bytes = vec![1];
    bytes.extend_from_slice(id.as_bytes());
    SerialNumber::from_slice(&bytes)
}
