use std::path::Path;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_secrets::Secret;

use crate::egress::Target;
use crate::render::Message;
use crate::{Error, Webhook, sign};

/// Shorter secrets can be guessed.
const SHORTEST: usize = 16;

/// Posts messages as signed JSON.
#[derive(Debug)]
pub(crate) struct Poster {
    target: Target,
    secret: Secret<String>,
    limit: Duration,
}

impl Poster {
    pub fn new(place: &str, options: &Webhook) -> Result<Self, Error> {
        let target = Target::new(place, &options.url)?;
        let file = options.secret_file.as_ref().ok_or_else(|| {
            let reason = "messages are always signed: name a file with the secret";
            Error::setting(place, "secret_file", "", reason)
        })?;
        let secret = secret(place, "secret_file", file)?;
        if secret.expose().len() < SHORTEST {
            let reason = format!("a secret has {SHORTEST} characters or more");
            let file = file.display().to_string();
            return Err(Error::setting(place, "secret_file", &file, &reason));
        }
        Ok(Self {
            target,
            secret,
            limit: Duration::from_secs(options.timeout_seconds.clamp(1, 60)),
        })
    }

    pub async fn send(&self, message: &Message, now: Timestamp) -> Result<(), Error> {
        let body = serde_json::to_vec(&message.body).expect("a message is plain data");
        let signature = sign::signature(self.secret.expose().as_bytes(), now, &body);
        let headers = [
            ("aurorasoc-signature", signature.as_str()),
            ("idempotency-key", message.key.as_str()),
        ];
        let status = self.target.post(&headers, body, self.limit).await?;
        if status.is_success() {
            return Ok(());
        }
        Err(Error::NotSent(format!("the other side answered {status}")))
    }
}

pub(crate) fn secret(place: &str, key: &str, file: &Path) -> Result<Secret<String>, Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::Secret {
        key: format!("{place}.{key}"),
        path: file.display().to_string(),
        source,
    })?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
