//! Letters about an account, with the key their links are derived by.

use uuid::Uuid;

use super::App;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::i18n::Lang;
use crate::model::letter::LetterKind;
use crate::store::Tx;
use crate::store::letter::{self, Post, everywhere};
use crate::store::session::Session;

impl App {
    /// A letter to the registered address of an account.
    pub fn letter(&self, account: Uuid, kind: LetterKind, language: Lang) -> Post<'_> {
        Post::to(account, kind, language, self.keys().of(Purpose::Link).current().0)
    }

    /// Posts a letter to every address on file, and to one that is not; returns how many those are.
    pub async fn tell_all(
        &self,
        tx: &mut Tx,
        letter: Post<'_>,
        addresses: i64,
        elsewhere: Option<&str>,
    ) -> Result<i64, Fault> {
        letter::post(tx, &Post { positions: everywhere(addresses), ..letter }).await?;
        if elsewhere.is_some() {
            letter::post(tx, &Post { positions: letter::ELSEWHERE, to_address: elsewhere, ..letter }).await?;
        }
        Ok(addresses + i64::from(elsewhere.is_some()))
    }

    /// Tells every address on file what happened to the account of a session, and where. Returns how many those are.
    pub async fn tell(
        &self,
        tx: &mut Tx,
        held: &Session,
        kind: LetterKind,
        place: Option<&str>,
    ) -> Result<usize, Fault> {
        let positions = everywhere(held.addresses);
        let letter = self.letter(held.account_id, kind, held.language()?);
        letter::post(tx, &Post { place, positions, ..letter }).await?;
        Ok(positions.len())
    }
}
