//! The password step of a sign-in: what is typed is compared before the transaction, and the hash again inside it.

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::password;
use crate::model::account::{UserType, fold_user_id};
use crate::model::activation::{Shown, entitled};
use crate::model::event::{Actor, Event, LoginPassword, Opened};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::login::{self, Account, Shares};
use crate::store::session::{self, NewSession};
use crate::store::{Tx, factor};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// User ID, Tipe User and password, as typed.
pub struct Login {
    /// The User ID, trimmed.
    pub user_id: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// The password.
    pub password: String,
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
    /// What the browser can show besides.
    pub shown: Shown,
}

/// What comes after a right password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The code of the active TOTP.
    Code,
    /// Activation: none is active, and one is demanded or was once there.
    Activate,
    /// The account: TOTP is not demanded and was never enabled.
    Account,
}

impl Next {
    /// The word in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Activate => "activate",
            Self::Account => "account",
        }
    }
}

/// A session that a right password opened.
pub struct Begun {
    /// Its token.
    pub token: [u8; 32],
    /// What comes next.
    pub next: Next,
}

/// Opens a session for a right password; all wrong ones are told alike.
pub async fn login(app: &App, login: Login) -> Result<Begun, Stop> {
    let shares = shares(&login);
    let budget = app.password_budget();
    let folded = fold_user_id(&login.user_id);
    let before = login::before(&mut app.read().await?, &folded, &shares).await?;
    // what strangers do from the same network does not hold a browser that the account knows
    let key = if before.known_browser { shares.known } else { shares.network };
    if let Some(until) = budget.as_ref().and_then(|b| b.held_until(&before.wrong, before.now)) {
        return Err(Refusal::TooMany(until).into());
    }
    let fits = app.passwords().verify(login.password.clone(), before.password_hash.clone()).await?;
    let better = match &before.password_hash {
        Some(hash) if fits && !password::is_current(hash) => Some(app.passwords().hash(login.password.clone()).await?),
        _ => None,
    };
    // from here on everything that is wrong takes the same way
    let right = before.account.filter(|_| fits && before.kind.as_deref() == Some(login.user_type.code()));
    let compared = Compared { hash: before.password_hash.filter(|_| fits), better };
    let begun = app
        .transact(Actor::User, async |tx| {
            let mut event = LoginPassword {
                account: before.account,
                user_type: login.user_type,
                user_id: login.user_id.clone(),
                network: login.network.clone(),
                opened: None,
            };
            if let Some(budget) = &budget {
                let wrong = login::count(tx, &key, budget.remembered()).await?;
                if let Some(until) = budget.held_until(&wrong, before.now) {
                    return Ok(Outcome::Nothing(Err(Refusal::TooMany(until))));
                }
            }
            let held = match right {
                Some(id) => login::hold(tx, id).await?,
                None => None,
            };
            let Some(account) = held.filter(|account| compared.belongs_to(account)) else {
                return Ok(Outcome::Refused(Refusal::LoginWrong, Event::LoginPassword(event)));
            };
            if account.locked {
                return Ok(Outcome::Refused(Refusal::Locked, Event::LoginPassword(event)));
            }
            if budget.is_some() {
                login::forgive(tx, &key).await?;
            }
            let (begun, opened) = begin(app, tx, &login, &account, compared.better.as_deref()).await?;
            event.opened = Some(opened);
            Ok(Outcome::Done(Ok(begun), Event::LoginPassword(event)))
        })
        .await;
    match begun {
        Ok(begun) => Ok(begun?),
        Err(stop) => {
            if matches!(stop, Stop::Refused(Refusal::LoginWrong)) {
                app.count_wrong_password(&login.network);
            }
            Err(stop)
        }
    }
}

/// What a password was compared with.
struct Compared {
    /// The hash it fits; none where it fits none.
    hash: Option<String>,
    /// A better hash of the same password.
    better: Option<String>,
}

impl Compared {
    /// Whether the account still has that hash.
    fn belongs_to(&self, account: &Account) -> bool {
        self.hash.is_some() && self.hash == account.password_hash
    }
}

async fn begin(
    app: &App,
    tx: &mut Tx,
    login: &Login,
    account: &Account,
    better: Option<&str>,
) -> Result<(Begun, Opened), Fault> {
    let demanded = app.config().totp.required || account.had_factor;
    let next = match (account.has_factor, demanded) {
        (true, _) => Next::Code,
        (false, true) => Next::Activate,
        (false, false) => Next::Account,
    };
    let new = NewSession {
        account: account.id,
        browser_hash: &login.browser_hash,
        browser_name: login.browser_name.as_deref(),
        network: &login.network,
        level: if next == Next::Account { Level::Full } else { Level::Password },
        activated: None,
    };
    let enrolment = if next == Next::Activate { enrol(app, tx, login, account).await? } else { None };
    let (session, token) = session::begin(tx, &new, app.lives()).await?;
    if let Some(better) = better {
        login::rehash(tx, account.id, better).await?;
    }
    let opened = Opened { session, next: next.code(), rehashed: better.is_some(), enrolment };
    Ok((Begun { token, next }, opened))
}

/// Where the browser may enrol at once, the secret is ready when its page is opened; one that was shown to it before, and
/// not yet proved, goes on. Returns the enrolment that began.
async fn enrol(app: &App, tx: &mut Tx, login: &Login, account: &Account) -> Result<Option<Uuid>, Fault> {
    let grants = factor::grants(tx, account.id).await?;
    let first = app.password_enrols_first();
    let Ok(grant) = entitled(&grants, &login.shown, account.had_factor, first, account.now).grant() else {
        return Ok(None);
    };
    let there = factor::held_enrolment(tx, account.id).await?;
    if there.is_some_and(|e| e.grant_id == grant && e.browser_hash == login.browser_hash) {
        return Ok(None);
    }
    let new = app.new_enrolment(&login.browser_hash, grant)?;
    factor::enrol(tx, account.id, &new).await?;
    Ok(Some(new.id))
}

fn shares(login: &Login) -> Shares {
    let key = |place: &[u8]| {
        let mut hash = Sha256::new();
        hash.update(fold_user_id(&login.user_id));
        hash.update([0]);
        hash.update(place);
        hash.finalize().into()
    };
    Shares { browser_hash: login.browser_hash, known: key(&login.browser_hash), network: key(login.network.as_bytes()) }
}
