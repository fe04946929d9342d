//! `pulih staff add|list|disable|reset-mfa`: the first people of the desk, and the glass that is broken.

use serde_json::json;

use super::failure::{Failure, print, print_json, print_lines};
use super::{Common, runtime};
use crate::actions::staff::operate;
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::config::Purpose;
use crate::i18n::Lang;
use crate::model::account_csv::is_address;
use crate::model::staff::{Role, Roles, RolesFlaw, is_username};
use crate::store::staff::invite::HOURS;
use crate::store::staff::people::{self, Member, New};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add somebody: they get an invitation by mail, whose link is printed too.
    Add(Add),
    /// List everybody.
    List {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Disable somebody: their sessions end at once. The last admin stays.
    Disable {
        /// User name.
        username: String,
    },
    /// Break the glass: revoke somebody's TOTP without a second person. All supervisors and auditors are told.
    ResetMfa {
        /// User name.
        username: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// User name: 2 to 32 letters and digits.
    username: String,
    /// Employee number; one person has one.
    #[arg(long, value_name = "NUMBER")]
    employee_number: String,
    /// Name.
    #[arg(long)]
    name: String,
    /// Address to which the invitation goes.
    #[arg(long)]
    address: String,
    /// `helpdesk`, `supervisor`, `admin` or `auditor`; may be repeated.
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
    /// Language of letters: `id` or `en`.
    #[arg(long, default_value = "id", value_parser = lang)]
    language: Lang,
}

pub(super) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    let config = common.load(Purpose::Database)?.config;
    // an invitation's link is derived with a key; the others need none
    let keys = match command {
        Command::Add(_) => Keyring::load(&config.keys.dir)
            .map_err(|problems| Failure::settings(problems.iter().map(ToString::to_string).collect()))?,
        _ => Keyring::ephemeral()?,
    };
    runtime()?.block_on(async {
        let app = App::new(config, keys, Clock::system())?;
        match command {
            Command::Add(add) => run_add(&app, add).await,
            Command::List { json } => list(&app, *json).await,
            Command::Disable { username } => {
                operate::disable(&app, named(&app, username).await?.id).await?;
                print(&format!("{username} is disabled.\n"))
            }
            Command::ResetMfa { username } => {
                operate::reset_mfa(&app, named(&app, username).await?.id).await?;
                print(&format!("{username} enrols anew at the next sign-in. All supervisors and auditors are told.\n"))
            }
        }
    })
}

async fn run_add(app: &App, add: &Add) -> Result<(), Failure> {
    let roles = Roles::of(&add.roles).map_err(|flaw| {
        Failure::new(match flaw {
            RolesFlaw::None => "name at least one --role",
            RolesFlaw::AuditorAlone => "an auditor can hold no other role",
        })
    })?;
    let whole = |text: &str| !text.trim().is_empty() && !text.chars().any(char::is_control);
    for (right, words) in [
        (is_username(&add.username), "the user name has to be 2 to 32 letters and digits"),
        (is_address(&add.address), "--address has to be one plain address"),
        (whole(&add.name), "--name has to be a name"),
        (add.employee_number.chars().any(char::is_alphanumeric), "--employee-number has to be a number"),
    ] {
        if !right {
            return Err(Failure::new(words));
        }
    }
    let new = New {
        username: add.username.clone(),
        employee_number: add.employee_number.trim().to_owned(),
        name: add.name.trim().to_owned(),
        address: add.address.clone(),
        language: add.language,
        roles,
    };
    let (_, posted) = operate::add(app, &new).await?;
    let base = app.config().server.base_url.trim_end_matches('/');
    let link = format!("{base}/staff/invite/{}", app.invite_token(&posted));
    print_lines([
        format!("{} is invited at {}. The link works once, for {HOURS} hours:", new.username, new.address),
        link,
    ])
}

async fn list(app: &App, as_json: bool) -> Result<(), Failure> {
    let members = people::list(&mut app.read().await?).await?;
    if as_json {
        let all = members
            .iter()
            .map(|m| {
                Ok(json!({
                    "username": m.username, "name": m.name, "employee_number": m.employee_number, "address": m.address,
                    "roles": m.roles()?.codes(), "status": m.status()?.code(), "totp": m.has_factor,
                    "last_sign_in": m.last_at.map(|at| at.to_rfc3339()),
                }))
            })
            .collect::<Result<Vec<_>, Failure>>()?;
        return print_json(&all);
    }
    let mut lines = vec![format!("{:<20} {:<10} {:<6} {:<32} {}", "User name", "Status", "TOTP", "Roles", "Name")];
    for m in &members {
        let (totp, roles) = (if m.has_factor { "yes" } else { "no" }, m.roles()?.codes().join(", "));
        lines.push(format!("{:<20} {:<10} {totp:<6} {roles:<32} {}", m.username, m.status()?.code(), m.name));
    }
    print_lines(lines)
}

async fn named(app: &App, username: &str) -> Result<Member, Failure> {
    let found = people::named(&mut app.read().await?, username).await?;
    found.ok_or_else(|| Failure::new(format!("nobody of the desk is called {username}")))
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| "write helpdesk, supervisor, admin or auditor".to_owned())
}

fn lang(text: &str) -> Result<Lang, String> {
    Lang::from_code(text).ok_or_else(|| "write id or en".to_owned())
}
