//! Letters as they go out: exact headers whatever the variables hold, and their words as snapshots.

use lettre::address::Envelope;
use mail_parser::MessageParser;
use proptest::prelude::*;

use super::letters::{
    Letter, acknowledged, activate, activated, address_changed, cancelled, checkpoint, codes_failing, codes_renewed,
    disabled, done, hint, link, manual_cancelled, manual_scheduled, password_changed, permitted, portal_claimed, reply,
    scheduled, staff_invite, staff_notice,
};
use super::{ComposeFault, Composed, Heading, House, compose, sample};
use crate::i18n::Lang;
use crate::model::letter::LetterKind;

const HEADERS: [&str; 11] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Message-ID",
    "Date",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
];

/// A second, strict reader of headers (RFC 5322 §2.2): CRLF alone ends a line, all else is printable ASCII.
fn headers(bytes: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(bytes).expect("ASCII");
    let (head, _) = text.split_once("\r\n\r\n").expect("a body");
    let mut out: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        assert!(line.len() <= 998 && line.bytes().all(|b| b == b'\t' || (b' '..=b'~').contains(&b)), "{line:?}");
        if let Some(folded) = line.strip_prefix([' ', '\t']) {
            let (_, value) = out.last_mut().expect("a header to fold");
            value.push(' ');
            value.push_str(folded);
        } else {
            let (name, value) = line.split_once(": ").expect("name and value");
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{name:?}");
            out.push((name.to_owned(), value.to_owned()));
        }
    }
    out
}

/// Whether the wire's rules hold: CRLF only, lines within 998, ASCII.
fn assert_wire(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("ASCII");
    assert!(text.is_ascii() && !text.contains('\0'));
    let rest = text.replace("\r\n", "");
    assert!(!rest.contains(['\r', '\n']), "a bare CR or LF");
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
}

/// One recipient and our headers, by both readers.
fn assert_exact(house: &House, heading: &Heading, made: &Composed) {
    assert_wire(&made.bytes);
    let strict = headers(&made.bytes);
    let names: Vec<&str> = strict.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, HEADERS);
    let value = |name: &str| strict.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    assert!(value("To").ends_with(&heading.to_address) || value("To").ends_with(&format!("<{}>", heading.to_address)));
    assert_eq!(value("Message-ID"), heading.message_id);
    assert!(["auto-generated", "auto-replied"].contains(&value("Auto-Submitted").as_str()));

    let parsed = MessageParser::new().parse(&made.bytes).expect("a mail");
    let only = |address: Option<&mail_parser::Address<'_>>| -> String {
        let all: Vec<String> =
            address.expect("an address").iter().filter_map(|a| a.address().map(str::to_owned)).collect();
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].clone()
    };
    assert_eq!(only(parsed.to()), heading.to_address);
    assert_eq!(only(parsed.from()), house.from_address);
    assert_eq!(only(parsed.reply_to()), house.helpdesk.address);
    assert_eq!(parsed.headers().len(), HEADERS.len());
    assert!(parsed.cc().is_none() && parsed.bcc().is_none());

    let from = house.from_address.parse().ok();
    let to = heading.to_address.parse().expect("an address");
    assert_eq!(made.envelope, Envelope::new(from, vec![to]).expect("an envelope"));
}

/// Puts the same foreign words in every free variable of a letter.
fn poison(letter: &Letter, words: &str) -> Letter {
    let (user_id, reference, place) = (words.to_owned(), words.to_owned(), Some(words.to_owned()));
    match letter.clone() {
        Letter::Link(data) => Letter::Link(link::Data { user_id, reference, ..data }),
        Letter::Done(data) => Letter::Done(done::Data { user_id, reference, ..data }),
        Letter::Scheduled(data) => Letter::Scheduled(scheduled::Data { user_id, reference, ..data }),
        Letter::Cancelled(data) => Letter::Cancelled(cancelled::Data { user_id, reference, ..data }),
        Letter::Hint(data) => Letter::Hint(hint::Data { user_id, reference, ..data }),
        Letter::Activate(data) => Letter::Activate(activate::Data { user_id, portal: place, ..data }),
        Letter::Activated(data) => Letter::Activated(activated::Data { user_id, place, ..data }),
        Letter::Disabled(data) => Letter::Disabled(disabled::Data { user_id, place, ..data }),
        Letter::CodesRenewed(data) => Letter::CodesRenewed(codes_renewed::Data { user_id, place, ..data }),
        Letter::PortalClaimed(data) => Letter::PortalClaimed(portal_claimed::Data { user_id, place, ..data }),
        Letter::PasswordChanged(data) => Letter::PasswordChanged(password_changed::Data { user_id, place, ..data }),
        Letter::CodesFailing(data) => Letter::CodesFailing(codes_failing::Data { user_id, place, ..data }),
        Letter::Reply(data) => Letter::Reply(reply::Data { user_id: Some(user_id), reference, ..data }),
        Letter::Acknowledged(data) => Letter::Acknowledged(acknowledged::Data { reference, ..data }),
        // what it holds is made by this house alone
        Letter::Checkpoint(data) => Letter::Checkpoint(checkpoint::Data { ..data }),
        Letter::StaffInvite(data) => Letter::StaffInvite(staff_invite::Data { username: user_id, ..data }),
        Letter::StaffNotice(data) => Letter::StaffNotice(staff_notice::Data { about: user_id, ..data }),
        Letter::ManualScheduled(data) => Letter::ManualScheduled(manual_scheduled::Data { user_id, reference, ..data }),
        Letter::ManualCancelled(data) => Letter::ManualCancelled(manual_cancelled::Data { user_id, reference, ..data }),
        Letter::Permitted(data) => Letter::Permitted(permitted::Data { user_id, reference, ..data }),
        Letter::AddressChanged(data) => {
            Letter::AddressChanged(address_changed::Data { user_id, address: words.to_owned(), ..data })
        }
    }
}

fn poisoned(words: &str, lang: Lang) -> (House, Heading) {
    let mut house = sample::house();
    house.agency = words.to_owned();
    house.from_name = words.to_owned();
    house.helpdesk.phone = words.to_owned();
    house.helpdesk.hours = words.to_owned();
    let mut heading = sample::heading(lang);
    heading.to_name = words.to_owned();
    heading.answers = Some(words.to_owned());
    (house, heading)
}

const BREAKS: [&str; 9] = ["\r\n", "\n", "\r", "\u{85}", "\0", "\u{2028}", "\u{2029}", "\u{b}", "\r\n\r\n"];

#[test]
fn no_variable_breaks_out_of_its_line() {
    for end in BREAKS {
        for words in [
            format!("Rina{end}Bcc: evil@x.example"),
            format!("{end}.{end}"),
            format!("\"{end}<evil@x.example>,{end} "),
            format!("R\u{e9}na{end}To: evil@x.example{end}"),
        ] {
            for lang in Lang::ALL {
                let (house, heading) = poisoned(&words, lang);
                for (_, letter) in sample::letters() {
                    let made = compose(&house, &heading, &poison(&letter, &words)).expect("composed");
                    assert_exact(&house, &heading, &made);
                }
            }
        }
    }
}

#[test]
fn addresses_ids_and_links_are_refused_rather_than_mended() {
    let letter = &sample::letters()[0].1;
    for end in BREAKS.into_iter().chain([" ", ",", "<", ">", "é"]) {
        let bad = format!("rina@penyedia.example{end}evil@x.example");
        let mut heading = sample::heading(Lang::Id);
        heading.to_address.clone_from(&bad);
        assert!(matches!(compose(&sample::house(), &heading, letter), Err(ComposeFault::Address("To"))), "{end:?}");

        let mut house = sample::house();
        house.from_address.clone_from(&bad);
        let heading = sample::heading(Lang::Id);
        assert!(matches!(compose(&house, &heading, letter), Err(ComposeFault::Address("From"))));
        house = sample::house();
        house.helpdesk.address.clone_from(&bad);
        assert!(matches!(compose(&house, &heading, letter), Err(ComposeFault::Address("Reply-To"))));

        let mut heading = sample::heading(Lang::Id);
        heading.message_id = format!("<a{end}@b@c>");
        assert!(matches!(compose(&sample::house(), &heading, letter), Err(ComposeFault::MessageId)));

        let Letter::Link(data) = letter.clone() else { panic!("the first sample is the link") };
        let url = format!("https://reset.lpse.example/r/a{}b", if end == "," { "\"" } else { end });
        let broken = Letter::Link(link::Data { reset_url: url, ..data });
        let made = compose(&sample::house(), &sample::heading(Lang::Id), &broken);
        assert!(matches!(made, Err(ComposeFault::Link)), "{end:?}");
    }
}

#[test]
fn an_answer_names_the_mail_it_answers_where_that_has_a_name() {
    let made = |answers: &str, letter: &Letter| {
        let heading = Heading { answers: Some(answers.to_owned()), ..sample::heading(Lang::Id) };
        headers(&compose(&sample::house(), &heading, letter).expect("composed").bytes)
    };
    let value = |headers: &[(String, String)], name: &str| {
        headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    };
    let letters = sample::letters();
    let of =
        |kind| letters.iter().find(|(_, letter)| letter.kind() == kind).map(|(_, letter)| letter).expect("a sample");
    let reply = made("a.1@amanah.example", of(LetterKind::Reply));
    assert_eq!(value(&reply, "In-Reply-To").as_deref(), Some("<a.1@amanah.example>"));
    assert_eq!(value(&reply, "References").as_deref(), Some("<a.1@amanah.example>"));
    assert_eq!(value(&reply, "Auto-Submitted").as_deref(), Some("auto-generated"));
    let acknowledged = made("a.1@amanah.example", of(LetterKind::Acknowledged));
    assert_eq!(value(&acknowledged, "Auto-Submitted").as_deref(), Some("auto-replied"));
    for no_name in ["", "@", "a b@x", "a@b@c", "é@x", "a@x>\r\nBcc: eve@x.example", &format!("{}@x", "a".repeat(250))]
    {
        assert_eq!(value(&made(no_name, of(LetterKind::Reply)), "In-Reply-To"), None, "{no_name}");
    }
}

#[test]
fn links_lead_to_this_house_alone() {
    let Letter::Link(data) = sample::letters()[0].1.clone() else { panic!("the first sample is the link") };
    for url in ["https://evil.example/r/a", "https://reset.lpse.example.evil.example/r/a", "/r/a", ""] {
        let letter = Letter::Link(link::Data { not_me_url: url.to_owned(), ..data.clone() });
        let made = compose(&sample::house(), &sample::heading(Lang::Id), &letter);
        assert!(matches!(made, Err(ComposeFault::Link)), "{url}");
        for (name, letter) in sample::letters() {
            let activate_url = url.to_owned();
            let letter = match letter {
                Letter::Activate(data) => Letter::Activate(activate::Data { activate_url, ..data }),
                Letter::Done(data) => Letter::Done(done::Data { activate_url: Some(activate_url), ..data }),
                _ => continue,
            };
            let made = compose(&sample::house(), &sample::heading(Lang::Id), &letter);
            assert!(matches!(made, Err(ComposeFault::Link)), "{name}: {url}");
        }
    }
}

#[test]
fn every_kind_has_a_sample() {
    let letters = sample::letters();
    for &kind in LetterKind::ALL {
        assert!(letters.iter().any(|(_, letter)| letter.kind() == kind), "{}", kind.code());
    }
}

#[test]
fn letters_read_as_they_should() {
    for (name, letter) in sample::letters() {
        for lang in Lang::ALL {
            let made = compose(&sample::house(), &sample::heading(lang), &letter).expect("composed");
            assert_exact(&sample::house(), &sample::heading(lang), &made);
            let parsed = MessageParser::new().parse(&made.bytes).expect("a mail");
            let text = parsed.body_text(0).expect("text").replace("\r\n", "\n");
            let html = parsed.body_html(0).expect("html").replace("\r\n", "\n");
            assert!(html.len() <= 20 * 1024, "{} bytes", html.len());
            assert_plain(&text, &letter);
            assert_html(&html, &letter, lang);
            let head: Vec<String> = headers(&made.bytes).iter().map(|(n, v)| format!("{n}: {v}")).collect();
            insta::assert_snapshot!(format!("{name}.{}.text", lang.code()), format!("{}\n\n{text}", head.join("\n")));
            // the page's frame is the same for all; one of each kind shows it whole
            insta::assert_snapshot!(format!("{name}.{}.html", lang.code()), html.replace("><", ">\n<"));
        }
    }
}

/// Lines within 78 columns unless they are a link or a signature, every link whole, and nothing that looks like a code.
fn assert_plain(text: &str, letter: &Letter) {
    let (links, words): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("https://") || line.starts_with("\u{2014} "));
    assert!(words.iter().all(|line| line.chars().count() <= 78), "{text}");
    assert!(letter.links().iter().all(|link| links.contains(link)), "{text}");
    assert!(!looks_like_a_code(&words.join("\n")), "{text}");
    assert!(!text.contains("Unknown localization"), "{text}");
}

fn assert_html(html: &str, letter: &Letter, lang: Lang) {
    assert!(html.contains(&format!("<html lang=\"{}\">", lang.code())));
    for never in
        ["<img", "<script", "<link", "url(", "http://", "#fff\"", "#fff;", "#ffffff", "#000", "Unknown localization"]
    {
        assert!(!html.contains(never), "{never}");
    }
    for link in letter.links() {
        // as an address and as words of its own
        assert!(html.contains(&format!("href=\"{link}\"")) && html.contains(&format!(">{link}<")), "{link}");
    }
}

/// Six digits in a row, perhaps with one gap in the middle.
fn looks_like_a_code(words: &str) -> bool {
    words.split(|c: char| !c.is_ascii_digit() && c != ' ').any(|run| {
        let groups: Vec<&str> = run.split_whitespace().collect();
        groups.iter().any(|g| (6..=8).contains(&g.len()))
            || groups.windows(2).any(|w| w[0].len() == 3 && w[1].len() == 3)
    })
}

#[test]
fn a_letter_is_the_same_at_every_attempt() {
    for (_, letter) in sample::letters() {
        let make = || compose(&sample::house(), &sample::heading(Lang::Id), &letter).expect("composed").bytes;
        assert_eq!(make(), make());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_name_is_carried_on_one_line(name in any::<String>(), pad in 0usize..200) {
        let words = format!("{name}{}", "é".repeat(pad));
        let (house, heading) = poisoned(&words, Lang::Id);
        for (_, letter) in sample::letters().into_iter().take(2) {
            let made = compose(&house, &heading, &poison(&letter, &words)).expect("composed");
            assert_exact(&house, &heading, &made);
        }
    }

    #[test]
    fn a_good_name_arrives_as_written(name in "[A-Za-z0-9 .,'&()@:;\"\\\\-]{1,78}") {
        let mut heading = sample::heading(Lang::Id);
        heading.to_name = name;
        let made = compose(&sample::house(), &heading, &sample::letters()[0].1).expect("composed");
        let parsed = MessageParser::new().parse(&made.bytes).expect("a mail");
        let seen = parsed.to().and_then(|a| a.first()).and_then(|a| a.name()).unwrap_or_default();
        let one_line = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(one_line(seen), one_line(&heading.to_name));
    }
}
