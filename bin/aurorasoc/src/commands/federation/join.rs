use std::path::PathBuf;

use anyhow::Context as _;
use aurora_messages::{InvitationRequest, JoinMesh, LeaveMesh, VerifySite};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::Line;
use crate::time;

/// Make an invitation for one site, at the primary; it is shown this once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc federation invite site-b\n  \
    aurorasoc federation invite --minutes 60 --json")]
pub struct Invite {
    /// The short name that the site must have; without it any
    #[arg(value_name = "SITE", default_value = "")]
    site: String,
    /// Minutes for which it is good
    #[arg(long, value_name = "N", default_value_t = 15)]
    minutes: u64,
    #[command(flatten)]
    form: Form,
}

/// Ask a mesh's primary to let this site in
///
/// Prints a code. The operators of both sites read theirs to each other and, when they are the same, each
/// says so with `aurorasoc federation verify`. Nothing is shared before.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc federation join aurora_join_eyJmb3JtYXQi\n  \
    aurorasoc federation join --code-file invitation")]
pub struct Join {
    /// The invitation
    #[arg(value_name = "INVITATION", required_unless_present = "code_file")]
    code: Option<String>,
    /// A file that holds it, so that it stands in no list of processes; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "code")]
    code_file: Option<PathBuf>,
    #[command(flatten)]
    form: Form,
}

/// Say that the operator of the other site reads the same code
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc federation verify 1234-5678-9012-3456-7890")]
pub struct Verify {
    /// The code as both read it; spaces and dashes are of no meaning
    #[arg(value_name = "CODE", required = true)]
    code: Vec<String>,
    #[command(flatten)]
    form: Form,
}

/// Leave the mesh, or take a site out of it at the primary
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc federation leave --yes\n  \
    aurorasoc federation leave --site site-b --yes")]
pub struct Leave {
    /// At the primary, the site to take out
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// It is meant
    #[arg(long, required = true)]
    yes: bool,
    #[command(flatten)]
    form: Form,
}

pub async fn invite(wanted: Invite, app: &mut App) -> anyhow::Result<Exit> {
    let asked = InvitationRequest {
        label: wanted.site,
        minutes: wanted.minutes,
    };
    let made = app.client.invite_site(&asked).await?;
    if wanted.form.json {
        app.screen.json(&made)?;
        return Ok(Exit::Ok);
    }
    let until = time::relative(made.expires_at, app.now());
    let screen = &mut app.screen;
    screen.line(Line::new().bold(&made.code))?;
    screen.line(Line::new().dim(format!(
        "It is shown this once, works once, and ends {until}. At the other site:"
    )))?;
    screen.line(Line::new().dim("aurorasoc federation join INVITATION"))?;
    screen.line(Line::new().dim("Who asks to join stands in: aurorasoc federation status"))?;
    Ok(Exit::Ok)
}

pub async fn join(wanted: &Join, app: &mut App) -> anyhow::Result<Exit> {
    let code = match (&wanted.code, &wanted.code_file) {
        (Some(code), _) => code.clone(),
        (None, Some(file)) if file.as_os_str() == "-" => {
            std::io::read_to_string(std::io::stdin()).context("cannot read the invitation")?
        }
        (None, Some(file)) => std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the invitation in `{}`", file.display()))?,
        (None, None) => unreachable!("one of them is required"),
    };
    let code = code.trim().to_owned();
    let asked = app.client.join_mesh(&JoinMesh { code }).await?;
    if wanted.form.json {
        app.screen.json(&asked)?;
        return Ok(Exit::Ok);
    }
    let screen = &mut app.screen;
    screen.line(Line::new().label("compare").bold(&asked.compare))?;
    let typed = asked.compare.replace(' ', "-");
    screen.line(Line::new().dim(format!(
        "When the primary's operator reads the same code, both of you: \
         aurorasoc federation verify {typed}"
    )))?;
    Ok(Exit::Ok)
}

pub async fn verify(wanted: &Verify, app: &mut App) -> anyhow::Result<Exit> {
    let code = wanted.code.join(" ");
    let verified = app.client.verify_site(&VerifySite { code }).await?;
    if wanted.form.json {
        app.screen.json(&verified)?;
        return Ok(Exit::Ok);
    }
    let text = format!("Verified: {}.", verified.label);
    app.screen.line(text)?;
    Ok(Exit::Ok)
}

pub async fn leave(wanted: Leave, app: &mut App) -> anyhow::Result<Exit> {
    debug_assert!(wanted.yes, "the parser takes nothing else");
    let site = wanted.site;
    app.client
        .leave_mesh(&LeaveMesh { site: site.clone() })
        .await?;
    if wanted.form.json {
        app.screen.json(&serde_json::json!({ "left": site }))?;
        return Ok(Exit::Ok);
    }
    match site {
        Some(site) => app
            .screen
            .line(format!("{site} is no longer in the mesh."))?,
        None => app
            .screen
            .line("This site leaves the mesh. What it has heard stays.")?,
    }
    Ok(Exit::Ok)
}
