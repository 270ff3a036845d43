//! What a new user needs to know.

use aurora_messages::{Health, LinkCreated, SiteStatus};

use crate::app::App;
use crate::output::{Ink, Line, health};
use crate::time;

/// Where the site is and what listens.
pub fn site(app: &mut App, status: &SiteStatus, link: Option<&LinkCreated>) -> std::io::Result<()> {
    let (now, name) = (app.now(), format!("AuroraSOC {}", status.version));
    let screen = &mut app.screen;
    screen.line(
        Line::new()
            .bold(name)
            .plain(format!(": {}, process {}", status.name, status.pid)),
    )?;
    screen.blank()?;
    if let Some(link) = link {
        let console = link
            .url
            .split_once("/login")
            .map_or(link.url.as_str(), |(base, _)| base);
        screen.line(Line::new().label("  console").plain(console))?;
        screen.line(Line::new().label("  sign in").ink(Ink::Cyan, &link.url))?;
        let good = format!(
            "once, on this machine; expires {}",
            time::relative(link.expires_at, now)
        );
        screen.line(Line::new().label("").dim(good))?;
    }
    for listener in status
        .listeners
        .iter()
        .filter(|listener| listener.name != "console")
    {
        let text = format!("{} {}", listener.address, listener.name);
        screen.line(Line::new().label("  listens").plain(text))?;
    }
    screen.line(Line::new().label("  data").plain(&status.data_dir))?;
    let rules = format!("{} in force", status.rules.loaded);
    screen.line(Line::new().label("  rules").plain(rules))?;
    for role in status
        .roles
        .iter()
        .filter(|role| role.health != Health::Ready)
    {
        let why = role.detail.as_deref().unwrap_or("not ready yet");
        let line = Line::new().plain("  ").span(health(role.health));
        screen.line(line.plain(format!("  {}: {why}", role.role)))?;
    }
    screen.blank()
}

/// What to type next.
pub fn next(app: &mut App) -> std::io::Result<()> {
    let rows = [
        ("alerts", "what needs a human"),
        ("import FILE…", "read logs into the site"),
        ("status", "how the site is"),
        ("down", "stop it"),
    ];
    let typed = rows.map(|(rest, _)| app.command(rest));
    let width = typed
        .iter()
        .map(|text| text.chars().count())
        .max()
        .unwrap_or(0)
        + 3;
    app.screen.line("Next:")?;
    for (typed, (_, why)) in typed.iter().zip(rows) {
        app.screen
            .line(Line::new().plain(format!("  {typed:<width$}")).dim(why))?;
    }
    Ok(())
}
