//! What a leased letter says: its facts out of the outbox, its links derived.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::base::checkpoint::Checkpoint;
use crate::base::keyring::Purpose;
use crate::base::note;
use crate::base::token::{self, TokenPurpose};
use crate::mail::letters::{
    acknowledged, activate, activated, address_changed, cancelled, checkpoint, codes_failing, codes_renewed, disabled,
    done, hint, link, manual_cancelled, manual_scheduled, password_changed, permitted, portal_claimed, reply,
    scheduled, staff_invite, staff_notice,
};
use crate::mail::{House, Letter};
use crate::model::account::mask_user_id;
use crate::model::letter::LetterKind;
use crate::model::link::life;
use crate::model::request::Channel;
use crate::store::letter::Leased;

/// The letter; or what is missing, in words.
pub fn letter(app: &App, house: &House, leased: &Leased) -> Result<Letter, String> {
    let kind = leased.kind().map_err(|e| e.to_string())?;
    let user_id = || leased.user_id.as_deref().map(mask_user_id).ok_or_else(|| gone("account"));
    match kind {
        LetterKind::Reply => replied(leased),
        LetterKind::Acknowledged => Ok(Letter::Acknowledged(acknowledged::Data {
            reference: leased.reference.clone().ok_or_else(|| gone("request"))?,
            came_at: leased.asked_at.ok_or_else(|| gone("request"))?,
        })),
        LetterKind::Link
        | LetterKind::Done
        | LetterKind::Scheduled
        | LetterKind::Cancelled
        | LetterKind::Permitted
        | LetterKind::Hint
        | LetterKind::ManualScheduled
        | LetterKind::ManualCancelled => of_request(app, leased, kind, user_id()?, links(app, house, leased)?),
        LetterKind::Activate
        | LetterKind::Activated
        | LetterKind::Disabled
        | LetterKind::PasswordChanged
        | LetterKind::CodesFailing
        | LetterKind::CodesRenewed
        | LetterKind::PortalClaimed
        | LetterKind::AddressChanged => Ok(of_account(app, leased, kind, user_id()?, links(app, house, leased)?)),
        LetterKind::StaffInvite | LetterKind::StaffNotice => of_staff(app, house, leased, kind),
        LetterKind::Checkpoint => noted(leased),
    }
}

/// What the desk wrote, to somebody whose account may not be known.
fn replied(leased: &Leased) -> Result<Letter, String> {
    Ok(Letter::Reply(reply::Data {
        user_id: leased.user_id.as_deref().map(mask_user_id),
        reference: leased.reference.clone().ok_or_else(|| gone("request"))?,
        text: leased.entry.clone().ok_or_else(|| gone("text"))?,
    }))
}

/// The checkpoint that was the newest when the letter was posted.
fn noted(leased: &Leased) -> Result<Letter, String> {
    let note = leased.place.clone().ok_or_else(|| gone("note"))?;
    let checkpoint = note::text(&note).and_then(Checkpoint::parse).ok_or_else(|| gone("note"))?;
    Ok(Letter::Checkpoint(checkpoint::Data { size: checkpoint.size, note, at: leased.queued_at }))
}

/// To somebody of the desk.
fn of_staff(app: &App, house: &House, leased: &Leased, kind: LetterKind) -> Result<Letter, String> {
    let at = leased.queued_at;
    if kind == LetterKind::StaffInvite {
        let username = leased.username.clone().ok_or_else(|| gone("person"))?;
        let invite_url = links(app, house, leased)?.invite;
        return Ok(Letter::StaffInvite(staff_invite::Data { username, at, invite_url }));
    }
    let place = leased.place.as_deref().ok_or_else(|| gone("place"))?;
    let (code, about) = place.split_once(':').unwrap_or((place, ""));
    Ok(Letter::StaffNotice(staff_notice::Data { code: code.to_owned(), about: about.to_owned(), at }))
}

/// The links of a letter, derived.
fn links(app: &App, house: &House, leased: &Leased) -> Result<Links, String> {
    let (Some(id), Some(key_id), Some(random)) = (leased.link_id, leased.key_id.as_deref(), leased.random.as_deref())
    else {
        return Err(gone("link"));
    };
    let key = app.keys().of(Purpose::Link).by_id(key_id).ok_or_else(|| gone("link key"))?;
    let random = <&[u8; 32]>::try_from(random).map_err(|_| gone("link"))?;
    let url = |path: &str, purpose| house.url(&format!("{path}{}", token::issue(key, purpose, id, random)));
    Ok(Links {
        reset: url("/r/", TokenPurpose::Reset),
        activate: url("/activate/", TokenPurpose::Activate),
        not_me: url("/not-me/", TokenPurpose::NotMe),
        invite: url("/staff/invite/", TokenPurpose::Invite),
        cancel: url("/cancel/", TokenPurpose::Cancel),
    })
}

/// The links a letter can carry.
struct Links {
    reset: String,
    activate: String,
    not_me: String,
    invite: String,
    cancel: String,
}

fn of_request(app: &App, leased: &Leased, kind: LetterKind, user_id: String, links: Links) -> Result<Letter, String> {
    let reference = leased.reference.clone().ok_or_else(|| gone("request"))?;
    let asked_at = leased.asked_at.ok_or_else(|| gone("request"))?;
    let ended_at = leased.request_ended_at.unwrap_or(leased.queued_at);
    let not_me_url = links.not_me;
    Ok(match kind {
        LetterKind::Link => {
            let ttl = ttl(app, leased);
            Letter::Link(link::Data { user_id, reference, asked_at, ttl, reset_url: links.reset, not_me_url })
        }
        LetterKind::Done => {
            let activate_url = leased.grant_id.map(|_| links.activate);
            let by_desk = leased.channel.as_deref() == Some(Channel::Staff.code());
            Letter::Done(done::Data { user_id, reference, done_at: ended_at, by_desk, activate_url, not_me_url })
        }
        LetterKind::Scheduled => Letter::Scheduled(scheduled::Data {
            user_id,
            reference,
            confirmed_at: leased.queued_at,
            effective_at: leased.due_at.unwrap_or(leased.queued_at),
            needs_approval: leased.protected.unwrap_or(false),
            not_me_url,
        }),
        LetterKind::Permitted => Letter::Permitted(permitted::Data {
            user_id,
            reference,
            confirmed_at: leased.queued_at,
            effective_at: leased.due_at.unwrap_or(leased.queued_at),
            not_me_url,
        }),
        LetterKind::ManualScheduled => Letter::ManualScheduled(manual_scheduled::Data {
            user_id,
            reference,
            effective_at: leased.due_at.unwrap_or(leased.queued_at),
            cancel_url: links.cancel,
        }),
        LetterKind::ManualCancelled => {
            Letter::ManualCancelled(manual_cancelled::Data { user_id, reference, cancelled_at: ended_at, not_me_url })
        }
        LetterKind::Cancelled => {
            let held_until = leased.held_until.filter(|until| *until > app.clock().now());
            Letter::Cancelled(cancelled::Data { user_id, reference, cancelled_at: ended_at, held_until, not_me_url })
        }
        _ => {
            let hint = leased.hint().map_err(|e| e.to_string())?.ok_or_else(|| gone("hint"))?;
            Letter::Hint(hint::Data { user_id, reference, asked_at, hint, not_me_url })
        }
    })
}

fn of_account(app: &App, leased: &Leased, kind: LetterKind, user_id: String, links: Links) -> Letter {
    let (at, place, not_me_url): (DateTime<Utc>, _, _) = (leased.queued_at, leased.place.clone(), links.not_me);
    match kind {
        LetterKind::Activate => {
            let (ttl, activate_url) = (ttl(app, leased), links.activate);
            Letter::Activate(activate::Data { user_id, asked_at: at, ttl, portal: place, activate_url, not_me_url })
        }
        LetterKind::Disabled => Letter::Disabled(disabled::Data { user_id, at, place, not_me_url }),
        LetterKind::CodesRenewed => Letter::CodesRenewed(codes_renewed::Data { user_id, at, place, not_me_url }),
        LetterKind::PortalClaimed => Letter::PortalClaimed(portal_claimed::Data { user_id, at, place, not_me_url }),
        LetterKind::PasswordChanged => {
            Letter::PasswordChanged(password_changed::Data { user_id, at, place, not_me_url })
        }
        LetterKind::AddressChanged => {
            let address = place.unwrap_or_default();
            Letter::AddressChanged(address_changed::Data { user_id, at, address, by_desk: leased.by_desk, not_me_url })
        }
        LetterKind::CodesFailing => Letter::CodesFailing(codes_failing::Data { user_id, at, place, not_me_url }),
        _ => Letter::Activated(activated::Data { user_id, at, place, not_me_url }),
    }
}

fn ttl(app: &App, leased: &Leased) -> TimeDelta {
    let setting = TimeDelta::minutes(app.config().link.ttl_minutes.into());
    life(setting, leased.p95_seconds.map(|s| TimeDelta::seconds(s.into())))
}

fn gone(what: &str) -> String {
    format!("its {what} is gone")
}
