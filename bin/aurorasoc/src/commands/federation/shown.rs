use std::time::Duration;

use aurora_messages::{
    AuditHead, FederatedPeer, FederationStatus, JoiningSite, LinkState, SiteLink, SiteTier,
};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, of};
use crate::time;

/// Show this site's place in the mesh, its links, who asks to join, and what was refused
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc federation status\n  \
    aurorasoc federation status --json | jq '.joining[].code'")]
pub struct Status {
    #[command(flatten)]
    form: Form,
}

/// List the other sites, their links, keys and backlogs
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc federation peers --json")]
pub struct Peers {
    #[command(flatten)]
    form: Form,
}

pub async fn status(wanted: Status, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.federation().await?;
    if wanted.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    let Some(here) = &found.here else {
        app.screen.line("This site does not federate.")?;
        let fix = "Set FEDERATION_ENABLED=true and FEDERATION_SITE_ID, and start it again.";
        app.screen.line(Line::new().dim(fix))?;
        return Ok(Exit::Ok);
    };
    let tier = match here.tier {
        SiteTier::Primary => "primary",
        SiteTier::Secondary => "secondary",
    };
    let screen = &mut app.screen;
    let name = format!("{} ({}), {tier}", here.label, here.name);
    screen.line(Line::new().label("site").plain(name))?;
    let key = Line::new().label("key").plain(&here.fingerprint);
    screen.line(match here.rotating {
        true => key.ink(
            Ink::Yellow,
            ", until the primary lists the one that follows it",
        ),
        false => key,
    })?;
    let floor = format!("alerts of severity {} and above", here.floor.word());
    screen.line(Line::new().label("shares").plain(floor))?;
    let mesh = match here.directory {
        Some(version) => format!("site directory version {version}"),
        None => "none yet: `aurorasoc federation join` with an invitation".to_owned(),
    };
    screen.line(Line::new().label("mesh").plain(mesh))?;
    if let Some(listens) = &here.listens {
        screen.line(Line::new().label("listens").plain(listens))?;
    }
    if let Some(problem) = &here.problem {
        let text = format!("others cannot dial this site: {problem}");
        screen.line(Line::new().ink(Ink::BoldRed, text))?;
    }
    for (carrier, problem) in &here.problems {
        let text = format!("links over {carrier} do not work as they should: {problem}");
        screen.line(Line::new().ink(Ink::BoldRed, text))?;
    }
    joining(&found.joining, app)?;
    if !found.peers.is_empty() {
        app.screen.blank()?;
        app.screen.table(&links(&found.peers))?;
    }
    counts(&found, app)?;
    Ok(Exit::Ok)
}

fn joining(sites: &[JoiningSite], app: &mut App) -> anyhow::Result<()> {
    for site in sites {
        let now = app.now();
        let screen = &mut app.screen;
        screen.blank()?;
        let who = match site.outgoing {
            true => format!("this site asks {} to be let in", site.label),
            false => format!("{} ({}) asks to join", site.label, site.name),
        };
        let since = time::relative(site.since, now);
        screen.line(Line::new().plain(who).dim(format!(", {since}")))?;
        screen.line(Line::new().label("compare").bold(&site.code))?;
        let next = match site.verified {
            true => "The operator of the other site has to compare, too.".to_owned(),
            false => format!(
                "Compare it with the operator of the other site, then: \
                 aurorasoc federation verify {}",
                site.code.replace(' ', "-")
            ),
        };
        screen.line(Line::new().dim(next))?;
        if let Some(problem) = &site.problem {
            screen.line(Line::new().ink(Ink::Yellow, problem))?;
        }
    }
    Ok(())
}

fn counts(found: &FederationStatus, app: &mut App) -> anyhow::Result<()> {
    let counts = &found.counts;
    let screen = &mut app.screen;
    screen.blank()?;
    let late = match counts.late {
        0 => String::new(),
        late => format!(", {late} of them late"),
    };
    let text = format!(
        "told {}, heard {}{late}",
        of(counts.published, "alert"),
        of(counts.received, "alert")
    );
    screen.line(Line::new().dim(text))?;
    if counts.quarantined > 0 {
        let text = format!(
            "{} kept aside: nobody can verify them yet",
            counts.quarantined
        );
        screen.line(Line::new().ink(Ink::Yellow, text))?;
    }
    if counts.evidence > 0 {
        let text = format!(
            "{} that a site said two things",
            of(counts.evidence, "proof")
        );
        screen.line(Line::new().ink(Ink::BoldRed, text))?;
    }
    for (reason, count) in &counts.rejected {
        screen.line(Line::new().ink(Ink::Yellow, format!("refused {count}: {reason}")))?;
    }
    Ok(())
}

pub async fn peers(wanted: Peers, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.federation().await?;
    if wanted.form.json {
        for peer in &found.peers {
            app.screen.json(peer)?;
        }
        return Ok(Exit::Ok);
    }
    app.screen.table(&table(&found.peers))?;
    for peer in &found.peers {
        formers(peer, app)?;
    }
    Ok(Exit::Ok)
}

fn table(peers: &[FederatedPeer]) -> Table {
    let mut table = Table::new(&[
        "site",
        "name",
        "address",
        "key",
        "carriers",
        "software",
        "agents",
        "policy",
        "audit log",
        "outbox",
    ]);
    for peer in peers {
        let (node, link) = (&peer.node, &peer.link);
        let carriers = link.carriers.iter().filter(|it| it.connected);
        let carriers: Vec<&str> = carriers.map(|it| it.name.as_str()).collect();
        let outbox: u64 = node.outbox.iter().map(|head| head.high).sum();
        table.row([
            Span::plain(&node.label),
            Span::plain(&node.name),
            Span::maybe(peer.address.as_ref()),
            Span::plain(&peer.fingerprint),
            Span::plain(carriers.join(" ")),
            Span::plain(&node.software),
            Span::plain(node.agents),
            Span::plain(&node.policy),
            audit(node.audit.as_ref()),
            Span::plain(outbox),
        ]);
    }
    table
}

/// Entries, and whether this site vouches for them.
fn audit(head: Option<&AuditHead>) -> Span {
    match head {
        None => Span::dim("-"),
        Some(head) if head.forked => Span::new("forked", Ink::BoldRed),
        Some(head) if head.witnessed == Some(head.size) => {
            Span::plain(format!("{}, cosigned", head.size))
        }
        Some(head) => Span::plain(head.size),
    }
}

/// Keys that were replaced and count a while longer.
fn formers(peer: &FederatedPeer, app: &mut App) -> anyhow::Result<()> {
    let now = app.now();
    for key in &peer.keys {
        let Some(until) = key.until.filter(|until| *until > now) else {
            continue;
        };
        let text = format!(
            "{}: former key {} counts until {}",
            peer.node.label,
            key.fingerprint,
            time::relative(until, now)
        );
        app.screen.line(Line::new().dim(text))?;
    }
    Ok(())
}

fn links(peers: &[FederatedPeer]) -> Table {
    let mut table = Table::new(&[
        "site",
        "link",
        "heard",
        "round trip",
        "clock",
        "to send",
        "to get",
        "by",
    ]);
    for peer in peers {
        let (node, link) = (&peer.node, &peer.link);
        let heard = node
            .heard_ms
            .map(|age| time::rough(Duration::from_millis(age)));
        let trip = link.rtt_ms.map(|rtt| format!("{rtt:.0} ms"));
        let clock = node.skew_ms.map(|skew| format!("{skew:+} ms"));
        table.row([
            Span::plain(&node.label),
            state(link),
            Span::maybe(heard),
            Span::maybe(trip),
            Span::maybe(clock),
            Span::plain(link.backlog_out),
            Span::plain(link.backlog_in),
            Span::maybe(link.carrier.as_ref()),
        ]);
    }
    table
}

fn state(link: &SiteLink) -> Span {
    if link.cut {
        return Span::new("cut", Ink::Yellow);
    }
    match link.state {
        LinkState::Unknown => Span::dim("unknown"),
        LinkState::Healthy => Span::new("healthy", Ink::Green),
        LinkState::Degraded => Span::new("degraded", Ink::Yellow),
        LinkState::Down => Span::new("down", Ink::BoldRed),
    }
}
