//! A mail that came in: how it came, what it says, what it proves and where it goes.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::words::{kept_words, words};

words! {
    /// By which way a mail came.
    Source {
        /// From a mailbox, by IMAP.
        Imap = "imap",
        /// On standard input, from an MTA.
        Pipe = "pipe",
    }
}

words! {
    /// How far we are with a mail.
    Stage {
        /// Its bytes are kept; nobody has read them.
        Taken = "taken",
        /// Read and judged.
        Read = "read",
        /// Set aside: it cannot be read.
        Parked = "parked",
    }
}

words! {
    /// Why a mail was set aside.
    Park {
        /// More bytes than we read.
        TooLarge = "too-large",
        /// More header lines than we read.
        TooManyHeaders = "too-many-headers",
        /// More parts, or deeper nested ones, than we read.
        TooManyParts = "too-many-parts",
        /// It has no header, or nothing in it is a message.
        NoMessage = "no-message",
        /// Reading it took too long, or ended the reader.
        TooCostly = "too-costly",
    }
}

words! {
    /// What a mail is.
    Kind {
        /// Somebody writes to the desk.
        Request = "request",
        /// An answer within a thread of ours, by somebody who belongs to it.
        Reply = "reply",
        /// A delivery report about a letter of ours (RFC 3464).
        Bounce = "bounce",
        /// A machine wrote it (RFC 3834): nobody is answered.
        Automatic = "automatic",
        /// A permission by mail for a reset that waits for it.
        Permission = "permission",
    }
}

words! {
    /// Where the desk finds a mail.
    Box {
        /// In a case of the queue.
        Queue = "queue",
        /// Set apart until somebody looks: forged, automatic without a thread, unmatched reports.
        Quarantine = "quarantine",
        /// Somebody said that it is no request.
        Spam = "spam",
        /// Worked off by itself: a bounce that was matched, a permission that was taken.
        Done = "done",
    }
}

kept_words! {
    /// What a mail proves of its sender.
    Verdict {
        /// *Domain terverifikasi*: an aligned DKIM signature proves the domain of a registered address, not the person.
        Verified = "verified",
        /// *Perlu diperiksa*: the proof is weak, or something is odd.
        Check = "check",
        /// *Gagal*: it claims what is not so.
        Failed = "failed",
        /// *Tidak dapat dinilai*: nothing was signed and nothing could be asked.
        Unknown = "unknown",
    }
}

kept_words! {
    /// Why a verdict is what it is; its words are `mail-reason-<code>`.
    Reason {
        /// A signature of the sender's own domain holds.
        DkimAligned = "dkim-aligned",
        /// The sending server is the domain's (SPF), and nothing more proves it.
        SpfOnly = "spf-only",
        /// A trusted server of ours checked it.
        ByServer = "by-server",
        /// Nothing is signed.
        DkimNone = "dkim-none",
        /// A signature does not hold.
        DkimBroken = "dkim-broken",
        /// A signature holds, of another domain.
        DkimUnaligned = "dkim-unaligned",
        /// A signature ran out, or is dated in the future.
        DkimTime = "dkim-time",
        /// The signing key is too weak, or of a kind no longer trusted.
        DkimWeak = "dkim-weak",
        /// The domain says that its mails look otherwise (DMARC).
        DmarcFailed = "dmarc-failed",
        /// The domain says that this server does not send for it (SPF).
        SpfFailed = "spf-failed",
        /// The name servers did not answer in time.
        DnsSilent = "dns-silent",
        /// The address is registered for nobody.
        NotRegistered = "not-registered",
        /// No `From`, or none that can be read.
        FromMissing = "from-missing",
        /// Several `From`, or several addresses in it.
        FromSeveral = "from-several",
        /// A header that may stand once stands more often.
        HeaderTwice = "header-twice",
        /// `Reply-To` names another address.
        ReplyToDiffers = "reply-to-differs",
        /// `Sender` names another address.
        SenderDiffers = "sender-differs",
        /// The display name holds an address.
        AddressInName = "address-in-name",
        /// The address looks like a registered one and is another.
        LookAlike = "look-alike",
        /// The signature covers only the beginning (`l=`).
        DkimLength = "dkim-length",
        /// The signature does not cover `From`.
        FromUnsigned = "from-unsigned",
        /// The signature does not cover `Subject`.
        SubjectUnsigned = "subject-unsigned",
        /// The signature does not cover `Date` or `To`.
        HeadersUnsigned = "headers-unsigned",
        /// Line ends that servers read differently.
        BareLineEnds = "bare-line-ends",
        /// Control characters in a header.
        HeaderControls = "header-controls",
        /// Written more than three days before it came.
        Old = "old",
        /// No date, or one in the future.
        DateOdd = "date-odd",
    }
}

impl Reason {
    /// Whether the mail is made to mislead, or cannot be trusted to say the same to everybody: no proof helps it.
    pub fn is_deceit(self) -> bool {
        matches!(
            self,
            Self::FromMissing
                | Self::FromSeveral
                | Self::HeaderTwice
                | Self::LookAlike
                | Self::BareLineEnds
                | Self::HeaderControls
                | Self::DmarcFailed
        )
    }
}

kept_words! {
    /// How one check ended (RFC 8601 §2.7).
    Check {
        /// It holds.
        Pass = "pass",
        /// It does not.
        Fail = "fail",
        /// The domain does not vouch for it (SPF).
        SoftFail = "softfail",
        /// The domain says nothing about it.
        Neutral = "neutral",
        /// There is nothing to check.
        None = "none",
        /// It could not be asked now.
        TempError = "temperror",
        /// It cannot be understood.
        PermError = "permerror",
    }
}

kept_words! {
    /// Whose machine wrote a mail (RFC 3834), and why nobody is answered.
    Automatic {
        /// `Auto-Submitted` other than `no`.
        AutoSubmitted = "auto-submitted",
        /// No envelope sender.
        NullSender = "null-sender",
        /// `Precedence: bulk`, `list` or `junk`.
        Precedence = "precedence",
        /// A list (`List-Id` and its kin).
        List = "list",
        /// Another header of autoresponders.
        Responder = "responder",
        /// Sent by a mailer-daemon, a no-reply address or ourselves.
        Machine = "machine",
        /// It went through too many hands.
        Hops = "hops",
    }
}

/// How a mail reached us, where the way tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The client that handed it to our MTA.
    pub client: Option<IpAddr>,
    /// What it said in HELO or EHLO.
    pub helo: Option<String>,
    /// The envelope sender; an empty one is the null sender.
    pub sender: Option<String>,
    /// The envelope recipient, where the MTA tells it.
    pub recipient: Option<String>,
}

/// An address with the name before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name, decoded; empty where there is none.
    pub name: String,
    /// The address as written, decoded.
    pub address: String,
}

/// What a mail says, read within limits. Everything in it is foreign: only views that escape may show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Every address of every `From`.
    pub from: Vec<Mailbox>,
    /// `Sender`.
    pub sender: Vec<Mailbox>,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// `Return-Path`, as the delivering server wrote it; an empty one is the null sender.
    pub return_path: Option<String>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Subject`, decoded.
    pub subject: String,
    /// `Date`.
    pub date: Option<DateTime<Utc>>,
    /// `Message-ID` without its angle brackets.
    pub message_id: Option<String>,
    /// `In-Reply-To` and `References`, oldest first, without angle brackets.
    pub answers: Vec<String>,
    /// The text, from `text/plain` or out of the HTML, line ends `\n`.
    pub text: String,
    /// Whether the text was cut.
    pub cut: bool,
    /// The HTML part, sanitised: no script, no style, no image, no address it would load from or lead to.
    pub html: Option<String>,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// Why nobody is answered by a machine of ours.
    pub automatic: Option<Automatic>,
    /// `Authentication-Results`, topmost first, unfolded.
    pub results: Vec<String>,
    /// What is odd about its form, before anything is proved.
    pub oddities: Vec<Reason>,
}

/// A file that hangs on a mail; its bytes stay within the raw mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name, cleaned.
    pub name: String,
    /// What it says it is.
    pub media_type: String,
    /// Decoded bytes.
    pub bytes: u64,
    /// SHA-256 of the decoded bytes, in hex.
    pub sha256: String,
}

/// What was found about who sent a mail, and by which answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The outcome.
    pub verdict: Verdict,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
    /// The domain of `From`, as an A-label.
    pub domain: Option<String>,
    /// Each DKIM signature.
    pub signatures: Vec<Signature>,
    /// SPF of the envelope sender or HELO.
    pub spf: Option<Spf>,
    /// The domain's DMARC policy and how it ended.
    pub dmarc: Option<Dmarc>,
    /// The trusted server whose results were taken; ours where none.
    pub server: Option<String>,
    /// Results of servers that are not trusted.
    pub untrusted: Vec<String>,
    /// What the name servers answered.
    pub answers: Vec<Answer>,
    /// When.
    pub at: DateTime<Utc>,
}

/// One DKIM signature (RFC 6376).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// `d=`.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// How its check ended.
    pub check: Check,
    /// More of it, in the library's words.
    pub detail: String,
    /// Whether its domain is that of `From`, as DMARC reads it.
    pub aligned: bool,
    /// The headers it covers, lower case, as often as it names them.
    pub covers: Vec<String>,
    /// Whether it covers a part of the body only (`l=`).
    pub partial: bool,
    /// When it was made (`t=`).
    pub made: Option<DateTime<Utc>>,
}

impl Signature {
    /// Whether it proves these headers and the whole body for the sender's own domain.
    pub fn proves(&self, headers: &[&str]) -> bool {
        self.check == Check::Pass
            && self.aligned
            && !self.partial
            && headers.iter().all(|header| self.covers.iter().any(|covered| covered == header))
    }
}

/// How SPF ended (RFC 7208).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spf {
    /// The domain that was asked.
    pub domain: String,
    /// How it ended.
    pub check: Check,
    /// Whether that domain is that of `From`.
    pub aligned: bool,
}

/// How DMARC ended (RFC 7489).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dmarc {
    /// The domain whose policy it is.
    pub domain: String,
    /// `none`, `quarantine` or `reject`; empty where the domain publishes nothing.
    pub policy: String,
    /// How it ended.
    pub check: Check,
}

/// One answer of a name server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The name asked for.
    pub name: String,
    /// `TXT`, `MX`, `A`, `AAAA`, `PTR`.
    pub kind: String,
    /// What came; cut at 2,048 characters.
    pub value: String,
}

/// A delivery report (RFC 3464) about one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// The enhanced status code, for instance `5.1.1`.
    pub status: String,
    /// The remote server's words, cleaned and cut.
    pub diagnostic: String,
    /// Who it was for.
    pub recipient: String,
    /// Message-IDs of the letter it is about, without angle brackets.
    pub message_ids: Vec<String>,
}

impl Bounce {
    /// Whether the letter will never arrive.
    pub fn is_final(&self) -> bool {
        self.action == "failed" && self.status.starts_with('5')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_by_their_code() {
        let kept = serde_json::to_string(&[Verdict::Verified, Verdict::Check]).unwrap();
        assert_eq!(kept, r#"["verified","check"]"#);
        assert_eq!(serde_json::from_str::<Vec<Verdict>>(&kept).unwrap(), [Verdict::Verified, Verdict::Check]);
        assert!(serde_json::from_str::<Verdict>(r#""sure""#).is_err());
    }
}
