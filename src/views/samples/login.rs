//! Samples of sign-in and activation.

use super::{Frame, SECRET, Sample, add, at};
use crate::model::account::UserType;
use crate::views::activate::{self, LinkState};
use crate::views::login::{self, CodeTrouble, Method, Note, PasswordTrouble, StartFlaw};

/// Every way a code is refused that leaves its field open.
pub(super) fn troubles() -> [CodeTrouble; 6] {
    [
        CodeTrouble::Missing,
        CodeTrouble::Wrong,
        CodeTrouble::Replayed,
        CodeTrouble::Clock { seconds: -241 },
        CodeTrouble::Clock { seconds: 30 },
        CodeTrouble::Held(at(15)),
    ]
}

pub(super) fn steps(f: &Frame, out: &mut Vec<Sample>) {
    let f = Frame { path: "/login".to_owned(), ..f.clone() };
    let start = |user_type, flaws: &[StartFlaw], note| {
        let user_id = if user_type == Some(UserType::Penyedia) { "AMANAH7" } else { "" };
        login::start(&f, &login::Start { user_id: user_id.to_owned(), user_type, flaws: flaws.to_vec(), note })
    };
    add(out, "login", start(None, &[], None));
    add(out, "login-typed", start(Some(UserType::Penyedia), &[], None));
    add(out, "login-trouble-both", start(None, &[StartFlaw::UserTypeMissing, StartFlaw::UserIdMissing], None));
    for flaw in StartFlaw::ALL {
        add(out, &format!("login-trouble-{}", flaw.code()), start(None, &[flaw], None));
    }
    for note in Note::ALL {
        add(out, &format!("login-{}", note.code()), start(None, &[], Some(note)));
    }
    passwords(&Frame { path: "/login/password".to_owned(), ..f.clone() }, out);
    codes(&Frame { path: "/login/totp".to_owned(), ..f.clone() }, out);
    add(out, "login-locked", login::locked(&f));
}

fn passwords(f: &Frame, out: &mut Vec<Sample>) {
    let page = |trouble| {
        let data = login::Password {
            user_id: "AMANAH7".to_owned(),
            user_type: UserType::Penyedia,
            form: "form-sample".to_owned(),
            now: at(0),
            ends_at: at(20),
            trouble,
        };
        login::password(f, &data)
    };
    add(out, "login-password", page(None));
    for trouble in
        [PasswordTrouble::Missing, PasswordTrouble::Wrong, PasswordTrouble::Late, PasswordTrouble::Held(at(15))]
    {
        add(out, &format!("login-password-trouble-{}", trouble.code()), page(Some(trouble)));
    }
}

fn codes(f: &Frame, out: &mut Vec<Sample>) {
    for &method in Method::ALL {
        let page = |trouble| {
            let data = login::Code { user_id: "AMANAH7".to_owned(), method, now: at(0), ends_at: at(20), trouble };
            login::code(f, &data)
        };
        let name = format!("login-{}", method.code());
        add(out, &name, page(None));
        add(out, &format!("{name}-closed"), page(Some(CodeTrouble::Closed)));
        for (nth, trouble) in troubles().into_iter().enumerate() {
            add(out, &format!("{name}-trouble-{}-{nth}", trouble.code()), page(Some(trouble)));
        }
    }
}

pub(super) fn activations(f: &Frame, out: &mut Vec<Sample>) {
    let f = Frame { path: "/activate".to_owned(), ..f.clone() };
    let enrol = |phone, trouble, renewed| {
        let secret = SECRET.concat();
        activate::page(
            &f,
            &activate::Data::Enrol(activate::Enrol {
                enrolment: "0198f0bb".to_owned(),
                qr_svg: QR.to_owned(),
                secret_groups: SECRET.iter().map(|group| (*group).to_owned()).collect(),
                uri: format!("otpauth://totp/LPSE%20Kota%20Contoh:AMANAH7?secret={secret}&issuer=LPSE%20Kota%20Contoh"),
                phone,
                user_id: "AMANAH7".to_owned(),
                ends_at: at(20),
                now: at(0),
                trouble,
                renewed,
            }),
        )
    };
    add(out, "activate", enrol(false, None, false));
    add(out, "activate-phone", enrol(true, None, false));
    add(out, "activate-renewed", enrol(true, Some(CodeTrouble::Wrong), true));
    for (nth, trouble) in troubles().into_iter().enumerate() {
        add(out, &format!("activate-trouble-{}-{nth}", trouble.code()), enrol(false, Some(trouble), false));
    }
    add(out, "activate-start", activate::page(&f, &activate::Data::Start));
    add(out, "activate-active", activate::page(&f, &activate::Data::Active { since: at(-3) }));
    for (name, state) in [
        ("possible", LinkState::Possible),
        ("sent", LinkState::Sent),
        ("too-many", LinkState::TooMany(at(15))),
        ("not-possible", LinkState::NotPossible),
    ] {
        let needs = activate::NeedsLink { email_masked: "r•••@g•••.com".to_owned(), state };
        add(out, &format!("activate-link-{name}"), activate::page(&f, &activate::Data::NeedsLink(needs)));
    }
    let codes = (0..10).map(|n| format!("7K2M-9QX{n}")).collect();
    let codes = activate::Codes { user_id: "AMANAH7".to_owned(), at: at(0), codes };
    add(out, "activate-codes", activate::codes(&f, &codes));
}

/// A picture as large as a QR code, with the marks of its corners alone.
const QR: &str = concat!(
    r##"<svg class="qr" role="img" aria-label="QR" viewBox="0 0 53 53" shape-rendering="crispEdges">"##,
    r##"<rect width="53" height="53" fill="#fff"/><path fill="#000" fill-rule="evenodd" d="M4 4h7v7H4zm1 1v5h5V5z"##,
    r##"M6 6h3v3H6zM42 4h7v7h-7zm1 1v5h5V5zM44 6h3v3h-3zM4 42h7v7H4zm1 1v5h5v-5zM6 44h3v3H6z"/></svg>"##
);
