use aurora_clock::Timestamp;
use aurora_messages::{EntityQuery, EntityRow};
use aurora_model::{Criticality, EntityKind};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Span, Table, short};
use crate::time::{self, Moment};

/// List hosts, users, addresses, devices and accounts, the riskiest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc entities\n  \
    aurorasoc entities --kind host --risk 50\n  \
    aurorasoc entities --criticality critical --json | jq -r '.entities[].value'\n  \
    aurorasoc entities --text ws- --since 24h")]
pub struct Entities {
    /// host, user, address, device or account
    #[arg(long, value_name = "KIND")]
    kind: Option<EntityKind>,
    /// low, normal, high or critical
    #[arg(long, value_name = "CRITICALITY")]
    criticality: Option<Criticality>,
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// This risk or more, of 100
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    risk: Option<u8>,
    /// Part of the value
    #[arg(long)]
    text: Option<String>,
    /// Last seen since: 24h, 7d, or RFC 3339; those last seen come first then
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    #[command(flatten)]
    form: Form,
}

pub async fn run(entities: Entities, app: &mut App) -> anyhow::Result<Exit> {
    let now = app.now();
    let query = EntityQuery {
        kind: entities.kind,
        criticality: entities.criticality,
        owner: entities.owner,
        risk: entities.risk,
        text: entities.text,
        since: entities.since.map(|since| since.past(now)),
        limit: Some(entities.limit),
        offset: None,
    };
    let page = app.client.entities(&query).await?;
    if entities.form.json {
        app.screen.json(&page)?;
        return Ok(Exit::Ok);
    }
    if page.total == 0 {
        app.screen.line("No entity fits.")?;
    } else if !page.entities.is_empty() {
        app.screen.table(&table(&page.entities, now))?;
    }
    app.screen.rest(page.total, page.entities.len())?;
    Ok(Exit::Ok)
}

fn table(entities: &[EntityRow], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        "kind",
        "value",
        "risk#",
        "open alerts#",
        "criticality",
        "owner",
        "first seen",
        "last seen",
        "sources",
    ]);
    for known in entities {
        let sources: Vec<&str> = known.sources.iter().map(|source| source.as_str()).collect();
        table.row([
            Span::dim(known.entity.kind.word()),
            Span::plain(short(&known.entity.value, 60)),
            Span::plain(known.risk),
            Span::plain(known.open_alerts),
            Span::plain(known.criticality.word()),
            Span::maybe(known.owner.as_ref().map(|owner| short(owner, 20))),
            Span::plain(time::relative(known.first_seen, now)),
            Span::plain(time::relative(known.last_seen, now)),
            Span::dim(short(&sources.join(", "), 40)),
        ]);
    }
    table
}
