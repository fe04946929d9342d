//! What happened before the newcomer came: a link that is late by now, a reset that is done, calls for help, a proposal.

use secrecy::SecretString;
use uuid::Uuid;

use super::people::{Person, person};
use super::staff;
use crate::actions::ask::{self, Ask};
use crate::actions::help::ask_help;
use crate::actions::open;
use crate::actions::reset::{self, Confirm};
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::{random, secret_hash};
use crate::i18n::Lang;
use crate::model::account::fold_user_id;
use crate::model::refusal::Stop;
use crate::store::{lookup, request, setup};
use crate::workers::courier::Courier;
use crate::workers::resolver;

/// Numbers of the people it happened to.
const LATE: usize = 3;
const DONE: usize = 4;
const HELPED: [usize; 4] = [10, 11, 12, 13];
const PROPOSED: usize = 14;

/// Lets it happen, through the same actions as everything; `admin` may move what is past into the past.
pub async fn happen(app: &App, admin: &SecretString) -> Result<(), Fault> {
    let courier = Courier::new(app)?;
    ask_for(app, &person(LATE)).await?;
    settle(app, &courier).await?;
    setup::run(admin, MEANWHILE).await?;
    for number in HELPED {
        let reference = ask_for(app, &person(number)).await?;
        settle(app, &courier).await?;
        let request = request::of_reference(&mut app.read().await?, &reference).await?;
        ask_help(app, request).await.map_err(told)?;
    }
    let account = lookup::id_of(&mut app.read().await?, &fold_user_id(&person(PROPOSED).user_id)).await?;
    if let Some(account) = account {
        staff::propose(app, account).await.map_err(told)?;
    }
    let reference = ask_for(app, &person(DONE)).await?;
    settle(app, &courier).await?;
    let link = request::newest_link(&mut app.read().await?, &reference).await?;
    confirm(app, link).await.map_err(told)?;
    settle(app, &courier).await?;
    courier.close().await;
    Ok(())
}

/// Seven hours pass, one more than a link lives.
const MEANWHILE: &str = "
    update request set asked_at = asked_at - interval '7 h';
    update link set issued_at = issued_at - interval '7 h', handed_over_at = handed_over_at - interval '7 h',
        expires_at = expires_at - interval '7 h';
    update letter set queued_at = queued_at - interval '7 h', ended_at = ended_at - interval '7 h';";

pub(super) async fn ask_for(app: &App, who: &Person) -> Result<String, Fault> {
    let ask = Ask {
        form: random::id(),
        user_id: who.user_id.clone(),
        address: who.email.clone(),
        user_type: who.user_type,
        language: Lang::Id,
        browser_hash: secret_hash(&random::bytes::<32>()?),
        browser_name: Some("Chrome, Android".to_owned()),
        network: Some("127.0.0.1".to_owned()),
        again: None,
        portal: None,
    };
    ask::ask(app, ask).await.map_err(told)
}

async fn settle(app: &App, courier: &Courier) -> Result<(), Fault> {
    while resolver::step(app).await.map_err(told)? {}
    while courier.step(app).await.map_err(told)? {}
    Ok(())
}

pub(super) async fn confirm(app: &App, link: Uuid) -> Result<(), Stop> {
    open::open(app, link).await?;
    let browser_hash = secret_hash(&random::bytes::<32>()?);
    let confirm = Confirm { link, browser_hash, grant_secret: random::bytes::<32>()?, password: None };
    reset::confirm(app, confirm).await.map(|_| ())
}

pub(super) fn told(stop: Stop) -> Fault {
    Fault::bug("what happened before the demo", stop)
}
