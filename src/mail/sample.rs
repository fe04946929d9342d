//! A letter of each kind with made-up people, for tests and for looking at.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::letters::{
    Letter, acknowledged, activate, activated, address_changed, cancelled, checkpoint, codes_failing, codes_renewed,
    disabled, done, hint, link, manual_cancelled, manual_scheduled, password_changed, permitted, portal_claimed, reply,
    scheduled, staff_invite, staff_notice,
};
use super::{Desk, Heading, House};
use crate::i18n::Lang;
use crate::model::letter::Hint;

/// A house.
pub fn house() -> House {
    House {
        base_url: "https://reset.lpse.example".to_owned(),
        agency: "LPSE Kota Contoh".to_owned(),
        from_address: "no-reply@lpse.example".to_owned(),
        bounce_address: None,
        from_name: "Reset TOTP LPSE Kota Contoh".to_owned(),
        helpdesk: Desk {
            address: "helpdesk@lpse.example".to_owned(),
            phone: "(021) 555-0199".to_owned(),
            hours: "Senin–Jumat 08.00–16.00 WIB".to_owned(),
        },
        zone: chrono_tz::Asia::Jakarta,
        message_host: "lpse.example".to_owned(),
    }
}

/// The outside of a letter.
pub fn heading(lang: Lang) -> Heading {
    Heading {
        letter_id: Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0001),
        message_id: "<01970000000070008000000000000001.6b1f0c2d4e5a69788796a5b4c3d2e1f0@lpse.example>".to_owned(),
        answers: None,
        bounce_address: None,
        to_name: "Rina Kartika".to_owned(),
        to_address: "rina@penyedia.example".to_owned(),
        lang,
        date: moment(),
    }
}

/// A letter of each kind, and a hint of each reason, with its name.
pub fn letters() -> Vec<(String, Letter)> {
    let mut letters = vec![
        ("link".to_owned(), link()),
        ("done".to_owned(), done(None, false)),
        ("done-activate".to_owned(), done(Some(activate_url()), false)),
        ("done-desk".to_owned(), done(None, true)),
        ("scheduled".to_owned(), scheduled(false)),
        ("scheduled-approval".to_owned(), scheduled(true)),
        ("cancelled".to_owned(), cancelled(None)),
        ("cancelled-held".to_owned(), cancelled(Some(moment() + TimeDelta::days(7)))),
    ];
    letters.extend(Hint::ALL.iter().map(|&reason| (format!("hint-{}", reason.code()), hint(reason))));
    letters.extend([
        ("activate".to_owned(), activate(None)),
        ("activate-portal".to_owned(), activate(Some("SPSE".to_owned()))),
        ("activated".to_owned(), activated(Some(browser()))),
        ("activated-unplaced".to_owned(), activated(None)),
        ("disabled".to_owned(), disabled()),
        ("codes-renewed".to_owned(), codes_renewed()),
        ("portal-claimed".to_owned(), portal_claimed()),
        ("password-changed".to_owned(), password_changed()),
        ("codes-failing".to_owned(), codes_failing()),
        ("staff-invite".to_owned(), staff_invite()),
        ("reply".to_owned(), reply(Some(user_id()))),
        ("reply-stranger".to_owned(), reply(None)),
        ("acknowledged".to_owned(), acknowledged()),
        ("manual-scheduled".to_owned(), manual_scheduled()),
        ("manual-cancelled".to_owned(), manual_cancelled()),
        ("address-changed".to_owned(), address_changed()),
        ("permitted".to_owned(), permitted()),
        ("checkpoint".to_owned(), checkpoint()),
    ]);
    letters.extend(NOTICES.iter().map(|code| (format!("staff-notice-{code}"), staff_notice(code))));
    letters
}

/// What people of the desk are told of.
const NOTICES: [&str; 7] = ["staff-new", "staff-roles", "staff-mfa", "mfa-broken", "hurried", "erase", "portal-key"];

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_244_700, 0).unwrap_or_default()
}

fn user_id() -> String {
    "A•••7".to_owned()
}

fn reference() -> String {
    "R-7K3M-Q9TX".to_owned()
}

fn not_me_url() -> String {
    format!("https://reset.lpse.example/not-me/{}", "n0tmeToken-".repeat(5))
}

fn activate_url() -> String {
    format!("https://reset.lpse.example/activate/{}", "act1veToken".repeat(5))
}

fn browser() -> String {
    "Firefox, Windows".to_owned()
}

fn link() -> Letter {
    Letter::Link(link::Data {
        user_id: user_id(),
        reference: reference(),
        asked_at: moment(),
        ttl: TimeDelta::hours(6),
        reset_url: format!("https://reset.lpse.example/r/{}", "r3setToken_".repeat(5)),
        not_me_url: not_me_url(),
    })
}

fn done(activate_url: Option<String>, by_desk: bool) -> Letter {
    Letter::Done(done::Data {
        user_id: user_id(),
        reference: reference(),
        done_at: moment(),
        by_desk,
        activate_url,
        not_me_url: not_me_url(),
    })
}

fn manual_scheduled() -> Letter {
    Letter::ManualScheduled(manual_scheduled::Data {
        user_id: user_id(),
        reference: reference(),
        effective_at: moment() + TimeDelta::hours(24),
        cancel_url: format!("https://reset.lpse.example/cancel/{}", "cancelToken".repeat(5)),
    })
}

fn manual_cancelled() -> Letter {
    Letter::ManualCancelled(manual_cancelled::Data {
        user_id: user_id(),
        reference: reference(),
        cancelled_at: moment(),
        not_me_url: not_me_url(),
    })
}

fn address_changed() -> Letter {
    Letter::AddressChanged(address_changed::Data {
        user_id: user_id(),
        at: moment(),
        address: "r•••@b•••.example".to_owned(),
        by_desk: true,
        not_me_url: not_me_url(),
    })
}

fn scheduled(needs_approval: bool) -> Letter {
    Letter::Scheduled(scheduled::Data {
        user_id: user_id(),
        reference: reference(),
        confirmed_at: moment(),
        effective_at: moment() + TimeDelta::hours(24),
        needs_approval,
        not_me_url: not_me_url(),
    })
}

fn permitted() -> Letter {
    Letter::Permitted(permitted::Data {
        user_id: user_id(),
        reference: reference(),
        confirmed_at: moment(),
        effective_at: moment() + TimeDelta::hours(1),
        not_me_url: not_me_url(),
    })
}

fn cancelled(held_until: Option<DateTime<Utc>>) -> Letter {
    Letter::Cancelled(cancelled::Data {
        user_id: user_id(),
        reference: reference(),
        cancelled_at: moment(),
        held_until,
        not_me_url: not_me_url(),
    })
}

fn hint(reason: Hint) -> Letter {
    Letter::Hint(hint::Data {
        user_id: user_id(),
        reference: reference(),
        asked_at: moment(),
        hint: reason,
        not_me_url: not_me_url(),
    })
}

fn activate(portal: Option<String>) -> Letter {
    Letter::Activate(activate::Data {
        user_id: user_id(),
        asked_at: moment(),
        ttl: TimeDelta::hours(6),
        portal,
        activate_url: activate_url(),
        not_me_url: not_me_url(),
    })
}

fn activated(place: Option<String>) -> Letter {
    Letter::Activated(activated::Data { user_id: user_id(), at: moment(), place, not_me_url: not_me_url() })
}

fn disabled() -> Letter {
    Letter::Disabled(disabled::Data {
        user_id: user_id(),
        at: moment(),
        place: Some(browser()),
        not_me_url: not_me_url(),
    })
}

fn codes_renewed() -> Letter {
    Letter::CodesRenewed(codes_renewed::Data {
        user_id: user_id(),
        at: moment(),
        place: Some("SPSE".to_owned()),
        not_me_url: not_me_url(),
    })
}

fn portal_claimed() -> Letter {
    Letter::PortalClaimed(portal_claimed::Data {
        user_id: user_id(),
        at: moment(),
        place: Some("SPSE".to_owned()),
        not_me_url: not_me_url(),
    })
}

fn password_changed() -> Letter {
    Letter::PasswordChanged(password_changed::Data {
        user_id: user_id(),
        at: moment(),
        place: Some(browser()),
        not_me_url: not_me_url(),
    })
}

fn codes_failing() -> Letter {
    Letter::CodesFailing(codes_failing::Data {
        user_id: user_id(),
        at: moment(),
        place: Some(browser()),
        not_me_url: not_me_url(),
    })
}

fn staff_invite() -> Letter {
    Letter::StaffInvite(staff_invite::Data {
        username: "rina".to_owned(),
        at: moment(),
        invite_url: format!("https://reset.lpse.example/staff/invite/{}", "inv1teToken".repeat(5)),
    })
}

fn checkpoint() -> Letter {
    let signature = "x08goZJkuBS9UGSffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM";
    let note = format!(
        "reset.lpse.example/log\n41207\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} reset.lpse.example/log {signature}=\n"
    );
    Letter::Checkpoint(checkpoint::Data { size: 41_207, note, at: moment() })
}

fn staff_notice(code: &str) -> Letter {
    Letter::StaffNotice(staff_notice::Data { code: code.to_owned(), about: "rina".to_owned(), at: moment() })
}

fn acknowledged() -> Letter {
    Letter::Acknowledged(acknowledged::Data { reference: reference(), came_at: moment() })
}

fn reply(user_id: Option<String>) -> Letter {
    let text = "Kami sudah memeriksa permintaan Anda.\n\nAktifkan tanggal dan waktu otomatis, lalu coba kode baru.";
    Letter::Reply(reply::Data { user_id, reference: reference(), text: text.to_owned() })
}
