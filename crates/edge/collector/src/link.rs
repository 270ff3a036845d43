//! One connection to the site, and batches over it.

use std::path::PathBuf;
use std::time::Duration;

use aurora_model::relay::{self, Taken};
use aurora_secrets::Secret;
use aurora_tasks::Tasks;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header;
use serde::Deserialize;
use tokio_rustls::TlsConnector;

use crate::door::{Away, Door, HTTP1, HTTP2, Sender};
use crate::endpoint::Endpoint;
use crate::enrolment::Enrolment;
use crate::{Error, SiteOptions};

const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Why a request did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody is there, or what they say is no answer.
    #[error("{0}")]
    Away(String),
    /// The site is full or busy; the same again later.
    #[error("the site answers {status}: {text}")]
    Later { status: u16, text: String },
    /// The same again will not help.
    #[error("the site answers {status}: {text}")]
    Refused { status: u16, text: String },
    /// The site will never take these very bytes.
    #[error("the site answers {status}: {text}")]
    Unreadable { status: u16, text: String },
    /// The token cannot be read here.
    #[error("{0}")]
    Token(String),
}

impl From<Away> for Failure {
    fn from(Away(reason): Away) -> Self {
        Self::Away(reason)
    }
}

pub(crate) struct Link {
    door: Door,
    proof: Proof,
    open: Option<Open>,
}

/// How the site knows whose records they are.
enum Proof {
    /// By a token in each request.
    Token(PathBuf),
    /// By the certificate of the connection.
    Certificate(Enrolment),
}

struct Open {
    sender: Sender,
    /// None where the connection itself says who we are.
    authorization: Option<Secret<String>>,
    /// Which certificate it was opened with.
    generation: u64,
}

impl Link {
    /// # Errors
    /// When the settings cannot be used.
    pub(crate) fn new(
        site: &SiteOptions,
        enrolment: Option<Enrolment>,
        tasks: Tasks,
    ) -> Result<Self, Error> {
        if let Some(enrolment) = enrolment {
            return Ok(Self {
                door: enrolment.door(tasks)?,
                proof: Proof::Certificate(enrolment),
                open: None,
            });
        }
        let endpoint = Endpoint::of(site)?;
        let certificate = match (&site.certificate, &site.key) {
            (Some(certificate), Some(key)) => Some((certificate.as_path(), key.as_path())),
            (None, None) => None,
            _ => return Err(Error::HalfIdentity),
        };
        let tls = if endpoint.tls {
            let config = aurora_tls::client(aurora_tls::Client {
                authorities: site.authorities.as_deref(),
                certificate,
                protocols: &[HTTP2, HTTP1],
            })?;
            Some(TlsConnector::from(config))
        } else {
            None
        };
        let token_file = site.token_file.clone().ok_or(Error::NoToken)?;
        let link = Self {
            door: Door {
                endpoint,
                tls,
                tasks,
            },
            proof: Proof::Token(token_file),
            open: None,
        };
        link.authorization()?;
        Ok(link)
    }

    pub(crate) fn url(&self) -> &str {
        &self.door.endpoint.url
    }

    /// The protocol that is spoken, once there is a connection.
    pub(crate) fn protocol(&self) -> &'static str {
        let open = self.open.as_ref();
        open.map_or("none", |open| open.sender.protocol())
    }

    /// Sends batches, and says what the site took when it is durable there.
    pub(crate) async fn post(&mut self, body: Bytes) -> Result<Taken, Failure> {
        let answer = match tokio::time::timeout(ANSWER_WITHIN, self.exchange(body)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Away("it does not answer in time".to_owned())),
        };
        let answer = answer.map_err(|failure| self.explained(failure));
        if !matches!(
            answer,
            Ok(_) | Err(Failure::Later { .. } | Failure::Unreadable { .. })
        ) {
            // With the next connection the token is read again, too.
            self.open = None;
        }
        answer
    }

    async fn exchange(&mut self, body: Bytes) -> Result<Taken, Failure> {
        let mut open = match self.open.take() {
            Some(open) if open.sender.is_open() && open.generation == self.generation() => open,
            _ => self.connect().await?,
        };
        let mut request = self
            .door
            .post(relay::PATH)
            .header(header::CONTENT_TYPE, relay::MEDIA_TYPE)
            // Said also of an empty body, which some proxies refuse otherwise.
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(authorization) = &open.authorization {
            request = request.header(header::AUTHORIZATION, authorization.expose());
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| Failure::Token(format!("the token cannot be sent: {error}")))?;
        let (status, answer) = open.sender.ask(request).await?;
        self.open = Some(open);
        judge(status, &answer)
    }

    /// A site that does not take a certificate says so in the handshake, in few words.
    fn explained(&self, failure: Failure) -> Failure {
        match (&self.proof, failure) {
            (Proof::Certificate(enrolment), Failure::Away(reason))
                if reason.contains("fatal alert") =>
            {
                let ends = enrolment.ends();
                Failure::Token(format!(
                    "the site does not take this host's certificate, which is good until {ends} \
                     ({reason}): enrol the host again"
                ))
            }
            (_, failure) => failure,
        }
    }

    /// A certificate that was renewed is shown by the next connection.
    fn generation(&self) -> u64 {
        match &self.proof {
            Proof::Token(_) => 0,
            Proof::Certificate(enrolment) => enrolment.generation(),
        }
    }

    async fn connect(&self) -> Result<Open, Failure> {
        let authorization = self.authorization();
        let authorization = authorization.map_err(|e| Failure::Token(aurora_tasks::chain(&e)))?;
        let generation = self.generation();
        Ok(Open {
            sender: self.door.open().await?,
            authorization,
            generation,
        })
    }

    fn authorization(&self) -> Result<Option<Secret<String>>, Error> {
        let Proof::Token(path) = &self.proof else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).map_err(|source| Error::Token {
            path: path.clone(),
            source,
        })?;
        let token = text.trim();
        if token.is_empty() {
            return Err(Error::EmptyToken { path: path.clone() });
        }
        Ok(Some(Secret::new(format!("Bearer {token}"))))
    }
}

/// What the site says about what it did not take.
#[derive(Deserialize)]
struct Said {
    error: Told,
}

#[derive(Deserialize)]
struct Told {
    message: String,
}

/// The site's own words, as far as they are any.
pub(crate) fn said(answer: &[u8]) -> String {
    match serde_json::from_slice::<Said>(answer) {
        Ok(said) => said.error.message,
        Err(_) => String::from_utf8_lossy(&answer[..answer.len().min(200)]).into_owned(),
    }
}

fn judge(status: u16, answer: &[u8]) -> Result<Taken, Failure> {
    if status == 200 {
        let taken = serde_json::from_slice(answer);
        return taken.map_err(|_| Failure::Away("its answer is not a site's".to_owned()));
    }
    let text = said(answer);
    Err(match status {
        401 | 403 => Failure::Refused { status, text },
        404 | 405 => Failure::Refused {
            status,
            text: "no AuroraSOC listens there that knows collectors".to_owned(),
        },
        400 | 413 | 415 => Failure::Unreadable { status, text },
        status => Failure::Later { status, text },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn answers_are_judged_by_what_helps() {
        let told = br#"{"error":{"message":"no","fix":"f"}}"#;
        let judged = |status| match judge(status, told) {
            Err(Failure::Later { text, .. }) => format!("later {text}"),
            Err(Failure::Refused { text, .. }) => format!("refused {text}"),
            Err(Failure::Unreadable { text, .. }) => format!("unreadable {text}"),
            other => format!("{other:?}"),
        };
        assert_eq!(judged(401), "refused no");
        assert_eq!(judged(400), "unreadable no");
        assert_eq!(judged(429), "later no");
        assert_eq!(judged(503), "later no");
        assert!(judge(200, b"hello").is_err());
        for (said, events) in [
            ("", relay::Events::Unknown),
            (r#","events":"used""#, relay::Events::Used),
            (r#","events":"something new""#, relay::Events::Unknown),
        ] {
            let answer = format!(r#"{{"accepted":3,"known":1{said}}}"#);
            let wanted = Taken {
                accepted: 3,
                known: 1,
                events,
            };
            assert_eq!(judge(200, answer.as_bytes()).unwrap(), wanted);
        }
    }
}
