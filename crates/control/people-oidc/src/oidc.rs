use async_trait::async_trait;
use aurora_people::{Asked, Claims, Departure, OidcOptions, Provider, ProviderError};
use aurora_secrets::Secret;
use openidconnect::core::{CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};

use crate::Error;
use crate::claims::{GroupClient, Verified};
use crate::exchange::Exchange;

/// What signs ID tokens: public keys of the provider. Not `none`, and not HMAC, for which the
/// client's secret would be the key.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

/// One provider.
pub struct Oidc {
    issuer: IssuerUrl,
    client: ClientId,
    secret: Option<Secret<String>>,
    label: String,
    scopes: Vec<String>,
    groups_claim: String,
    exchange: Exchange,
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Oidc({})", self.issuer.as_str())
    }
}

impl Oidc {
    /// Nothing is connected yet. `None` when no issuer is set.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn open(options: &OidcOptions) -> Result<Option<Self>, Error> {
        if options.issuer.is_empty() {
            return Ok(None);
        }
        let wrong = |key, why: &dyn std::fmt::Display| Error::Setting {
            key,
            why: why.to_string(),
        };
        if options.client_id.is_empty() {
            return Err(wrong("client_id", &"it is empty"));
        }
        let issuer = IssuerUrl::new(options.issuer.clone()).map_err(|why| wrong("issuer", &why))?;
        let secret = match &options.client_secret_file {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|why| wrong("client_secret_file", &why))?;
                Some(Secret::new(text.trim().to_owned()))
            }
        };
        let tls = aurora_tls::client(aurora_tls::Client {
            authorities: options.authorities.as_deref(),
            ..aurora_tls::Client::default()
        });
        let or = |text: &str, usual: &str| if text.is_empty() { usual } else { text }.to_owned();
        Ok(Some(Self {
            issuer,
            client: ClientId::new(options.client_id.clone()),
            secret,
            label: or(&options.label, "Single sign-on"),
            scopes: options.scopes.clone(),
            groups_claim: or(&options.groups_claim, "groups"),
            exchange: Exchange {
                tls: tls.map_err(|why| wrong("authorities", &why))?,
            },
        }))
    }

    /// Keys and addresses are asked for each time: a provider that changes its keys is believed with
    /// the next login, and logins are rare.
    async fn connect(&self, redirect: &str) -> Result<GroupClient, ProviderError> {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(unreachable)?;
        let ask = self.exchange.asking();
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &ask);
        let found = found.await.map_err(unreachable)?;
        let secret = self.secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose().clone()));
        let client = GroupClient::from_provider_metadata(found, self.client.clone(), secret);
        Ok(client.set_redirect_uri(redirect))
    }

    fn claims(&self, verified: &Verified) -> Claims {
        let name = verified.name().and_then(|name| name.get(None));
        let preferred = verified.preferred_username().map(|name| name.to_string());
        Claims {
            issuer: verified.issuer().to_string(),
            subject: verified.subject().to_string(),
            preferred_name: preferred.or_else(|| verified.email().map(|email| email.to_string())),
            display_name: name.map(|name| name.to_string()),
            groups: verified.additional_claims().texts(&self.groups_claim),
        }
    }
}

fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> ProviderError {
    ProviderError::Unreachable(Box::new(error))
}

/// An error with its causes; they name what did not fit, and no secret.
fn refused(error: &dyn std::error::Error) -> ProviderError {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let text: Vec<String> = causes.map(ToString::to_string).collect();
    ProviderError::Refused(text.join(": "))
}

#[async_trait]
impl Provider for Oidc {
    fn label(&self) -> &str {
        &self.label
    }

    async fn depart(&self, redirect: &str) -> Result<Departure, ProviderError> {
        let client = self.connect(redirect).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = self.scopes.iter().cloned().map(Scope::new);
        let (url, state, nonce) = request
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .url();
        Ok(Departure {
            url: url.into(),
            asked: Asked {
                state: state.into_secret(),
                nonce: nonce.secret().clone(),
                verifier: verifier.into_secret(),
            },
        })
    }

    async fn arrive(
        &self,
        redirect: &str,
        asked: &Asked,
        code: &str,
    ) -> Result<Claims, ProviderError> {
        let client = self.connect(redirect).await?;
        let code = AuthorizationCode::new(code.to_owned());
        let request = client
            .exchange_code(code)
            .map_err(|error| refused(&error))?;
        let ask = self.exchange.asking();
        let answer = request
            .set_pkce_verifier(PkceCodeVerifier::new(asked.verifier.clone()))
            .request_async(&ask)
            .await
            .map_err(|error| refused(&error))?;
        let token = answer.id_token();
        let token =
            token.ok_or_else(|| ProviderError::Refused("it holds no ID token".to_owned()))?;
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let nonce = Nonce::new(asked.nonce.clone());
        let verified = token
            .claims(&verifier, &nonce)
            .map_err(|error| refused(&error))?;
        Ok(self.claims(verified))
    }
}
