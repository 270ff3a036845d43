use std::path::PathBuf;

use aurora_secrets::Secret;
use bytes::Bytes;
use hyper::{Method, Request, StatusCode};
use object_store::aws::{
    AmazonS3, AmazonS3Builder, AwsAuthorizer, AwsCredential, S3ConditionalPut,
};
use object_store::client::{HttpRequest, HttpService as _};
use object_store::{ClientOptions, RetryConfig};
use url::Url;

use crate::{Connector, Transport};

/// Where a bucket is, and as whom to use it.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub name: String,
    /// `https://…` of a server that speaks S3; AWS's own when absent. http on this machine only.
    pub endpoint: Option<String>,
    pub region: String,
    pub access_key: String,
    pub secret_key: Secret<String>,
    /// File with the authorities of the server's certificate; those of this machine when absent.
    pub authorities: Option<PathBuf>,
}

/// The bucket cannot be used as it is described.
#[derive(Debug, thiserror::Error)]
pub enum BadBucket {
    #[error("want an address such as https://s3.example.org")]
    Endpoint,
    #[error("http sends what is kept over the network unprotected: want https")]
    Unprotected,
    #[error("the authorities of the bucket's server cannot be used")]
    Authorities(#[from] aurora_tls::Error),
    #[error("the bucket cannot be opened")]
    Open(#[from] object_store::Error),
}

/// What a bucket does by itself with what is written to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectLock {
    /// Objects can be changed and removed.
    Off,
    /// No object can be changed or removed before its time, by the bucket's default rule.
    On,
}

impl Bucket {
    /// Opens the bucket; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`BadBucket`].
    pub fn open(&self) -> Result<AmazonS3, BadBucket> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key)
            .with_secret_access_key(self.secret_key.expose())
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(RetryConfig {
                max_retries: 5,
                retry_timeout: std::time::Duration::from_secs(60),
                ..RetryConfig::default()
            })
            .with_http_connector(self.connector()?);
        if let Some(endpoint) = &self.endpoint {
            check(endpoint)?;
            builder = builder
                .with_endpoint(endpoint.trim_end_matches('/'))
                .with_client_options(ClientOptions::new().with_allow_http(true));
        }
        Ok(builder.build()?)
    }

    /// # Errors
    /// [`BadBucket::Authorities`].
    pub fn connector(&self) -> Result<Connector, BadBucket> {
        let tls = aurora_tls::client(aurora_tls::Client {
            authorities: self.authorities.as_deref(),
            ..aurora_tls::Client::default()
        })?;
        Ok(Connector::new(tls))
    }

    /// Whether the bucket has a default rule that locks objects.
    ///
    /// # Errors
    /// When the bucket does not answer, or refuses the question.
    pub async fn object_lock(&self) -> Result<ObjectLock, BadBucket> {
        let transport = self.connector()?.transport();
        let asked = self.ask(&transport, Method::GET, "?object-lock", Bytes::new());
        let (status, text) = asked.await?;
        if status.is_success() {
            let on =
                text.contains("<ObjectLockEnabled>Enabled") && text.contains("<DefaultRetention>");
            return Ok(if on { ObjectLock::On } else { ObjectLock::Off });
        }
        if status == StatusCode::NOT_FOUND && text.contains("ObjectLockConfigurationNotFoundError")
        {
            return Ok(ObjectLock::Off);
        }
        let source = format!("the server answered {status} when it was asked for its object lock");
        Err(BadBucket::Open(object_store::Error::Generic {
            store: "S3",
            source: source.into(),
        }))
    }

    /// Sends a signed request about the bucket itself; `query` begins with `?`, or is empty.
    ///
    /// # Errors
    /// When the request cannot be made or is not answered.
    pub async fn ask(
        &self,
        transport: &Transport,
        method: Method,
        query: &str,
        body: Bytes,
    ) -> Result<(StatusCode, String), BadBucket> {
        self.ask_with(transport, method, query, &[], body).await
    }

    /// The same with headers.
    ///
    /// # Errors
    /// When the request cannot be made or is not answered.
    pub async fn ask_with(
        &self,
        transport: &Transport,
        method: Method,
        query: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<(StatusCode, String), BadBucket> {
        let base = match &self.endpoint {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => format!("https://s3.{}.amazonaws.com", self.region),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{base}/{}{query}", self.name));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into());
        let mut request: HttpRequest = request.map_err(|_| BadBucket::Endpoint)?;
        let credential = AwsCredential {
            key_id: self.access_key.clone(),
            secret_key: self.secret_key.expose().clone(),
            token: None,
        };
        AwsAuthorizer::new(&credential, "s3", &self.region).try_authorize(&mut request, None)?;
        let answer = transport.call(request).await.map_err(lost)?;
        let status = answer.status();
        let text = answer.into_body().bytes().await.map_err(lost)?;
        Ok((status, String::from_utf8_lossy(&text).into_owned()))
    }
}

fn lost(error: object_store::client::HttpError) -> BadBucket {
    BadBucket::Open(object_store::Error::Generic {
        store: "S3",
        source: Box::new(error),
    })
}

/// https anywhere, http on this machine only.
fn check(endpoint: &str) -> Result<(), BadBucket> {
    let url = Url::parse(endpoint).map_err(|_| BadBucket::Endpoint)?;
    let local = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => return Err(BadBucket::Endpoint),
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if local => Ok(()),
        "http" => Err(BadBucket::Unprotected),
        _ => Err(BadBucket::Endpoint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_machine_is_encrypted() {
        for endpoint in [
            "https://s3.example",
            "http://127.0.0.1:9000",
            "http://[::1]:9000/",
        ] {
            assert!(check(endpoint).is_ok(), "{endpoint}");
        }
        for endpoint in ["http://s3.example", "http://10.0.0.7:9000"] {
            assert!(matches!(check(endpoint), Err(BadBucket::Unprotected)));
        }
        for endpoint in ["", "s3.example", "ftp://127.0.0.1"] {
            assert!(
                matches!(check(endpoint), Err(BadBucket::Endpoint)),
                "{endpoint}"
            );
        }
    }
}
