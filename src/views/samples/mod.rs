//! A sample of every page in each of its states, for tests and for looking at.

mod account;
mod audit;
pub mod desk;
mod dual;
mod erase;
mod links;
mod login;
mod mail;
mod packs;
mod portals;
mod queue;
mod reports;
mod staff_people;
mod upkeep;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use maud::Markup;

use super::layout::{Assets, Frame, Helpdesk, Site};
use super::permit::Permit;
use super::reset::{Captcha, Flaw, Typed, Work};
use super::{authenticator, clock, compose, demo, error, help, home, privacy, reset, sent, status};
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::dual::Tie;
use crate::model::refusal::Refusal;
use crate::model::staff::Role;

/// A page in one of its states.
#[derive(Debug)]
pub struct Sample {
    /// `page-state`.
    pub name: String,
    /// The whole page.
    pub page: Markup,
}

const REFERENCE: &str = "R-7K2M-9QXD";

/// The Secret Key of the activation's samples, in the groups it is shown in: that of RFC 6238, appendix B.
pub const SECRET: [&str; 8] = ["GEZD", "GNBV", "GY3T", "QOJQ", "GEZD", "GNBV", "GY3T", "QOJQ"];

/// The states of a request, whose words are `state-<code>` and `happened-<code>`.
pub const STATES: [&str; 14] = [
    "received",
    "sending",
    "unmatched",
    "mailed",
    "undeliverable",
    "opened",
    "waiting",
    "done",
    "cancelled",
    "expired",
    "rejected",
    "closed",
    "proposed",
    "contested",
];

/// A frame as a visitor of the demo has it.
pub fn frame(lang: Lang) -> Frame {
    let asset = |name: &str| format!("/assets/0123456789ab/{name}");
    Frame {
        site: Arc::new(Site {
            agency: "LPSE Kota Contoh".to_owned(),
            helpdesk: Helpdesk {
                address: "helpdesk@lpse.example.go.id".to_owned(),
                phone: "021 555 0100".to_owned(),
                hours: "Senin–Jumat 08.00–16.00 WIB".to_owned(),
            },
            assets: Assets {
                css: asset("pulih.css"),
                js: asset("pulih.js"),
                pow: asset("pow.js"),
                steps: asset("steps.js"),
                staff_css: asset("staff.css"),
                audit_css: asset("audit.css"),
                staff_js: asset("staff.js"),
                mark: "data:image/svg+xml,".to_owned(),
            },
            demo: false,
        }),
        lang,
        zone: chrono_tz::Asia::Jakarta,
        path: "/reset-totp".to_owned(),
        csrf: Some("csrf-sample".to_owned()),
        slow_mail: false,
        frozen: None,
    }
}

/// Every sample, in one language.
pub fn all(lang: Lang) -> Vec<Sample> {
    let f = frame(lang);
    let mut out = Vec::new();
    plain(&f, &mut out);
    forms(&f, &mut out);
    sent_pages(&f, &mut out);
    links::links(&f, &mut out);
    links::not_mes(&f, &mut out);
    statuses(&f, &mut out);
    login::steps(&f, &mut out);
    login::activations(&f, &mut out);
    account::homes(&f, &mut out);
    account::forms(&f, &mut out);
    staff_people::outside(&f, &mut out);
    staff_people::inside(lang, &mut out);
    errors(&f, &mut out);
    upkeep::all(lang, &mut out);
    dual::pages(lang, &mut out);
    portals::pages(lang, &mut out);
    erase::pages(lang, &mut out);
    demos(&f, &mut out);
    queue::all(lang, &mut out);
    mail::all(lang, &mut out);
    audit::all(lang, &mut out);
    packs::all(lang, &mut out);
    reports::all(lang, &mut out);
    out
}

fn add(out: &mut Vec<Sample>, name: &str, page: Markup) {
    out.push(Sample { name: name.to_owned(), page });
}

/// 21 November 2026 14.05 WIB and some minutes.
fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_244_700, 0).unwrap_or_default() + TimeDelta::minutes(minutes)
}

fn plain(f: &Frame, out: &mut Vec<Sample>) {
    let slow = Frame { slow_mail: true, ..f.clone() };
    add(out, "home", home::page(f));
    add(out, "home-slow", home::page(&slow));
    add(out, "help", help::page(f));
    for (name, off) in [("clock", None), ("clock-fast", Some(241)), ("clock-slow", Some(-20))] {
        add(out, name, clock::page(f, &clock::Data { now: at(0), off }));
    }
    let kept = privacy::Data {
        unmatched_days: 30,
        links_days: 30,
        sessions_days: 30,
        evidence_days: 365,
        raw_mail_days: 365,
        events_years: 10,
    };
    add(out, "privacy", privacy::page(f, &kept));
}

fn forms(f: &Frame, out: &mut Vec<Sample>) {
    let picture = "/kode-keamanan/form-sample".to_owned();
    let work = Captcha::Work(Work {
        algorithm: "SHA-256".to_owned(),
        // the hash of "sample?1234"
        challenge: "88e88abf3cda5945d90086a3d47e2ee536a1ed83e3e26130bae720e1e33d9375".to_owned(),
        salt: "sample?".to_owned(),
        signature: "0123456789abcdef".repeat(4),
        max: 50_000,
        picture: picture.clone(),
    });
    let shown = || Captcha::Picture { url: picture.clone() };
    let typed = Typed {
        user_id: "AMANAH7".to_owned(),
        email: "rina@gmail.example".to_owned(),
        user_type: Some(UserType::Penyedia),
    };
    let data = |typed: &Typed, flaws: &[Flaw], captcha: Captcha| reset::Data {
        typed: typed.clone(),
        flaws: flaws.to_vec(),
        form: "form-sample".to_owned(),
        captcha,
        portal: None,
    };
    let empty = Typed::default();
    let missing = [Flaw::UserTypeMissing, Flaw::UserIdMissing, Flaw::EmailMissing];
    add(out, "reset", reset::page(f, &data(&empty, &[], work.clone())));
    add(out, "reset-off", reset::page(f, &data(&typed, &[], Captcha::Off)));
    add(out, "reset-picture", reset::page(f, &data(&typed, &[], shown())));
    add(out, "reset-missing", reset::page(f, &data(&empty, &missing, work.clone())));
    for flaw in Flaw::ALL {
        for (kind, captcha) in [("", work.clone()), ("-picture", shown()), ("-off", Captcha::Off)] {
            add(out, &format!("reset-{}{kind}", flaw.code()), reset::page(f, &data(&typed, &[flaw], captcha)));
        }
    }
}

fn sent_pages(f: &Frame, out: &mut Vec<Sample>) {
    let data = sent::Data {
        reference: REFERENCE.to_owned(),
        user_id: "AMANAH7".to_owned(),
        email_masked: "r•••@g•••.com".to_owned(),
        now: at(0),
        resend_at: at(1),
        resends_left: 2,
        form: "form-sample".to_owned(),
        resent: false,
        permit: Permit::Code("7K3M-Q9TX".to_owned()),
        back: None,
    };
    let demo = Frame { site: Arc::new(Site { demo: true, ..(*f.site).clone() }), ..f.clone() };
    add(out, "sent", sent::page(&demo, &data));
    add(out, "sent-again", sent::page(f, &sent::Data { resent: true, resends_left: 1, now: at(2), ..data.clone() }));
    add(out, "sent-permit", sent::page(f, &sent::Data { permit: Permit::Arrived, now: at(2), ..data.clone() }));
    let from_portal = sent::Data { back: Some(links::portal()), permit: Permit::Off, ..data.clone() };
    add(out, "sent-portal", sent::page(f, &from_portal));
    add(out, "sent-last", sent::page(f, &sent::Data { resends_left: 0, permit: Permit::Off, ..data }));
}

fn statuses(f: &Frame, out: &mut Vec<Sample>) {
    for (name, permitted, help) in [
        ("possible", false, status::Help::Possible),
        ("asked", false, status::Help::Asked(at(5))),
        ("permit", true, status::Help::Possible),
    ] {
        let own = status::Own {
            reference: REFERENCE.to_owned(),
            user_id: "AMANAH7".to_owned(),
            email_masked: "r•••@g•••.com".to_owned(),
            asked_at: at(0),
            permitted,
            help,
        };
        add(out, &format!("status-own-{name}"), status::page(f, &status::Data::Own(own)));
    }
    for state in STATES {
        let timeline = [("received", -9), ("sending", -8), ("mailed", -8), (state, 0)];
        let request = status::ByLink {
            reference: REFERENCE.to_owned(),
            user_id_masked: "A•••7".to_owned(),
            state,
            timeline: timeline.into_iter().map(|(code, minutes)| status::Line { at: at(minutes), code }).collect(),
            help: if state == "done" { status::Help::Over } else { status::Help::Possible },
        };
        add(out, &format!("status-{state}"), status::page(f, &status::Data::ByLink(request)));
    }
    add(out, "status-hidden", status::page(f, &status::Data::Hidden));
}

fn errors(f: &Frame, out: &mut Vec<Sample>) {
    for refusal in [
        Refusal::FormUnreadable,
        Refusal::FormInvalid,
        Refusal::Forged,
        Refusal::CaptchaWrong,
        Refusal::TooMany(at(15)),
        Refusal::NotFound,
        Refusal::MethodNotAllowed,
        Refusal::TooLarge,
        Refusal::TooSlow,
        Refusal::LinkUnknown,
        Refusal::LinkExpired,
        Refusal::LinkUsed,
        Refusal::LinkEnded,
        Refusal::LinkMismatch,
        Refusal::StepClosed,
        Refusal::NoMoreMail,
        Refusal::NotPossibleNow,
        Refusal::PasswordWrong,
        Refusal::SignInFirst,
        Refusal::StaffSignInFirst,
        Refusal::ChangedMeanwhile,
        Refusal::LoginWrong,
        Refusal::Locked,
        Refusal::CodeWrong,
        Refusal::CodeReplayed,
        Refusal::CodeElsewhere(-240),
        Refusal::CodesHeld(at(15)),
        Refusal::CodesClosed,
        Refusal::GrantRequired,
        Refusal::EnrolmentGone,
        Refusal::AlreadyActive,
        Refusal::StaffLoginWrong,
        Refusal::LastAdmin,
        Refusal::Tied(Tie::Oneself),
        Refusal::Tied(Tie::Made),
        Refusal::Tied(Tie::MadeByOne),
        Refusal::Tied(Tie::LastEditor),
        Refusal::ProposalGone,
        Refusal::ProposalThere,
        Refusal::PersonThere,
        Refusal::ReasonMissing,
    ] {
        add(out, &format!("error-{}", refusal.code()), error::page(f, &error::Data::Refused(refusal)));
    }
    let incident = || "7F3A-21".to_owned();
    add(out, "error-away", error::page(f, &error::Data::Away { incident: incident() }));
    add(out, "error-broken", error::page(f, &error::Data::Broken { incident: incident() }));
}

fn demos(f: &Frame, out: &mut Vec<Sample>) {
    let f = Frame { site: Arc::new(Site { demo: true, ..(*f.site).clone() }), ..f.clone() };
    let person = |user_id: &str, user_type, name: &str| demo::Person {
        user_id: user_id.to_owned(),
        email: format!("{}@demo.example", user_id.to_lowercase()),
        user_type,
        name: name.to_owned(),
        password: "pulih-demo-7".to_owned(),
    };
    let people = vec![
        person("AMANAH7", UserType::Penyedia, "Rina Amanah"),
        person("BAHARI3", UserType::NonPenyedia, "Budi Bahari"),
    ];
    let officer = |username: &str, name: &str, role| demo::Officer {
        username: username.to_owned(),
        name: name.to_owned(),
        role,
        password: "pulih-demo-7".to_owned(),
    };
    let staff = Role::ALL.iter().map(|&role| officer(role.code(), "Sari Lestari", role)).collect();
    add(out, "demo", demo::index(&f, &demo::Index { people, staff }));
    let device = |user_id: &str, code: Option<&str>, pending| authenticator::Device {
        user_id: user_id.to_owned(),
        name: "Rina Amanah".to_owned(),
        code: code.map(str::to_owned),
        pending,
    };
    let people = vec![
        device("AMANAH7", Some("081804"), false),
        device("BAHARI3", Some("050471"), true),
        device("CAHAYA1", None, false),
    ];
    let codes = authenticator::Authenticator { people, now: at(0), next_at: at(0) + TimeDelta::seconds(12) };
    for (n, way) in compose::WAYS.into_iter().enumerate() {
        let data = compose::Compose {
            people: vec![("rina@amanah.example".to_owned(), "Rina <Wijaya>".to_owned())],
            to: "helpdesk@lpse.example".to_owned(),
            from: "rina@amanah.example".to_owned(),
            way: way.to_owned(),
            subject: "Mohon reset \"TOTP\"".to_owned(),
            text: "Yth. Helpdesk".to_owned(),
            flaw: [None, Some("from"), Some("subject"), Some("letter")][n],
            sent: n == 0,
        };
        add(out, &format!("demo-compose-{way}"), compose::page(&f, &data));
    }
    add(out, "demo-authenticator", authenticator::page(&f, &codes));
    let item = |id: &str, subject: &str| demo::Item {
        id: id.to_owned(),
        to: "amanah7@demo.example".to_owned(),
        subject: subject.to_owned(),
        received_at: at(0),
    };
    let items = vec![item("2", "TOTP Berhasil di Reset"), item("1", "Konfirmasi Permintaan Reset TOTP"), item("0", "")];
    add(out, "demo-mailbox", demo::mailbox(&f, &demo::Mailbox { items }));
    add(out, "demo-mailbox-empty", demo::mailbox(&f, &demo::Mailbox { items: Vec::new() }));
    let message = demo::Message {
        item: item("1", "Konfirmasi Permintaan Reset TOTP"),
        from: "Reset TOTP LPSE <no-reply@demo.example>".to_owned(),
        text: "Klik Reset TOTP:\nhttp://127.0.0.1:8080/r/token-sample\n\nHelpdesk\n".to_owned(),
        html_url: Some("/demo/mailbox/1/html".to_owned()),
        raw_url: "/demo/mailbox/1/raw".to_owned(),
    };
    add(out, "demo-message", demo::message(&f, &message));
}
