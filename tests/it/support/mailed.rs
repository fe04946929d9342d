//! Mail that was read and judged, as the desk finds it: kept by the house's own keys, read by its own reader.

use data_encoding::HEXLOWER;
use pulih::base::keyring::Purpose;
use pulih::base::{crockford, random, seal};
use pulih::i18n::Lang;
use pulih::inbound::read;
use pulih::model::account::fold_address;
use pulih::model::event::{Actor, Event, Inbound, MailRef};
use pulih::model::inbound::{Box, Judgement, Kind, Message, Reason, Verdict};
use pulih::model::letter::LetterKind;
use pulih::store::inbound::desk::change::{NewRequest, file_request};
use pulih::store::inbound::desk::letters;
use pulih::store::letter::Post;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::house::TestApp;

/// A mail that comes in.
#[derive(Clone, Debug)]
pub struct Mailed {
    /// Every byte.
    pub raw: Vec<u8>,
    /// What it proves.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub place: Box,
    /// User IDs of accounts it may be about, with what matched.
    pub matches: Vec<(&'static str, &'static str)>,
    /// User ID of the account that is certain.
    pub certain: Option<&'static str>,
    /// Whether it is acknowledged where that may be.
    pub acknowledged: bool,
}

impl Mailed {
    /// A mail from that address, with these headers besides and that text; its proof is to be checked.
    pub fn of(from: &str, headers: &str, text: &str) -> Self {
        let id = random::id().simple();
        let raw = format!(
            "From: {from}\r\nTo: helpdesk@lpse.example\r\nDate: Sat, 21 Nov 2026 14:05:00 +0700\r\n\
             Message-ID: <{id}@penyedia.example>\r\n{headers}\r\n{text}\r\n"
        );
        Self {
            raw: raw.into_bytes(),
            verdict: Verdict::Check,
            reasons: vec![Reason::SpfOnly],
            kind: Kind::Request,
            place: Box::Queue,
            matches: Vec::new(),
            certain: None,
            acknowledged: false,
        }
    }

    /// A request of Rina's address for a reset, which names her User ID.
    pub fn rina() -> Self {
        let mail = Self::of(
            "Rina Wijaya <rina@amanah.example>",
            "Subject: Mohon reset TOTP\r\n",
            "HP saya hilang.\r\nUser ID: AMANAH7\r\n\r\n> kutipan lama",
        );
        Self { matches: vec![("AMANAH7", "address"), ("AMANAH7", "user-id")], ..mail }
    }

    /// The same, its domain proven.
    pub fn verified() -> Self {
        let reasons = vec![Reason::DkimAligned];
        Self { verdict: Verdict::Verified, reasons, certain: Some("AMANAH7"), ..Self::rina() }
    }
}

fn judgement(mail: &Mailed) -> Judgement {
    Judgement {
        verdict: mail.verdict,
        reasons: mail.reasons.clone(),
        domain: Some("amanah.example".to_owned()),
        signatures: Vec::new(),
        spf: None,
        dmarc: None,
        server: None,
        untrusted: vec!["mx.evil.example; dkim=pass".to_owned()],
        answers: Vec::new(),
        at: chrono::DateTime::from_timestamp(1_795_244_700, 0).unwrap(),
    }
}

impl TestApp {
    /// A mail comes in, is read and judged so, and filed by the clerk.
    pub async fn mailed(&self, mail: &Mailed) -> Uuid {
        let id = random::id();
        let sealed = |bytes: &[u8]| seal::seal(self.app.keys().of(Purpose::Seal), id, bytes).unwrap();
        let now = self.app.clock().now();
        let message: Message = read::read(&mail.raw, now).unwrap_or_else(|park| panic!("parked: {}", park.code()));
        let from = message.from.first().map(|mailbox| mailbox.address.clone()).unwrap_or_default();
        let text = |text: &str| format!("convert_from('\\x{}', 'utf8')", HEXLOWER.encode(text.as_bytes()));
        self.sql(&format!(
            "insert into inbound (id, sha256, bytes, sealed_raw, source, stage, kind, place, sealed_message, message_id,
                from_address, from_folded, subject, verdict, judgement, read_at)
            values ('{id}', '\\x{}', {}, '\\x{}', 'pipe', 'read', '{}', '{}', '\\x{}', {}, {}, {}, {}, '{}', {}::jsonb, pulih.now())",
            HEXLOWER.encode(&Sha256::digest(&mail.raw)),
            mail.raw.len(),
            HEXLOWER.encode(&sealed(&mail.raw)),
            mail.kind.code(),
            mail.place.code(),
            HEXLOWER.encode(&sealed(&serde_json::to_vec(&message).unwrap())),
            message.message_id.as_deref().map_or("null".to_owned(), text),
            text(&from),
            text(&fold_address(&from)),
            text(&message.subject.replace('\0', "")),
            mail.verdict.code(),
            text(&serde_json::to_string(&judgement(mail)).unwrap()),
        ))
        .await;
        for (user_id, how) in &mail.matches {
            let account = self.account(user_id).await;
            self.sql(&format!("insert into inbound_match values ('{id}', '{account}', '{how}')")).await;
        }
        self.read_as(id, mail, &from, &message).await;
        self.settle().await;
        id
    }

    /// What the reader does in its one transaction.
    async fn read_as(&self, id: Uuid, mail: &Mailed, from: &str, message: &Message) {
        let certain = match mail.certain {
            Some(user_id) => Some(self.account(user_id).await),
            None => None,
        };
        let sender =
            format!("select account_id from address where folded = '{}' and position = 1", from.replace('\'', ""));
        let sender = self.ids(&sender).await.first().copied();
        let reference = crockford::reference().unwrap();
        let request = (mail.kind == Kind::Request && mail.place == Box::Queue).then(random::id);
        self.app
            .transact(Actor::Worker("reader"), async |tx| {
                let mut posted = 0;
                if let Some(request) = request {
                    let new = NewRequest {
                        id: request,
                        reference: &reference,
                        mail: id,
                        address: from,
                        language: Lang::Id,
                        account: certain,
                    };
                    file_request(tx, &new).await?;
                    if let Some(account) = sender.filter(|_| mail.acknowledged && message.automatic.is_none()) {
                        let letter = self.app.letter(account, LetterKind::Acknowledged, Lang::Id);
                        let post = Post { request: Some(request), inbound: Some(id), ..letter };
                        posted = letters::acknowledge(tx, &post).await?;
                    }
                }
                let event = Inbound::Read {
                    of: MailRef { mail: id, request, case: None, account: certain },
                    kind: mail.kind,
                    place: mail.place,
                    verdict: mail.verdict,
                    reasons: mail.reasons.clone(),
                    automatic: message.automatic,
                    matches: mail.matches.len(),
                    letters: posted,
                    from: from.to_owned(),
                    subject: message.subject.clone(),
                };
                Ok(pulih::app::Outcome::Done((), Event::Inbound(event)))
            })
            .await
            .unwrap();
    }

    /// The account of a User ID.
    pub async fn account(&self, user_id: &str) -> Uuid {
        self.id(&format!("select id from account where user_id = '{user_id}'")).await
    }

    /// The case a mail stands in.
    pub async fn case_of(&self, mail: Uuid) -> Uuid {
        let query = format!(
            "select coalesce(r.case_id, i.case_id) from inbound i left join request r on r.id = i.request_id where i.id = '{mail}'"
        );
        self.id(&query).await
    }

    /// A column of the request that a mail began.
    pub async fn of_mailed(&self, mail: Uuid, column: &str) -> String {
        let query = format!(
            "select r.{column}::text from inbound i join request r on r.id = i.request_id where i.id = '{mail}'"
        );
        self.value(&query).await
    }

    /// Where a mail stands.
    pub async fn place_of(&self, mail: Uuid) -> String {
        self.value(&format!("select place from inbound where id = '{mail}'")).await
    }

    /// How often an event of that kind is in the log.
    pub async fn told(&self, kind: &str) -> usize {
        self.events().await.iter().filter(|event| *event == kind).count()
    }
}
