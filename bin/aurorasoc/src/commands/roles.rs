use aurora_messages::SetRole;
use clap::{Args, Subcommand};

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Span, Table, of, short};

/// See what each role may, and make roles of the site's own
///
/// docs/permissions-matrix.md has the roles that every site has, and the words of all permissions.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Roles {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Show(Show),
    Set(Set),
    Remove(Remove),
}

/// List the roles
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc roles list")]
pub struct List {
    #[command(flatten)]
    form: Form,
}

/// Show what a role may
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc roles show analyst")]
pub struct Show {
    name: String,
    #[command(flatten)]
    form: Form,
}

/// Make a role of the site's own, or say anew what it may
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc roles set night-shift --may alert.read,alert.own,alert.close"
)]
pub struct Set {
    /// 1 to 64 of a-z, 0-9, `_` and `-`
    name: String,
    /// Permissions, such as `alert.close`; may be repeated
    #[arg(
        long,
        value_name = "PERMISSION",
        required = true,
        value_delimiter = ','
    )]
    may: Vec<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    says: String,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

/// Remove a role of the site's own; who has it has less at once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc roles remove night-shift")]
pub struct Remove {
    name: String,
}

pub async fn run(roles: Roles, app: &mut App) -> anyhow::Result<Exit> {
    match roles.step {
        Step::List(list) => show_all(&list, app).await,
        Step::Show(show) => one(&show, app).await,
        Step::Set(set) => make(set, app).await,
        Step::Remove(remove) => {
            app.client.remove_role(&remove.name).await?;
            app.screen.line("Removed.")?;
            Ok(Exit::Ok)
        }
    }
}

async fn show_all(list: &List, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.roles().await?;
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&["role", "permissions#", "kind", "for"]);
    for role in &found.roles {
        let kind = if role.built_in {
            "every site's"
        } else {
            "this site's"
        };
        table.row([
            Span::plain(&role.name),
            Span::plain(role.permissions.len()),
            Span::dim(kind),
            Span::plain(short(&role.says, 80)),
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

async fn one(show: &Show, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.roles().await?;
    let role = found.roles.into_iter().find(|role| role.name == show.name);
    let role = role.ok_or_else(|| {
        crate::failure::Failure::not_found(format!("there is no role `{}`", show.name))
            .fix("`aurorasoc roles list` lists them")
    })?;
    if show.form.json {
        app.screen.json(&role)?;
        return Ok(Exit::Ok);
    }
    for permission in &role.permissions {
        app.screen.line(permission.as_str())?;
    }
    Ok(Exit::Ok)
}

async fn make(set: Set, app: &mut App) -> anyhow::Result<Exit> {
    let wanted = SetRole {
        says: set.says,
        permissions: set.may,
        reason: set.reason,
    };
    let role = app.client.set_role(&set.name, &wanted).await?;
    if set.form.json {
        app.screen.json(&role)?;
        return Ok(Exit::Ok);
    }
    let may = of(role.permissions.len() as u64, "permission");
    app.screen.line(format!("`{}` has {may} now.", role.name))?;
    Ok(Exit::Ok)
}
