//! Whom the desk may answer by hand: the writer of a mail, where that is one plain address of a person.

use super::account::{ADDRESS_MAX, fold_address};
use super::inbound::{Kind, Mailbox, Message};

/// Why the writer of a mail cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// A machine wrote it (RFC 3834).
    Automatic,
    /// `From` names nobody, several, or what cannot be mailed.
    From,
    /// It comes from ourselves.
    Ourselves,
}

impl NoAnswer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Automatic, Self::From, Self::Ourselves];

    /// The suffix of its message key.
    pub fn code(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::From => "from",
            Self::Ourselves => "ourselves",
        }
    }
}

/// The one address that an answer by hand goes to. `ours` are addresses that we write from or read.
pub fn answerable<'a>(message: &'a Message, kind: Kind, ours: &[&str]) -> Result<&'a str, NoAnswer> {
    if message.automatic.is_some() || matches!(kind, Kind::Automatic | Kind::Bounce) {
        return Err(NoAnswer::Automatic);
    }
    let [Mailbox { address, .. }] = message.from.as_slice() else { return Err(NoAnswer::From) };
    if !is_plain(address) {
        return Err(NoAnswer::From);
    }
    let folded = fold_address(address);
    if ours.iter().any(|own| fold_address(own) == folded) {
        return Err(NoAnswer::Ourselves);
    }
    Ok(address)
}

/// One address in ASCII that stands for nothing else in a header.
fn is_plain(address: &str) -> bool {
    address.len() <= ADDRESS_MAX
        && address.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&b))
        && address.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.contains('@')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::inbound::Automatic;

    fn from(addresses: &[&str]) -> Message {
        let mailbox = |address: &&str| Mailbox { name: String::new(), address: (*address).to_owned() };
        Message { from: addresses.iter().map(mailbox).collect(), ..Message::default() }
    }

    #[test]
    fn one_plain_address_of_a_person_is_answered_and_nobody_else() {
        let ours = ["helpdesk@lpse.example", "no-reply@lpse.example"];
        let ask = |message: &Message, kind| answerable(message, kind, &ours).map(str::to_owned);
        assert_eq!(ask(&from(&["eve@x.example"]), Kind::Request), Ok("eve@x.example".to_owned()));
        for addresses in [
            &[][..],
            &["a@x.example", "b@x.example"],
            &["a@x.example,b@x.example"],
            &["a@b@x.example"],
            &["a\r\nBcc: b@x.example"],
            &["é@x.example"],
            &["a@localhost"],
            &["@x.example"],
            &["<a@x.example>"],
        ] {
            assert_eq!(ask(&from(addresses), Kind::Request), Err(NoAnswer::From), "{addresses:?}");
        }
        assert_eq!(ask(&from(&["Helpdesk@LPSE.example"]), Kind::Request), Err(NoAnswer::Ourselves));
        assert_eq!(ask(&from(&["eve@x.example"]), Kind::Automatic), Err(NoAnswer::Automatic));
        let machine = Message { automatic: Some(Automatic::List), ..from(&["eve@x.example"]) };
        assert_eq!(ask(&machine, Kind::Request), Err(NoAnswer::Automatic));
    }
}
