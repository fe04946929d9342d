//! A caught mail as people read it, and as an entry of `/demo/mailbox.json`.

use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use serde::Serialize;
use uuid::Uuid;

use super::catcher::Caught;

/// A mail, decoded.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Its id in the catcher.
    pub id: Uuid,
    /// The envelope's recipients, parted by commas.
    pub to: String,
    /// The envelope's sender.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Everything as it came; what is no UTF-8 is shown as replacement characters.
    pub raw: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// Decodes a mail. What cannot be read stays empty.
pub fn read(caught: &Caught) -> Message {
    let parsed = MessageParser::new().parse(&caught.raw);
    let part =
        |body: Option<std::borrow::Cow<'_, str>>| body.map(|words| words.replace("\r\n", "\n")).unwrap_or_default();
    Message {
        id: caught.id,
        to: caught.envelope_to.join(", "),
        from: caught.envelope_from.clone(),
        subject: parsed.as_ref().and_then(|m| m.subject()).unwrap_or_default().to_owned(),
        text: part(parsed.as_ref().and_then(|m| m.body_text(0))),
        html: part(parsed.as_ref().and_then(|m| m.body_html(0))),
        raw: String::from_utf8_lossy(&caught.raw).into_owned(),
        received_at: caught.received_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_decoded() {
        let raw = "From: a@x\r\nTo: b@x\r\nSubject: =?utf-8?q?Ya=2C_=E2=80=A2?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n\
            --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            https://x.example/r=\r\n/abc =E2=80=A2\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
            <p>hi</p>\r\n--b--\r\n";
        let caught = Caught {
            id: Uuid::from_u128(1),
            envelope_from: "a@x".to_owned(),
            envelope_to: vec!["b@x".to_owned()],
            raw: raw.as_bytes().to_vec(),
            received_at: DateTime::UNIX_EPOCH,
        };
        let message = read(&caught);
        assert_eq!(message.subject, "Ya, •");
        assert!(message.text.starts_with("https://x.example/r/abc •"), "{}", message.text);
        assert!(message.html.contains("<p>hi</p>"));
        let json = serde_json::to_value(&message).unwrap();
        for key in ["id", "to", "from", "subject", "text", "html", "raw", "received_at"] {
            assert!(json[key].is_string(), "{key}");
        }
    }

    #[test]
    fn rubbish_is_shown_as_it_is() {
        let caught = Caught {
            id: Uuid::nil(),
            envelope_from: String::new(),
            envelope_to: Vec::new(),
            raw: vec![0, 255, b'\n'],
            received_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(read(&caught).subject, "");
    }
}
