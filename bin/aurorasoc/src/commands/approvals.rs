use aurora_clock::Timestamp;
use aurora_messages::{ApprovalInfo, ApprovalQuery, Approve, Deny};
use clap::{Args, Subcommand};

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Ink, Line, Span, Table, head, pretty, short};
use crate::time;

/// See what waits for another person's word, and give yours
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Approvals {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Show(Show),
    Approve(Yes),
    Deny(No),
    Cancel(Cancel),
}

/// List what waits
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc approvals list\n  aurorasoc approvals list --all")]
pub struct List {
    /// Also what is over
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    form: Form,
}

/// Show exactly what would be done, and what it would touch
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc approvals show 9b1d")]
pub struct Show {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    wanted: String,
    #[command(flatten)]
    form: Form,
}

/// Agree to exactly this
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc approvals approve 9b1d --note 'I looked at the records'"
)]
pub struct Yes {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    wanted: String,
    /// For the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    form: Form,
}

/// Say no; one no is enough
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc approvals deny 9b1d --reason 'not that many'")]
pub struct No {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    wanted: String,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

/// Take back what you asked for
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc approvals cancel 9b1d")]
pub struct Cancel {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    wanted: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(approvals: Approvals, app: &mut App) -> anyhow::Result<Exit> {
    match approvals.step {
        Step::List(list) => show_all(&list, app).await,
        Step::Show(show) => {
            let id = lookup::approval(&app.client, &show.wanted).await?;
            let found = app.client.approval(&id).await?;
            tell(&found, show.form, app)
        }
        Step::Approve(yes) => {
            let id = lookup::approval(&app.client, &yes.wanted).await?;
            let said = Approve {
                assertion: None,
                note: yes.note,
            };
            let now = app.client.approve(&id, &said).await?;
            tell(&now, yes.form, app)
        }
        Step::Deny(no) => {
            let id = lookup::approval(&app.client, &no.wanted).await?;
            let now = app.client.deny(&id, &Deny { reason: no.reason }).await?;
            tell(&now, no.form, app)
        }
        Step::Cancel(cancel) => {
            let id = lookup::approval(&app.client, &cancel.wanted).await?;
            let now = app.client.cancel_approval(&id).await?;
            tell(&now, cancel.form, app)
        }
    }
}

async fn show_all(list: &List, app: &mut App) -> anyhow::Result<Exit> {
    let found = app
        .client
        .approvals(ApprovalQuery { all: list.all })
        .await?;
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.approvals.is_empty() {
        app.screen.line("Nothing waits for approval.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&["id", "state", "ends", "who", "what", "on", "reason"]);
    for approval in &found.approvals {
        table.row([
            Span::plain(head(&approval.id)),
            state(approval),
            Span::plain(time::relative(approval.expires_at, now)),
            Span::plain(approval.asked_by.name()),
            Span::plain(&approval.permission),
            Span::plain(short(&approval.object, 40)),
            Span::plain(short(&approval.reason, 60)),
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

fn state(approval: &ApprovalInfo) -> Span {
    let ink = match approval.state.as_str() {
        "pending" => Ink::Yellow,
        "approved" => Ink::Green,
        "denied" | "expired" => Ink::Red,
        _ => Ink::Plain,
    };
    Span::new(&approval.state, ink)
}

fn tell(approval: &ApprovalInfo, form: Form, app: &mut App) -> anyhow::Result<Exit> {
    if form.json {
        app.screen.json(approval)?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let who = approval.asked_by.name();
    let screen = &mut app.screen;
    screen.heading(&format!("{} {}", approval.permission, approval.object))?;
    screen.line(Line::new().label("id").plain(&approval.id))?;
    screen.line(Line::new().label("state").span(state(approval)))?;
    let asked = format!(
        "{who}, {}: {}",
        when(approval.asked_at, now),
        approval.reason
    );
    screen.line(Line::new().label("asked by").plain(asked))?;
    screen.line(
        Line::new()
            .label("ends")
            .plain(when(approval.expires_at, now)),
    )?;
    screen.line(Line::new().label("bound to").plain(&approval.action))?;
    for fact in &approval.blast {
        screen.line(Line::new().label("touches").plain(fact))?;
    }
    for line in pretty(&approval.arguments) {
        screen.line(Line::new().label("exactly").plain(line))?;
    }
    for given in &approval.given {
        let said = format!(
            "{}, {}: {}",
            given.by.name(),
            when(given.at, now),
            given.note
        );
        screen.line(Line::new().label("approved").plain(said))?;
    }
    if let Some(by) = &approval.denied_by {
        screen.line(Line::new().label("denied by").plain(by.name()))?;
    }
    match (approval.state.as_str(), waits_for(approval)) {
        ("pending", Some(missing)) => screen.line(format!("It waits for {missing}."))?,
        ("approved", _) => screen.line(format!(
            "Whoever asked may do it now, once: the same command with `--approval {}`.",
            approval.id
        ))?,
        _ => {}
    }
    Ok(Exit::Ok)
}

fn when(at: Timestamp, now: Timestamp) -> String {
    time::relative(at, now)
}

fn waits_for(approval: &ApprovalInfo) -> Option<String> {
    let people = match approval.lacks_approvers {
        0 => None,
        1 => Some("another person".to_owned()),
        people => Some(format!("{people} other people")),
    };
    let proof = approval.lacks_step_up.then(|| {
        let who = approval.asked_by.name();
        format!("a fresh proof that it is {who} who asks")
    });
    let missing: Vec<String> = proof.into_iter().chain(people).collect();
    (!missing.is_empty()).then(|| missing.join(" and "))
}
