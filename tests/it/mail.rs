//! The sender against a scripted relay: each answer its class, others not held up, nothing bare on the wire.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use pulih::base::clock;
use pulih::config::{MailTls, Smtp};
use pulih::i18n::Lang;
use pulih::mail::sender::SendClass;
use pulih::mail::{Composed, Sender, compose, sample};

use crate::support::sink::{Act, Offer, Rule, Sink, Stage};

fn smtp(sink: &Sink, tls: MailTls) -> Smtp {
    Smtp { host: "127.0.0.1".to_owned(), port: sink.port(), tls, timeout_seconds: 2, connections: 8, ..Smtp::default() }
}

fn plain(sink: &Sink) -> Sender {
    Sender::new(&smtp(sink, MailTls::None)).expect("a sender")
}

/// A sender that trusts the sink's authority.
fn trusting(sink: &Sink, tls: MailTls) -> Sender {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(sink.ca_pem().as_bytes()).expect("written");
    Sender::new(&Smtp { ca: Some(file.path().to_owned()), ..smtp(sink, tls) }).expect("a sender")
}

fn letter(to: &str) -> Composed {
    let mut heading = sample::heading(Lang::Id);
    to.clone_into(&mut heading.to_address);
    compose(&sample::house(), &heading, &sample::letters()[0].1).expect("composed")
}

const RINA: &str = "rina@penyedia.example";
const BUDI: &str = "budi@penyedia.example";

#[tokio::test]
async fn letters_of_every_kind_arrive_as_composed() {
    let sink = Sink::start().await;
    let sender = plain(&sink);
    for (name, kind) in sample::letters() {
        for lang in Lang::ALL {
            let heading = sample::heading(lang);
            let made = compose(&sample::house(), &heading, &kind).expect("composed");
            let taken = sender.send(&made).await.expect(&name);
            assert_eq!((taken.code, taken.text.as_str()), (250, "2.0.0 taken"));
            let mail = sink.mails().pop().expect("a mail");
            assert_eq!((mail.from.as_str(), mail.to), ("no-reply@lpse.example", vec![RINA.to_owned()]));
            // the transport ends the body with one more line end
            assert_eq!(mail.raw.strip_suffix(b"\r\n"), Some(made.bytes.as_slice()), "{name}");
        }
    }
    assert_eq!(sink.connections(), 1);
    sender.close().await;
    assert_eq!(sink.quits(), 1);
    assert_eq!(sender.send(&letter(RINA)).await.expect_err("closed").class, SendClass::Temporary);
    assert_eq!(sink.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn each_answer_has_its_class_at_each_stage() {
    use SendClass::{Permanent, Temporary};
    let table = [
        (Stage::Connect, 421, Temporary),
        (Stage::Connect, 554, Temporary),
        (Stage::Ehlo, 550, Temporary),
        (Stage::Mail, 421, Temporary),
        (Stage::Mail, 452, Temporary),
        (Stage::Mail, 530, Temporary),
        (Stage::Mail, 552, Permanent),
        (Stage::Rcpt, 450, Temporary),
        (Stage::Rcpt, 550, Permanent),
        (Stage::Data, 451, Temporary),
        (Stage::Data, 554, Permanent),
        (Stage::Dot, 421, Temporary),
        (Stage::Dot, 451, Temporary),
        (Stage::Dot, 552, Permanent),
    ];
    for (stage, code, class) in table {
        let sink = Sink::start().await;
        sink.script(Rule::at(stage).answer(code, "5.7.1 not\twith \u{1b}[31mus").once());
        let sender = plain(&sink);
        let fault = sender.send(&letter(RINA)).await.expect_err("refused");
        assert_eq!((fault.class, fault.code), (class, Some(code)), "{stage:?} {code}: {}", fault.text);
        assert_eq!(fault.text, "5.7.1 not with [31mus", "{stage:?}");
        // the next letter goes through, refused ones leave the connection in order
        sender.send(&letter(BUDI)).await.expect("taken");
        assert_eq!(sink.mails().len(), 1, "{stage:?} {code}");
        assert_eq!(sink.faults(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_broken_off_talk_is_tried_again_with_patience() {
    for (stage, class) in [
        (Stage::Connect, SendClass::Unreachable),
        (Stage::Ehlo, SendClass::Unreachable),
        (Stage::Mail, SendClass::Temporary),
        (Stage::Data, SendClass::Temporary),
        (Stage::Dot, SendClass::Temporary),
    ] {
        let sink = Sink::start().await;
        sink.script(Rule::at(stage).close().once());
        let sender = plain(&sink);
        let fault = sender.send(&letter(RINA)).await.expect_err("broken off");
        assert_eq!((fault.class, fault.code), (class, None), "{stage:?}: {}", fault.text);
        sender.send(&letter(RINA)).await.expect("taken");
    }
}

#[tokio::test]
async fn a_silent_relay_is_given_up_and_its_connection_with_it() {
    let sink = Sink::start().await;
    let sender = Sender::new(&Smtp { timeout_seconds: 1, ..smtp(&sink, MailTls::None) }).expect("a sender");
    for (stage, class) in [(Stage::Connect, SendClass::Unreachable), (Stage::Dot, SendClass::Temporary)] {
        sink.script(Rule::at(stage).act(Act::Hang).once());
        assert_eq!(sender.send(&letter(RINA)).await.expect_err("silent").class, class);
    }
    sender.send(&letter(BUDI)).await.expect("taken");
    assert_eq!(sink.mails().len(), 1);
    assert_eq!(sink.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn a_slow_recipient_holds_up_nobody_else() {
    let sink = Sink::start().await;
    sink.script(Rule::at(Stage::Rcpt).act(Act::Drip(Duration::from_millis(300))).to(RINA));
    let sender = Arc::new(plain(&sink));
    let slow = tokio::spawn({
        let sender = Arc::clone(&sender);
        async move { sender.send(&letter(RINA)).await }
    });
    let begin = clock::instant();
    for _ in 0..20 {
        sender.send(&letter(BUDI)).await.expect("taken");
    }
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert_eq!(slow.await.expect("ended").expect_err("too slow").class, SendClass::Temporary);
    assert_eq!(sink.mails_to(BUDI).len(), 20);
}

#[tokio::test]
async fn no_more_connections_than_configured_and_few_for_many() {
    let sink = Sink::start().await;
    let sender = plain(&sink);
    let made = letter(RINA);
    let sent = futures_util::future::join_all((0..100).map(|_| sender.send(&made))).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(sink.mails().len(), 100);
    assert!(sink.most_open() <= 8 && sink.connections() <= 8, "{} of {}", sink.most_open(), sink.connections());
}

#[tokio::test]
async fn an_absent_relay_is_unreachable_until_it_is_back() {
    let sink = Sink::start().await;
    let sender = plain(&sink);
    sender.send(&letter(RINA)).await.expect("taken");
    sink.stop().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(sender.send(&letter(RINA)).await.expect_err("away").class, SendClass::Unreachable);
    assert_eq!(sender.probe().await.expect_err("away").class, SendClass::Unreachable);
    sink.resume().await;
    sender.send(&letter(RINA)).await.expect("taken");
    sender.probe().await.expect("well");
    assert_eq!(sink.mails().len(), 2);
}

#[tokio::test]
async fn tls_is_used_where_it_is_asked() {
    for (offer, tls) in [(Offer::starttls(), MailTls::Starttls), (Offer::implicit(), MailTls::Implicit)] {
        let sink = Sink::offering(offer).await;
        let sender = trusting(&sink, tls);
        sender.probe().await.expect("well");
        sender.send(&letter(RINA)).await.expect("taken");
        assert!(sink.mails()[0].tls);
        assert_eq!(sink.faults(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn without_trustworthy_tls_nothing_is_sent() {
    let stripped = Sink::offering(Offer::plain()).await;
    let refused = Sink::offering(Offer::starttls()).await;
    refused.script(Rule::at(Stage::Starttls).answer(454, "4.7.0 not now"));
    let wrong = Sink::offering(Offer::wrong_name()).await;
    let unknown = Sink::offering(Offer::starttls()).await;
    let no_tls = Sink::start().await;
    let cases = [
        ("stripped", Sender::new(&smtp(&stripped, MailTls::Starttls)).expect("a sender"), &stripped),
        ("refused", trusting(&refused, MailTls::Starttls), &refused),
        ("wrong name", trusting(&wrong, MailTls::Starttls), &wrong),
        ("unknown authority", Sender::new(&smtp(&unknown, MailTls::Starttls)).expect("a sender"), &unknown),
        ("plain where TLS was asked", Sender::new(&smtp(&no_tls, MailTls::Implicit)).expect("a sender"), &no_tls),
    ];
    for (name, sender, sink) in cases {
        let fault = sender.send(&letter(RINA)).await.expect_err(name);
        assert_eq!(fault.class, SendClass::Tls, "{name}: {}", fault.text);
        assert_eq!(sender.probe().await.expect_err(name).class, SendClass::Tls, "{name}");
        assert!(sink.mails().is_empty() && sink.unanswered().is_empty(), "{name}");
    }
}
