use aurora_messages::{
    ChangePerson, CreatePerson, LinkCreated, PersonInfo, RecoverPerson, SetAdministrator, SetRoles,
};
use clap::{Args, Subcommand};

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, count};
use crate::time;

/// The role that takes a route of its own.
const ADMIN: &str = "admin";

/// See who has an account, and look after them
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct People {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Add(Add),
    Disable(Disable),
    Enable(Enable),
    Recover(Recover),
    Role(Role),
    Alias(Alias),
}

/// List accounts, with their roles and what opens them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc people list\n  aurorasoc people list --json")]
pub struct List {
    #[command(flatten)]
    form: Form,
}

/// Make an account and print the one-time link that opens it for the first time
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc people add ada --role analyst --role responder\n  \
    aurorasoc people add ada --role admin --called 'Ada Lovelace'"
)]
pub struct Add {
    /// 2 to 40 of a-z, 0-9, `.`, `_` and `-`; it never changes and is never given again
    name: String,
    /// A role of theirs; may be repeated
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// What they are called
    #[arg(long, value_name = "TEXT", default_value = "")]
    called: String,
    #[command(flatten)]
    why: Why,
}

/// Let nothing open an account any more, and end its sessions
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc people disable ada --reason 'has left'")]
pub struct Disable {
    name: String,
    #[command(flatten)]
    why: Why,
}

/// Let an account be opened again
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc people enable ada")]
pub struct Enable {
    name: String,
    #[command(flatten)]
    why: Why,
}

/// End everything that opens an account, and print a one-time link into it
///
/// For somebody who lost their passkey or password. Sessions, passkeys and the password end at once;
/// API keys stay, see `aurorasoc keys`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc people recover ada")]
pub struct Recover {
    name: String,
    #[command(flatten)]
    why: Why,
}

/// Give somebody exactly these roles; their sessions end
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc people role ada analyst responder\n  \
    aurorasoc people role ada admin\n  aurorasoc people role ada --none"
)]
pub struct Role {
    name: String,
    /// Those that they have from now on
    #[arg(required_unless_present = "none", conflicts_with = "none")]
    roles: Vec<String>,
    /// None at all
    #[arg(long)]
    none: bool,
    #[command(flatten)]
    why: Why,
}

/// Say that an account is another one of the same human, who then approves nothing of their own
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc people alias ada-admin --of ada\n  \
    aurorasoc people alias ada --host-user ada --host-user deploy\n  \
    aurorasoc people alias ada-admin --of ''"
)]
pub struct Alias {
    name: String,
    /// The account that counts for both; empty for none
    #[arg(long, value_name = "NAME", required_unless_present = "host_user")]
    of: Option<String>,
    /// Users of this machine that are this person; may be repeated, empty for none
    #[arg(long, value_name = "USER")]
    host_user: Vec<String>,
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
struct Why {
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(people: People, app: &mut App) -> anyhow::Result<Exit> {
    match people.step {
        Step::List(list) => show(&list, app).await,
        Step::Add(add) => make(add, app).await,
        Step::Disable(Disable { name, why }) => switch(&name, true, why, app).await,
        Step::Enable(Enable { name, why }) => switch(&name, false, why, app).await,
        Step::Recover(recover) => self::recover(recover, app).await,
        Step::Role(role) => give(role, app).await,
        Step::Alias(alias) => self::alias(alias, app).await,
    }
}

async fn show(list: &List, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.people().await?;
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.people.is_empty() {
        app.screen
            .line("Nobody has an account yet: `aurorasoc link` makes the first.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&[
        "name",
        "called",
        "roles",
        "opened by",
        "keys#",
        "seen",
        "state",
    ]);
    let keys = app.client.api_keys().await?.keys;
    for person in &found.people {
        let owned = keys.iter().filter(|key| key.person == person.name).count();
        let seen = person.seen_at.map(|at| time::relative(at, now));
        let state = match (person.disabled_at, &person.alias_of) {
            (Some(at), _) => Span::new(format!("disabled {}", time::relative(at, now)), Ink::Red),
            (None, Some(of)) => Span::plain(format!("alias of {of}")),
            (None, None) => Span::new("enabled", Ink::Green),
        };
        table.row([
            Span::plain(&person.name),
            Span::plain(&person.display_name),
            Span::plain(roles(person)),
            opened_by(person),
            Span::plain(count(u64::try_from(owned).unwrap_or(u64::MAX))),
            Span::maybe(seen),
            state,
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

fn roles(person: &PersonInfo) -> String {
    let mut all = person.roles.clone();
    all.extend(
        person
            .group_roles
            .iter()
            .map(|role| format!("{role} (group)")),
    );
    if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(", ")
    }
}

fn opened_by(person: &PersonInfo) -> Span {
    let mut ways = Vec::new();
    if person.passkeys > 0 {
        ways.push(crate::output::of(person.passkeys, "passkey"));
    }
    if person.password {
        ways.push("password".to_owned());
    }
    if person.identities > 0 {
        ways.push("single sign-on".to_owned());
    }
    if ways.is_empty() {
        Span::dim("links alone")
    } else {
        Span::plain(ways.join(", "))
    }
}

async fn make(add: Add, app: &mut App) -> anyhow::Result<Exit> {
    let (admin, roles): (Vec<_>, Vec<_>) = add.role.into_iter().partition(|role| role == ADMIN);
    let asked = CreatePerson {
        name: add.name,
        display_name: add.called,
        roles,
        reason: add.why.reason.clone(),
    };
    let mut person = app.client.create_person(&asked).await?;
    if !admin.is_empty() {
        let asked = SetAdministrator {
            administrator: true,
            reason: add.why.reason.clone(),
        };
        person = app.client.set_administrator(&person.name, &asked).await?;
    }
    let asked = RecoverPerson {
        reason: add.why.reason,
    };
    let link = app.client.recover_person(&person.name, &asked).await?;
    if add.why.form.json {
        app.screen
            .json(&serde_json::json!({ "person": person, "link": link }))?;
        return Ok(Exit::Ok);
    }
    app.screen
        .line(format!("`{}` has an account.", person.name))?;
    print(&link, app)
}

async fn switch(name: &str, disabled: bool, why: Why, app: &mut App) -> anyhow::Result<Exit> {
    let asked = ChangePerson {
        disabled: Some(disabled),
        reason: why.reason,
        ..ChangePerson::default()
    };
    let person = app.client.change_person(name, &asked).await?;
    let word = if disabled { "disabled" } else { "enabled" };
    told(&person, &why.form, format!("`{name}` is {word}."), app)
}

async fn recover(recover: Recover, app: &mut App) -> anyhow::Result<Exit> {
    let asked = RecoverPerson {
        reason: recover.why.reason,
    };
    let link = app.client.recover_person(&recover.name, &asked).await?;
    if recover.why.form.json {
        app.screen.json(&link)?;
        return Ok(Exit::Ok);
    }
    print(&link, app)
}

async fn give(role: Role, app: &mut App) -> anyhow::Result<Exit> {
    let (admin, roles): (Vec<_>, Vec<_>) = role.roles.into_iter().partition(|one| one == ADMIN);
    let asked = SetRoles {
        roles,
        reason: role.why.reason.clone(),
    };
    let mut person = app.client.set_roles(&role.name, &asked).await?;
    let administrator = !admin.is_empty();
    if administrator != person.roles.iter().any(|one| one == ADMIN) {
        let asked = SetAdministrator {
            administrator,
            reason: role.why.reason,
        };
        person = app.client.set_administrator(&role.name, &asked).await?;
    }
    let text = format!("`{}` has now: {}", person.name, self::roles(&person));
    told(&person, &role.why.form, text, app)
}

async fn alias(alias: Alias, app: &mut App) -> anyhow::Result<Exit> {
    let users: Vec<String> = alias
        .host_user
        .iter()
        .filter(|user| !user.is_empty())
        .cloned()
        .collect();
    let asked = ChangePerson {
        alias_of: alias.of,
        host_users: (!alias.host_user.is_empty()).then_some(users),
        reason: alias.why.reason,
        ..ChangePerson::default()
    };
    let person = app.client.change_person(&alias.name, &asked).await?;
    let text = match &person.alias_of {
        Some(of) => format!("`{}` and `{of}` are one human.", person.name),
        None => format!("`{}` is nobody's alias.", person.name),
    };
    told(&person, &alias.why.form, text, app)
}

fn told(person: &PersonInfo, form: &Form, text: String, app: &mut App) -> anyhow::Result<Exit> {
    if form.json {
        app.screen.json(person)?;
    } else {
        app.screen.line(text)?;
    }
    Ok(Exit::Ok)
}

fn print(link: &LinkCreated, app: &mut App) -> anyhow::Result<Exit> {
    let good = time::relative(link.expires_at, app.now());
    app.screen.line(&link.url)?;
    app.screen.line(Line::new().dim(format!(
        "works once; expires {good}; whoever opens it is them"
    )))?;
    Ok(Exit::Ok)
}
