//! What a host is given: a certificate for a token, and the next one for the last.

use aurora_ids::Id128;
use aurora_model::{Action, Actor, AuthStrength, Context, TraceContext, enrol};
use aurora_records::{Change, Collection, Error as Store, Guard, Query, Test};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use tracing::info;

use crate::book::{plain, read};
use crate::host::HostName;
use crate::{BadRequest, Book, EDGE_LIFE, Edge, EnrolToken, Error, State};

impl Book {
    /// A token becomes a certificate, once: of several who come with it at a time one is served.
    ///
    /// # Errors
    /// [`Error::Token`], [`Error::Host`], [`Error::HostName`], [`Error::Request`]; the token is then as
    /// good as before. When the store fails it may be used up.
    pub async fn redeem(&self, asked: &enrol::Enrol) -> Result<enrol::Enrolled, Error> {
        let (mut token, version) = self.token(&asked.token).await?;
        let host: HostName = asked.host.parse()?;
        if !token.host.fits(&host) {
            return Err(Error::Host(host.as_str().to_owned()));
        }
        let now = self.clock.now();
        let id = Id128::random().to_string();
        let request = decoded(&asked.request)?;
        let chain = self.authority.edge(&id, host.as_str(), &request, now)?;
        let edge = Edge {
            id: id.clone(),
            host: host.as_str().to_owned(),
            source: token.source.clone(),
            label: token.label.clone(),
            state: State::Good,
            token: token.id.clone(),
            enrolled_at: now,
            renewed_at: now,
            expires_at: now.plus(EDGE_LIFE),
            denied_at: None,
            denied_by: None,
        };
        token.used_at = Some(now);
        token.edge = Some(id.clone());
        let action = Action::on("enrol.host", [id.as_str(), &edge.host, &token.id]);
        let change = Change::decided(action)
            .put(
                Collection::EnrolTokens,
                &token.id,
                Guard::Version(version),
                plain(&token),
            )
            .put(Collection::Edges, &id, Guard::New, plain(&edge));
        let context = self.context(&id, AuthStrength::Token, "enrols with a token");
        match self.records.commit(&context, change).await {
            // Somebody else was first.
            Err(Store::Conflict { .. }) => return Err(Error::Token),
            committed => committed?,
        };
        self.roll.admit(&id, edge.source);
        info!(edge = id, host = edge.host, "a host has enrolled");
        Ok(self.told(id, &chain))
    }

    /// The next certificate for the host that shows one which is good.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Request`], or when the store fails.
    pub async fn renew(&self, id: &str, asked: &enrol::Renew) -> Result<enrol::Enrolled, Error> {
        let found = self.records.get(&self.scope, Collection::Edges, id).await?;
        let (mut edge, version): (Edge, u64) = read(found.ok_or(Error::Denied)?)?;
        if edge.state != State::Good {
            self.roll.deny(id);
            return Err(Error::Denied);
        }
        let now = self.clock.now();
        let request = decoded(&asked.request)?;
        let chain = self.authority.edge(id, &edge.host, &request, now)?;
        edge.renewed_at = now;
        edge.expires_at = now.plus(EDGE_LIFE);
        let change = Change::decided(Action::on("enrol.renew", [id])).put(
            Collection::Edges,
            id,
            Guard::Version(version),
            plain(&edge),
        );
        let context = self.context(id, AuthStrength::Certificate, "renews its certificate");
        // A conflict is a denial, or a renewal of the same host: neither gives two certificates.
        self.records.commit(&context, change).await?;
        Ok(self.told(id.to_owned(), &chain))
    }

    async fn token(&self, token: &str) -> Result<(EnrolToken, u64), Error> {
        let query = Query::of(Collection::EnrolTokens)
            .with("token_hash", Test::TextIs(self.hasher.hash(token)))
            .limit(1);
        let page = self.records.list(&self.scope, &query).await?;
        let found = page.documents.into_iter().next().ok_or(Error::Token)?;
        let (token, version): (EnrolToken, u64) = read(found)?;
        match token.is_good(self.clock.now()) {
            true => Ok((token, version)),
            false => Err(Error::Token),
        }
    }

    fn context(&self, id: &str, auth: AuthStrength, reason: &str) -> Context {
        Context {
            scope: self.scope.clone(),
            actor: Actor::Service(format!("edge/{id}")),
            auth,
            reason: reason.to_owned(),
            policy: None,
            trace: TraceContext::new(),
        }
    }

    fn told(&self, id: String, chain: &[CertificateDer<'_>]) -> enrol::Enrolled {
        enrol::Enrolled {
            id,
            site: self.authority.site().to_owned(),
            chain: chain.iter().map(|it| STANDARD.encode(it)).collect(),
            authorities: vec![STANDARD.encode(self.authority.certificate())],
            seconds: EDGE_LIFE.as_secs(),
        }
    }
}

fn decoded(request: &str) -> Result<Vec<u8>, Error> {
    let read = STANDARD.decode(request.trim());
    Ok(read.map_err(|_| BadRequest::Unreadable)?)
}
