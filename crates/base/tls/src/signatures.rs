//! Which handshakes our verifiers accept, for verifiers of servers and of clients alike.

/// The methods about signatures of a verifier that keeps its `provider`: TLS 1.3 alone, by whatever the
/// provider offers. The traits of rustls have the same three, and no common ancestor.
macro_rules! tls13_signatures {
    () => {
        /// The configurations of this crate offer nothing else, so nobody comes here.
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &rustls::pki_types::CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Err(rustls::PeerMisbehaved::SelectedTls12UsingTls13VersionExtension.into())
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &rustls::pki_types::CertificateDer<'_>,
            signed: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            self.provider
                .signature_verification_algorithms
                .supported_schemes()
        }
    };
}

pub(crate) use tls13_signatures;
