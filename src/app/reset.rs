//! The one operation in which every way to a reset ends.

use uuid::Uuid;

use super::App;
use crate::base::fault::Fault;
use crate::base::{random, secret_hash};
use crate::i18n::Lang;
use crate::model::activation::GRANT_HOURS;
use crate::model::event::ResetEffect;
use crate::model::letter::LetterKind;
use crate::store::Tx;
use crate::store::account::{self, NewGrant};
use crate::store::letter::{self, Post, everywhere};
use crate::store::link::{self, Spent};

/// Whose factor is reset, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The account, whose row is held.
    pub account: Uuid,
    /// The request that comes to its end.
    pub request: Uuid,
    /// The language of its letters.
    pub language: Lang,
    /// Addresses on file: 1 or 2.
    pub addresses: i64,
    /// The link it came by; none where the desk proposed it.
    pub link: Option<Uuid>,
    /// The browser that pressed OK a moment ago.
    pub pressed: Option<Pressed<'a>>,
    /// An address that was on file until now.
    pub former: Option<&'a str>,
}

/// A browser that pressed OK.
#[derive(Clone, Copy, Debug)]
pub struct Pressed<'a> {
    /// SHA-256 of its id.
    pub browser_hash: &'a [u8; 32],
    /// The secret it will hold as its activation grant.
    pub grant_secret: &'a [u8; 32],
}

impl App {
    /// Credential and recovery codes revoked, sessions ended, all links of the account ended, a grant issued, the notices
    /// queued to every address on file.
    pub async fn reset(&self, tx: &mut Tx, target: Target<'_>) -> Result<ResetEffect, Fault> {
        let Target { account, request, link, pressed, .. } = target;
        let browser_hash = pressed.map(|p| p.browser_hash);
        let requests = link::spend(tx, Spent { account, request, link, browser_hash }).await?;
        let revoked = account::revoke_factor(tx, account, None).await?;
        let grant = random::id();
        let hash = pressed.map(|p| secret_hash(p.grant_secret));
        let new = NewGrant { id: grant, account, request, secret_hash: hash.as_ref(), hours: GRANT_HOURS };
        account::mark_reset(tx, &new).await?;
        // who pressed OK holds the grant in that browser; otherwise it goes by mail
        let letters = self.post_to_all(tx, target, LetterKind::Done, pressed.is_none().then_some(grant)).await?;
        Ok(ResetEffect {
            credential: revoked.credential.ok_or_else(|| Fault::broken("a reset found no credential"))?,
            recovery_codes: revoked.recovery_codes,
            sessions: revoked.sessions,
            requests,
            letters,
            grant,
        })
    }

    /// Tells every address, and the former one, of it; returns how many those are.
    pub async fn post_to_all(
        &self,
        tx: &mut Tx,
        target: Target<'_>,
        kind: LetterKind,
        grant: Option<Uuid>,
    ) -> Result<i64, Fault> {
        let letter = |positions, grant| Post {
            request: Some(target.request),
            positions,
            grant,
            ..self.letter(target.account, kind, target.language)
        };
        if grant.is_some() && target.addresses > 1 {
            // the way to activation goes to the registered address alone
            letter::post(tx, &letter(&[1], grant)).await?;
            letter::post(tx, &letter(&[2], None)).await?;
        } else {
            letter::post(tx, &letter(everywhere(target.addresses), grant)).await?;
        }
        if target.former.is_some() {
            letter::post(tx, &Post { to_address: target.former, ..letter(letter::ELSEWHERE, None) }).await?;
        }
        Ok(target.addresses + i64::from(target.former.is_some()))
    }
}
