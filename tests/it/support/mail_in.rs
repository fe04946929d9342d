//! Permissions by mail in tests: what the reader and the judge make of a mail, handed to the action.

use chrono::TimeDelta;
use pulih::actions::inbound::permit::permit;
use pulih::base::random;
use pulih::model::event::MailRef;
use pulih::model::inbound::{Check, Judgement, Mailbox, Message, Reason, Signature, Verdict};
use pulih::model::permission::permits;
use uuid::Uuid;

use super::browser::Page;
use super::house::TestApp;

/// The sentence before which the code stands.
const SENTENCE: &str = " Saya mengizinkan reset TOTP akun ";

impl Page {
    /// The code that the page asks to write in a mail, where it does.
    pub fn permission_code(&self) -> Option<String> {
        let at = self.body.find(SENTENCE)?;
        self.body.get(at - 9..at).map(str::to_owned)
    }
}

impl TestApp {
    /// A mail as its writer means it: from there to the desk alone, with what the sent page fills in, written a minute ago.
    pub fn mail_in(&self, page: &Page, user_id: &str, from: &str) -> Message {
        let mailbox = |address: &str| Mailbox { name: String::new(), address: address.to_owned() };
        let code = page.permission_code().unwrap_or_else(|| panic!("no code at {}: {}", page.path, page.text()));
        Message {
            from: vec![mailbox(from)],
            to: vec![mailbox("helpdesk@lpse.example")],
            subject: format!("{code}{SENTENCE}{user_id}"),
            date: Some(self.app.clock().now() - TimeDelta::minutes(1)),
            message_id: Some(format!("{}@mail.example", random::id())),
            text: format!("Nama:\nUser ID: {user_id}"),
            ..Message::default()
        }
    }

    /// What is found about a mail that its sender's domain has signed.
    pub fn signed(&self, message: &Message) -> Judgement {
        let domain = message.from[0].address.split('@').nth(1).unwrap().to_owned();
        Judgement {
            verdict: Verdict::Verified,
            reasons: vec![Reason::DkimAligned],
            domain: Some(domain.clone()),
            signatures: vec![Signature {
                domain,
                selector: "s1".to_owned(),
                check: Check::Pass,
                detail: String::new(),
                aligned: true,
                covers: ["from", "to", "subject", "date", "message-id"].map(str::to_owned).to_vec(),
                partial: false,
                made: None,
            }],
            spf: None,
            dmarc: None,
            server: None,
            untrusted: Vec::new(),
            answers: Vec::new(),
            at: self.app.clock().now(),
        }
    }

    /// A mail whose bytes are kept.
    pub async fn kept_mail(&self) -> Uuid {
        let id = random::id();
        self.sql(&format!(
            "insert into inbound (id, sha256, bytes, source) values ('{id}', sha256('{id}'::bytea), 100, 'pipe')"
        ))
        .await;
        id
    }

    /// The mail comes in: what the reader does with it. Gives what it permits, if anything.
    pub async fn arrives(&self, message: &Message, judgement: &Judgement) -> Option<MailRef> {
        let mail = self.kept_mail().await;
        let claim = permits(message, judgement, &self.app.config().helpdesk.address, self.app.clock().now());
        permit(&self.app, mail, claim).await.unwrap()
    }

    /// A right mail comes in for the request of that sent page, and permits it.
    pub async fn permitted(&self, page: &Page, user_id: &str, from: &str) {
        let message = self.mail_in(page, user_id, from);
        assert!(self.arrives(&message, &self.signed(&message)).await.is_some(), "{:?}", self.events().await);
    }

    /// Why the last mail permitted nothing.
    pub async fn refused_why(&self) -> String {
        self.value("select body::jsonb -> 'facts' ->> 'why' from event where kind = 'permission.refused' order by id desc limit 1")
            .await
    }
}
