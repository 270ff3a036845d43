use aurora_messages::FederatedPeer;
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;

/// Cut the link to a site as the network would, for a drill
///
/// It holds until `aurorasoc federation heal`, or until the site is started again, and is on record.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc federation cut site-b\n  \
    aurorasoc federation cut --all")]
pub struct Cut {
    #[command(flatten)]
    links: Links,
}

/// Take a cut back
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc federation heal site-b\n  \
    aurorasoc federation heal --all")]
pub struct Heal {
    #[command(flatten)]
    links: Links,
}

#[derive(Debug, Args)]
struct Links {
    /// The other site's short name
    #[arg(value_name = "SITE", required_unless_present = "all")]
    site: Option<String>,
    /// Every link of this site
    #[arg(long, conflicts_with = "site")]
    all: bool,
    #[command(flatten)]
    form: Form,
}

pub async fn cut(wanted: &Cut, app: &mut App) -> anyhow::Result<Exit> {
    for peer in peers(&wanted.links, app).await? {
        app.client.cut_link(peer.node.id).await?;
        told(&wanted.links, &peer, "cut", app)?;
    }
    Ok(Exit::Ok)
}

pub async fn heal(wanted: &Heal, app: &mut App) -> anyhow::Result<Exit> {
    for peer in peers(&wanted.links, app).await? {
        app.client.heal_link(peer.node.id).await?;
        told(&wanted.links, &peer, "healed", app)?;
    }
    Ok(Exit::Ok)
}

async fn peers(links: &Links, app: &App) -> anyhow::Result<Vec<FederatedPeer>> {
    let peers = app.client.federation().await?.peers;
    let Some(name) = links.site.as_deref().filter(|_| !links.all) else {
        return Ok(peers);
    };
    let labels: Vec<String> = peers.iter().map(|peer| peer.node.label.clone()).collect();
    let found = peers.into_iter().find(|peer| peer.node.label == name);
    found.map(|peer| vec![peer]).ok_or_else(|| {
        let text = match labels.is_empty() {
            true => "this site is in no mesh: `aurorasoc federation status`".to_owned(),
            false => format!("there is no site `{name}`: want {}", labels.join(", ")),
        };
        Failure::usage(text).into()
    })
}

fn told(links: &Links, peer: &FederatedPeer, what: &str, app: &mut App) -> anyhow::Result<()> {
    if links.form.json {
        let said =
            serde_json::json!({ "site": peer.node.id, "label": peer.node.label, "link": what });
        app.screen.json(&said)?;
        return Ok(());
    }
    app.screen
        .line(format!("The link to {} is {what}.", peer.node.label))?;
    Ok(())
}
