use aurora_messages::RotateKey;
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::Line;

/// Replace this site's key among sites
///
/// The primary lists the new key beside the former one, which counts for the overlap and then verifies what
/// it signed before, and nothing else. It may be done while sites cannot reach each other: until the primary
/// has heard of the new key the former one signs. An overlap of 0 is for a key that somebody else may have.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc federation rotate\n  \
    aurorasoc federation rotate --overlap-hours 0")]
pub struct Rotate {
    /// Hours for which the former key still counts
    #[arg(long, value_name = "N", default_value_t = 24)]
    overlap_hours: u64,
    #[command(flatten)]
    form: Form,
}

pub async fn run(wanted: &Rotate, app: &mut App) -> anyhow::Result<Exit> {
    let overlap_minutes = wanted.overlap_hours.saturating_mul(60);
    let rotated = app
        .client
        .rotate_key(&RotateKey { overlap_minutes })
        .await?;
    if wanted.form.json {
        app.screen.json(&rotated)?;
        return Ok(Exit::Ok);
    }
    let screen = &mut app.screen;
    screen.line(Line::new().label("key").bold(&rotated.fingerprint))?;
    screen.line(Line::new().label("former").plain(&rotated.former))?;
    let next = match rotated.listed {
        true => "The site directory lists both.",
        false => {
            "The primary lists it once it hears of it; until then the former one signs: \
             aurorasoc federation status"
        }
    };
    screen.line(Line::new().dim(next))?;
    Ok(Exit::Ok)
}
