//! The reader files what it has read and judged: into the queue, into a thread, or apart.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{crockford, random, seal};
use crate::i18n::Lang;
use crate::model::account::fold_address;
use crate::model::desk::CaseState;
use crate::model::event::{Actor, Event, Inbound, MailRef};
use crate::model::inbound::{Bounce, Box, Judgement, Kind, Message, Park, Verdict};
use crate::model::letter::LetterKind;
use crate::model::mailed::Claims;
use crate::model::refusal::Stop;
use crate::model::request::QueueReason;
use crate::store::desk::{self, setting};
use crate::store::inbound::desk::letters;
use crate::store::inbound::read::{self, Candidate, Filing, NewRequest, Sent};
use crate::store::letter::Post;
use crate::store::{Tx, account, lookup, request};

const READER: Actor = Actor::Worker("reader");

/// A mail that was read.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The mail.
    pub id: Uuid,
    /// What it says.
    pub message: Message,
    /// What it proves.
    pub judgement: Judgement,
    /// What its writer says of themselves.
    pub claims: Claims,
    /// Accounts it may be about.
    pub candidates: Vec<Candidate>,
    /// The letter of ours that it answers, where its sender is whom that letter went to.
    pub thread: Option<Sent>,
    /// The case whose reference its subject names.
    pub maybe_case: Option<Uuid>,
    /// The request and account for which it is a permission.
    pub permitted: Option<MailRef>,
    /// Whether its sender wrote more than anybody does in a day.
    pub flood: bool,
}

impl Facts {
    /// Who wrote it, folded: nobody where several did.
    fn sender(&self) -> Option<String> {
        match self.message.from.as_slice() {
            [one] => Some(fold_address(&one.address)),
            _ => None,
        }
    }

    /// The account of which it is certain that the mail comes from its registered address.
    fn certain(&self) -> Option<&Candidate> {
        let mut own = self.candidates.iter().filter(|one| one.how == "address" && one.first);
        let first = own.next().filter(|_| self.judgement.verdict == Verdict::Verified)?;
        own.next().is_none().then_some(first)
    }

    /// The account whose registered address it says to come from, which need not be so.
    fn writer(&self) -> Option<&Candidate> {
        let mut own = self.candidates.iter().filter(|one| one.how == "address" && one.first);
        self.certain().or_else(|| own.next())
    }

    /// The candidate for whom most speaks, to fill in what a request says of itself.
    fn likely(&self) -> Option<&Candidate> {
        let by = |how: &str| self.candidates.iter().find(|one| one.how == how);
        let named = self.claims.user_id.as_deref().map(crate::model::account::fold_user_id);
        let same = |one: &&Candidate| Some(crate::model::account::fold_user_id(&one.user_id)) == named;
        self.certain().or_else(|| self.candidates.iter().find(same)).or_else(|| by("address")).or_else(|| by("user-id"))
    }

    fn user_id(&self) -> String {
        let likely = || self.likely().map(|one| one.user_id.clone());
        self.claims.user_id.clone().or_else(likely).unwrap_or_default()
    }

    fn language(&self) -> Result<Lang, Fault> {
        self.likely().map_or(Ok(Lang::default()), Candidate::language)
    }

    /// What it is and where it goes, before anybody of the desk looks.
    fn kind(&self, thread: bool) -> (Kind, Box) {
        if self.permitted.is_some() {
            return (Kind::Permission, Box::Done);
        }
        match (self.message.automatic, self.judgement.verdict) {
            (Some(_), _) => (Kind::Automatic, if thread { Box::Queue } else { Box::Quarantine }),
            // what is forged attaches itself to nothing
            (None, Verdict::Failed) => (Kind::Request, Box::Quarantine),
            (None, _) if thread => (Kind::Reply, Box::Queue),
            (None, _) if self.flood => (Kind::Request, Box::Quarantine),
            (None, _) => (Kind::Request, Box::Queue),
        }
    }
}

/// Files a mail; nothing is done where somebody else filed it meanwhile.
pub async fn file(app: &App, facts: &Facts) -> Result<(), Stop> {
    let sealed = sealed(app, facts)?;
    app.transact(READER, async |tx| {
        let case = match facts.thread.as_ref().and_then(|sent| sent.case_id) {
            Some(id) if facts.judgement.verdict != Verdict::Failed => open_case(tx, id).await?,
            _ => None,
        };
        let writer = facts.writer().filter(|_| case.is_none());
        if let Some(writer) = writer {
            lookup::hold_lock(tx, writer.account_id).await?;
        }
        if !read::hold(tx, facts.id).await? {
            return Ok(Outcome::Nothing(()));
        }
        let (kind, place) = facts.kind(case.is_some());
        let request = match (kind, place) {
            (Kind::Request, Box::Queue) => Some(ask(tx, facts).await?),
            _ => None,
        };
        let mut filing = filing(facts, &sealed, kind, place);
        let request = request.or(facts.permitted.and_then(|of| of.request));
        (filing.request, filing.case) = (request, case.as_ref().map(|case| case.id));
        read::file(tx, &filing).await?;
        read::keep_matches(tx, facts.id, &facts.candidates).await?;
        let letters = match (writer, request) {
            (Some(writer), Some(request)) => {
                let letter = app.letter(writer.account_id, LetterKind::Acknowledged, writer.language()?);
                let post = Post { request: Some(request), inbound: Some(facts.id), ..letter };
                letters::acknowledge(tx, &post).await?
            }
            _ => 0,
        };
        if let (Some(case), Kind::Reply) = (&case, kind) {
            go_on(app, tx, case).await?;
        }
        let account = case.as_ref().and_then(|case| case.account_id).or(facts.certain().map(|one| one.account_id));
        let of = facts.permitted.unwrap_or(MailRef { mail: facts.id, request, case: filing.case, account });
        Ok(Outcome::Done((), Event::Inbound(told(facts, of, (kind, place), letters))))
    })
    .await
}

/// Sets a mail aside that cannot be read.
pub async fn park(app: &App, id: Uuid, reason: Park) -> Result<(), Stop> {
    app.transact(READER, async |tx| {
        if !read::hold(tx, id).await? {
            return Ok(Outcome::Nothing(()));
        }
        read::park(tx, id, reason).await?;
        Ok(Outcome::Done((), Event::Inbound(Inbound::Parked { mail: id, reason })))
    })
    .await
}

/// A report about a letter of ours: the letter is marked; where it will never arrive, its address is suspect and the desk
/// is told. Neither request nor link changes.
pub async fn bounced(app: &App, facts: &Facts, letter: &Sent, bounce: &Bounce) -> Result<(), Stop> {
    let sealed = sealed(app, facts)?;
    app.transact(READER, async |tx| {
        if let Some(account) = letter.account_id {
            lookup::hold_lock(tx, account).await?;
        }
        if !read::hold(tx, facts.id).await? {
            return Ok(Outcome::Nothing(()));
        }
        let filing = Filing { letter: Some(letter.id), ..filing(facts, &sealed, Kind::Bounce, Box::Done) };
        read::file(tx, &filing).await?;
        let fresh = bounce.is_final() && read::bounce(tx, letter.id, bounce).await?;
        if let (true, Some(account), Some(address)) = (fresh, letter.account_id, letter.address.as_deref()) {
            account::suspect(tx, account, &fold_address(address)).await?;
        }
        let told = matches!(letter.subject()?.kind, LetterKind::Link | LetterKind::Reply);
        if let (true, Some(id)) = (fresh && told, letter.request_id) {
            request::queue(tx, id, QueueReason::Undeliverable).await?;
        }
        let event = Inbound::Bounced {
            mail: facts.id,
            letter: letter.subject()?,
            action: bounce.action.clone(),
            status: bounce.status.clone(),
            suspect: fresh,
        };
        Ok(Outcome::Done((), Event::Inbound(event)))
    })
    .await
}

/// The request that a mail begins; it waits for the desk.
async fn ask(tx: &mut Tx, facts: &Facts) -> Result<Uuid, Fault> {
    let (id, reference) = (random::id(), crockford::reference()?);
    let address = facts.message.from.first().map(|from| from.address.as_str()).unwrap_or_default();
    let new = NewRequest {
        id,
        reference: &reference,
        user_id: &facts.user_id(),
        address,
        user_type: facts.likely().map(Candidate::user_type).transpose()?,
        language: facts.language()?,
        account: facts.certain().map(|one| one.account_id),
    };
    read::ask(tx, &new).await?;
    Ok(id)
}

/// The case of a thread, locked after its account; nothing once it is closed.
async fn open_case(tx: &mut Tx, id: Uuid) -> Result<Option<desk::Held>, Fault> {
    let held = desk::hold(tx, id).await?;
    Ok(match held {
        Some(case) if case.state()? != CaseState::Closed => Some(case),
        _ => None,
    })
}

/// Its person has answered: the case goes on, with what was left of its time.
async fn go_on(app: &App, tx: &mut Tx, case: &desk::Held) -> Result<(), Fault> {
    let hours = setting::held(tx, app.config().locale.zone).await?.hours;
    desk::write(tx, case.id, None, &case.resumed(&hours)?).await
}

fn sealed(app: &App, facts: &Facts) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(&facts.message).map_err(|e| Fault::bug("a mail has no JSON", e))?;
    seal::seal(app.keys().of(Purpose::Seal), facts.id, &plain)
}

fn filing<'a>(facts: &'a Facts, sealed: &'a [u8], kind: Kind, place: Box) -> Filing<'a> {
    let from = facts.message.from.first().map(|from| from.address.as_str());
    Filing {
        id: facts.id,
        kind,
        place,
        sealed_message: sealed,
        message_id: facts.message.message_id.as_deref(),
        from,
        from_folded: facts.sender(),
        subject: &facts.message.subject,
        judgement: &facts.judgement,
        request: None,
        case: None,
        letter: None,
        maybe_case: facts.maybe_case,
    }
}

fn told(facts: &Facts, of: MailRef, (kind, place): (Kind, Box), letters: usize) -> Inbound {
    Inbound::Read {
        of,
        kind,
        place,
        verdict: facts.judgement.verdict,
        reasons: facts.judgement.reasons.clone(),
        automatic: facts.message.automatic,
        matches: facts.candidates.len(),
        letters,
        from: facts.message.from.iter().map(|from| from.address.as_str()).collect::<Vec<_>>().join(", "),
        subject: facts.message.subject.clone(),
    }
}
