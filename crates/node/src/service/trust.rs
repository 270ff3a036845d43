//! What the doctor looks at beside the stores: certificates, hosts, the clock, lag and release.

use std::path::Path;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_messages::{CheckOutcome, DoctorCheck};
use aurora_model::{Scope, Stream};
use aurora_site_ca::Book;
use aurora_tls::Identity;

use super::SiteService;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Somebody has to get a certificate from somewhere else, which takes days.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);
/// The authority's own end concerns every host; it is known years before.
const LONG_BEFORE: Duration = Duration::from_secs(180 * 24 * 3600);
/// A feed that is this late is of little use to who watches.
const LATE: Duration = Duration::from_secs(15 * 60);
/// Parts of a hundred of a stream's bound from which senders are soon pushed back.
const NEARLY_FULL: u64 = 80;

/// What proves to others who does what here.
pub(crate) struct Trust {
    pub(crate) edges: Book,
    /// What the port for hosts shows, when it is up.
    pub(crate) edge: Option<Identity>,
    /// The audit log.
    pub(crate) audited: aurora_audit_sequencer::Handle,
}

pub(super) async fn examine(site: &SiteService, scope: &Scope) -> Vec<DoctorCheck> {
    let mut checks = vec![release(), clock(site, scope).await, authority(site)];
    checks.push(hosts(site).await);
    let config = &site.parts.config;
    let listeners = [
        ("certificate of http ingest", &config.ingest.http.tls),
        ("certificate of syslog", &config.syslog.tls),
    ];
    for (name, tls) in listeners {
        if let Some(path) = &tls.certificate {
            checks.push(file(name, path, site.now()));
        }
    }
    checks.push(feeds(site));
    checks.push(streams(site).await);
    checks.extend(plain_bus(&site.parts.config.bus));
    checks
}

/// Every certificate that the site shows, and when it ends.
pub(super) fn certificates(site: &SiteService) -> Vec<(String, Timestamp)> {
    let authority = site.trust.edges.authority().ends();
    let mut found = vec![("authority".to_owned(), authority)];
    let edge = site.trust.edge.as_ref().and_then(Identity::certificate);
    let edge = edge.and_then(|certificate| aurora_tls::ends(&certificate));
    found.extend(edge.map(|ends| ("edge".to_owned(), ends)));
    let config = &site.parts.config;
    let files = [
        ("ingest-http", &config.ingest.http.tls),
        ("syslog", &config.syslog.tls),
    ];
    for (name, tls) in files {
        let chain = tls.certificate.as_deref().map(aurora_tls::certificates);
        let first = chain.and_then(|chain| chain.ok()?.into_iter().next());
        let ends = first.and_then(|certificate| aurora_tls::ends(&certificate));
        found.extend(ends.map(|ends| (name.to_owned(), ends)));
    }
    found
}

fn release() -> DoctorCheck {
    let version = env!("CARGO_PKG_VERSION");
    let format = crate::data_dir::VERSION;
    good("release", format!("{version}, data format {format}"))
}

/// The newest decision was made before now, unless the clock was set back.
async fn clock(site: &SiteService, scope: &Scope) -> DoctorCheck {
    let now = site.now();
    let newest = newest_decision(site, scope).await;
    match newest {
        Ok(Some(at)) if at > now.plus(aurora_tls::SKEW) => bad(
            "clock",
            format!("it says {now}, and a decision was made at {at}"),
            "set this machine's clock, and let NTP keep it",
        ),
        Ok(_) => good("clock", now.to_string()),
        Err(error) => warn(
            "clock",
            error.to_string(),
            "run `aurorasoc doctor` again later",
        ),
    }
}

async fn newest_decision(
    site: &SiteService,
    scope: &Scope,
) -> Result<Option<Timestamp>, aurora_records::Error> {
    let mut query = aurora_records::DecisionQuery {
        limit: 1000,
        ..aurora_records::DecisionQuery::default()
    };
    // What the audit log has seen is as far as the log is old.
    let known = site
        .trust
        .audited
        .head()
        .map_or(0, |head| head.checkpoint.size);
    query.after = known.saturating_sub(1);
    let decisions = site.records().decisions(scope, &query).await?;
    Ok(decisions.iter().map(|decision| decision.at).max())
}

fn authority(site: &SiteService) -> DoctorCheck {
    let ends = site.trust.edges.authority().ends();
    let detail = format!("the site's authority is good until {ends}");
    match left(ends, site.now()) {
        Some(left) if left > LONG_BEFORE => good("authority", detail),
        _ => bad(
            "authority",
            detail,
            "plan a new authority with your support: hosts must enrol again",
        ),
    }
}

/// Hosts whose certificate has ended have not renewed it for half a day or longer.
async fn hosts(site: &SiteService) -> DoctorCheck {
    let edges = match site.trust.edges.edges().await {
        Ok(edges) => edges,
        Err(error) => {
            return warn(
                "hosts",
                error.to_string(),
                "run `aurorasoc doctor` again later",
            );
        }
    };
    let now = site.now();
    let good_ones = edges.iter().filter(|edge| edge.denied_at.is_none());
    let (alive, ended): (Vec<_>, Vec<_>) = good_ones.partition(|edge| edge.expires_at > now);
    let detail = format!("{} enrolled", alive.len());
    let recently = ended
        .iter()
        .filter(|edge| now.since(edge.expires_at) < DAY * 30);
    let names: Vec<&str> = recently.map(|edge| edge.host.as_str()).take(3).collect();
    if names.is_empty() {
        return good("hosts", detail);
    }
    let detail = format!("{detail}; certificates ended of {}", names.join(", "));
    let fix = "look why they cannot reach the edge port; enrol them again with `aurorasoc enrol token`, \
               or deny them with `aurorasoc enrol revoke`";
    warn("hosts", detail, fix)
}

fn file(name: &str, path: &Path, now: Timestamp) -> DoctorCheck {
    let fix = "put a new certificate into the file and start the site again";
    let read = aurora_tls::certificates(path);
    let ends = match read.map(|chain| chain.first().and_then(aurora_tls::ends)) {
        Ok(Some(ends)) => ends,
        Ok(None) => return bad(name, "it cannot be read".to_owned(), fix),
        Err(error) => return bad(name, error.to_string(), fix),
    };
    let detail = format!("`{}` is good until {ends}", path.display());
    match left(ends, now) {
        None => bad(name, format!("`{}` ended at {ends}", path.display()), fix),
        Some(left) if left < SOON => warn(name, detail, fix),
        Some(_) => good(name, detail),
    }
}

fn left(ends: Timestamp, now: Timestamp) -> Option<Duration> {
    (ends > now).then(|| ends.since(now))
}

/// How late the latest feed is.
fn feeds(site: &SiteService) -> DoctorCheck {
    let late = i64::try_from(LATE.as_millis()).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    let mut count = 0_u64;
    for (name, host, feed) in site.parts.freshness.book().feeds() {
        count += 1;
        if feed.silent_since.is_some() {
            found.push(format!("{name} of {} is silent", plain(host)));
        } else if feed.lag_millis > late {
            let minutes = feed.lag_millis / 60_000;
            found.push(format!(
                "{name} of {} is {minutes} minutes late",
                plain(host)
            ));
        }
    }
    if found.is_empty() {
        return good("lag", format!("{count} feeds, none late"));
    }
    let shown: Vec<&str> = found.iter().map(String::as_str).take(3).collect();
    let detail = format!("{} of {count} feeds: {}", found.len(), shown.join("; "));
    warn(
        "lag",
        detail,
        "look at the senders: `aurorasoc sources` lists them",
    )
}

/// A host's name comes from logs.
fn plain(host: &str) -> String {
    let shown = host.chars().filter(|c| !c.is_control()).take(64);
    shown.collect()
}

/// Messages of roles travel as they are at a server elsewhere that is spoken to without TLS.
fn plain_bus(bus: &crate::config::Bus) -> Option<DoctorCheck> {
    let address = bus.store.as_str();
    let beyond = address.starts_with("nats://") && !is_local(address);
    let fix = "give NATS the certificate and accounts of the site's `nats/` folder, and set `bus.store` to tls://";
    beyond.then(|| {
        warn(
            "bus transport",
            "roles speak with NATS in the clear".to_owned(),
            fix,
        )
    })
}

fn is_local(address: &str) -> bool {
    let rest = address.trim_start_matches("nats://");
    let host = rest.rsplit('@').next().unwrap_or(rest);
    ["127.", "localhost", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local))
}

async fn streams(site: &SiteService) -> DoctorCheck {
    let mut full = Vec::new();
    for stream in Stream::ALL {
        let info = match site.parts.adapters.bus.stream(stream).await {
            Ok(info) => info,
            Err(error) => {
                let detail = format!("{}: {error}", stream.name());
                return bad(
                    "bus",
                    detail,
                    "look at `aurorasoc logs`; start the site again",
                );
            }
        };
        let parts = info.bytes.saturating_mul(100) / info.max_bytes.max(1);
        if parts >= NEARLY_FULL {
            full.push(format!("{} is full to {parts} %", stream.name()));
        }
    }
    if full.is_empty() {
        return good("bus", "no stream is near its bound".to_owned());
    }
    let fix = "senders will be pushed back: look what is behind in `aurorasoc status`, or raise `bus.max_bytes`";
    warn("bus", full.join("; "), fix)
}

fn good(name: &str, detail: String) -> DoctorCheck {
    check(name, CheckOutcome::Ok, detail, None)
}

fn warn(name: &str, detail: String, fix: &str) -> DoctorCheck {
    check(name, CheckOutcome::Warning, detail, Some(fix))
}

fn bad(name: &str, detail: String, fix: &str) -> DoctorCheck {
    check(name, CheckOutcome::Failure, detail, Some(fix))
}

fn check(name: &str, outcome: CheckOutcome, detail: String, fix: Option<&str>) -> DoctorCheck {
    DoctorCheck {
        name: name.to_owned(),
        outcome,
        detail,
        fix: fix.map(str::to_owned),
        code: None,
    }
}
