//! Who calls, and whether a browser was tricked into calling.

use std::net::SocketAddr;

use aurora_clock::Timestamp;
use aurora_model::{Context, Scope, TraceContext};
use aurora_people::{Identified, Name, Visitor};
use aurora_permissions::Principal;
use aurora_secrets::Secret;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::{Instrument as _, info_span};

use crate::refusal::Refusal;
use crate::state::Shared;

/// The other end of a connection, put into each request by the listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// A user of this machine, vouched for by the kernel.
    Local {
        user: String,
    },
    Network(SocketAddr),
}

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// Absent where nothing expires.
    pub(crate) expires_at: Option<Timestamp>,
    /// Absent for API keys and the local operator.
    pub(crate) session: Option<String>,
    /// Names the policies in force when they called.
    policy: String,
    trace: TraceContext,
}

/// What a request tells of the browser that sent it.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    /// The page's own, empty where none was said.
    pub(crate) origin: String,
    pub(crate) visitor: Visitor,
}

/// A caller on the local socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Local(pub(crate) Caller);

impl Caller {
    /// What a write needs. An empty reason is replaced by `otherwise`.
    pub(crate) fn context(&self, scope: &Scope, reason: &str, otherwise: &str) -> Context {
        let reason = reason.trim();
        Context {
            scope: scope.clone(),
            actor: self.principal.actor.clone(),
            auth: self.principal.strength,
            reason: if reason.is_empty() { otherwise } else { reason }.to_owned(),
            policy: Some(self.policy.clone()),
            trace: self.trace,
        }
    }

    /// The caller's account, unless it is the local operator.
    pub(crate) fn person(&self) -> Option<Name> {
        self.identified().person()
    }

    pub(crate) fn identified(&self) -> Identified {
        Identified {
            principal: self.principal.clone(),
            session: self.session.clone(),
            expires_at: self.expires_at,
        }
    }

    pub(crate) fn is_local(&self) -> bool {
        self.principal.is_local()
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(Refusal::unauthenticated)
    }
}

impl<S: Sync> FromRequestParts<S> for Local {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.is_local() {
            Ok(Self(caller))
        } else {
            Err(Refusal::local_only())
        }
    }
}

impl FromRequestParts<Shared> for Browser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let headers = &parts.headers;
        let peer = match parts.extensions.get::<Peer>() {
            // Whatever stands in front of us is everybody.
            Some(Peer::Network(from)) if shared.options.behind_tls && from.ip().is_loopback() => {
                None
            }
            Some(Peer::Network(from)) => Some(from.ip()),
            Some(Peer::Local { .. }) | None => None,
        };
        let shown = cookie(headers, &shared.cookie_name());
        Ok(Self {
            origin: text(headers, header::ORIGIN).unwrap_or_default().to_owned(),
            visitor: Visitor {
                peer,
                agent: text(headers, header::USER_AGENT)
                    .unwrap_or_default()
                    .to_owned(),
                shown: shown.map(|token| Secret::new(token.to_owned())),
                trace: trace_of(headers),
            },
        })
    }
}

/// Refuses requests that a page of another origin may have caused. Stands before everything.
pub(crate) async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let checked = match request.extensions().get::<Peer>() {
        // No browser reaches a Unix socket.
        Some(Peer::Local { .. }) => Ok(()),
        Some(Peer::Network(_)) => same_site(
            request.method(),
            request.headers(),
            &shared.options.hostnames,
        ),
        None => Err(Refusal::unauthenticated()),
    };
    match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Lets callers through that are known, and tells the handlers who they are.
pub(crate) async fn require(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match identify(&shared, &parts, true).await {
        Ok(caller) => {
            let span = info_span!(
                "request",
                trace = %caller.trace,
                method = %parts.method,
                path = parts.uri.path(),
                actor = caller.principal.actor.name(),
                links = tracing::field::Empty,
            );
            parts.extensions.insert(caller);
            // What stands before a single route knows the site by this.
            parts.extensions.insert(shared);
            let answer = next.run(Request::from_parts(parts, body));
            answer.instrument(span).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Who sent a request. `used`: whether it keeps a session from idling out.
async fn identify(shared: &Shared, request: &Parts, used: bool) -> Result<Caller, Refusal> {
    let (headers, people) = (&request.headers, &shared.people);
    let found = match request.extensions.get::<Peer>() {
        Some(Peer::Local { user }) => Some(people.local_operator(user).await?),
        Some(Peer::Network(_)) | None => match bearer(headers) {
            // Then the key alone counts: what a browser adds by itself opens nothing.
            Some(token) => people.by_key(token).await?,
            None => match cookie(headers, &shared.cookie_name()) {
                Some(token) => people.by_session(token, used).await?,
                None => None,
            },
        },
    };
    let found = found.ok_or_else(Refusal::unauthenticated)?;
    Ok(Caller {
        principal: found.principal,
        expires_at: found.expires_at,
        session: found.session,
        policy: shared.decide.version(),
        trace: trace_of(headers),
    })
}

/// Whether who sent a request long ago would still be known. Asking keeps nothing open.
pub(crate) async fn still_known(shared: &Shared, request: &Parts) -> bool {
    identify(shared, request, false).await.is_ok()
}

/// The token of an `Authorization` header; one of another kind is a token that fits nothing.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(header::AUTHORIZATION).into_iter();
    let (first, second) = (sent.next()?, sent.next());
    let token = first.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    });
    Some(token.filter(|_| second.is_none()).unwrap_or_default())
}

fn trace_of(headers: &HeaderMap) -> TraceContext {
    let sent = text(headers, header::HeaderName::from_static("traceparent"));
    sent.and_then(|sent| sent.parse::<TraceContext>().ok())
        .map_or_else(TraceContext::new, TraceContext::child)
}

/// The value of a cookie; browsers send them all in one header.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Three checks, each of which stops one attack: `Host` (DNS rebinding), `Sec-Fetch-Site` and
/// `Origin` (cross-site requests). Programs that send neither of the last two may only read.
fn same_site(method: &Method, headers: &HeaderMap, hostnames: &[String]) -> Result<(), Refusal> {
    let host = text(headers, header::HOST).unwrap_or_default();
    if !known_host(host, hostnames) {
        return Err(Refusal::forbidden(
            "this site is not known by that name",
            "call it localhost, or add the name to `console.hostnames`",
        ));
    }
    // No page of another origin can send this header without asking us first, which we never allow;
    // and beside it no cookie counts.
    if headers.contains_key(header::AUTHORIZATION) {
        return Ok(());
    }
    let fetch_site = text(headers, header::HeaderName::from_static("sec-fetch-site"));
    let navigates =
        text(headers, header::HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let allowed = match fetch_site {
        Some("same-origin") => true,
        Some("none") => reads,
        // Following a link to the console from elsewhere is fine; the cookie stays at home.
        Some(_) => reads && navigates,
        None => match text(headers, header::ORIGIN) {
            Some(origin) => origin.split_once("://").is_some_and(|(_, at)| at == host),
            None => reads,
        },
    };
    if allowed {
        return Ok(());
    }
    Err(Refusal::forbidden(
        "this request does not come from the console",
        "use the console, or the command line on the site's machine",
    ))
}

fn known_host(host: &str, hostnames: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.');
    ["localhost", "127.0.0.1", "::1"].contains(&name)
        || hostnames
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(method: Method, headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        same_site(&method, &map, &["soc.example".to_owned()]).is_ok()
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for host in [
            "localhost",
            "localhost:8443",
            "127.0.0.1:1",
            "[::1]:8443",
            "SOC.example:443",
        ] {
            assert!(check(Method::GET, &[("host", host)]), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "[::2]",
        ] {
            assert!(!check(Method::GET, &[("host", host)]), "{host}");
        }
        assert!(!check(Method::GET, &[]));
    }

    #[test]
    fn a_write_must_come_from_the_console() {
        let host = ("host", "localhost:8443");
        for (headers, want) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
            (
                vec![
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                ],
                false,
            ),
            (vec![("sec-fetch-site", "none")], false),
            (vec![("origin", "http://localhost:8443")], true),
            (vec![("origin", "http://localhost:9999")], false),
            (vec![("origin", "null")], false),
            (vec![], false),
        ] {
            let headers: Vec<_> = headers.into_iter().chain([host]).collect();
            assert_eq!(check(Method::POST, &headers), want, "{headers:?}");
        }
    }

    #[test]
    fn a_page_elsewhere_may_link_but_not_load() {
        let host = ("host", "localhost:8443");
        let cross = ("sec-fetch-site", "cross-site");
        assert!(check(
            Method::GET,
            &[host, cross, ("sec-fetch-mode", "navigate")]
        ));
        assert!(!check(
            Method::GET,
            &[host, cross, ("sec-fetch-mode", "no-cors")]
        ));
    }

    #[test]
    fn programs_with_a_key_write_from_anywhere_by_our_names_alone() {
        let key = ("authorization", "Bearer x");
        assert!(check(Method::POST, &[("host", "localhost"), key]));
        assert!(!check(Method::POST, &[("host", "evil.example"), key]));
    }

    #[test]
    fn one_bearer_token_is_read_and_nothing_else() {
        for (sent, want) in [
            (vec![], None),
            (vec!["Bearer abc"], Some("abc")),
            (vec!["bearer  abc "], Some("abc")),
            (vec!["Basic abc"], Some("")),
            (vec!["abc"], Some("")),
            (vec!["Bearer abc", "Bearer def"], Some("")),
        ] {
            let mut headers = HeaderMap::new();
            for value in &sent {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            assert_eq!(bearer(&headers), want, "{sent:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            "a=1; aurora_x=secret=; b=2".parse().unwrap(),
        );
        assert_eq!(cookie(&headers, "aurora_x"), Some("secret="));
        assert_eq!(cookie(&headers, "aurora"), None);
    }
}
