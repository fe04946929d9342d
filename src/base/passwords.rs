//! Passwords compared a few at a time, off the threads that answer requests; a miss takes as long as a hit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::fault::Fault;
use super::password::{self, Memory};

/// An Argon2id hash of our own cost that belongs to nobody: what is compared where there is no hash.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGluIFB1bGloIQ$Y4KzzIgUErd7/K7tAmABwA2eMCXmbCD25+kvB5hRRio";

/// Compares and hashes passwords, at most as many at once as there are cores.
pub struct Passwords {
    hands: Semaphore,
    shelf: Arc<Shelf>,
}

/// Memory that no hand needs just now.
#[derive(Default)]
struct Shelf(Mutex<Vec<Memory>>);

impl Shelf {
    fn lock(&self) -> MutexGuard<'_, Vec<Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        let hands = std::thread::available_parallelism().map_or(1, usize::from);
        Self { hands: Semaphore::new(hands), shelf: Arc::default() }
    }
}

impl Passwords {
    /// Whether that is the password of that hash. Without a hash it takes its time and is none.
    pub async fn verify(&self, plain: String, phc: Option<String>) -> Result<bool, Fault> {
        let there = phc.is_some();
        let phc = phc.unwrap_or_else(|| NOBODY.to_owned());
        let shelf = Arc::clone(&self.shelf);
        let fits = self.work(move || {
            let mut memory = shelf.lock().pop().unwrap_or_default();
            let fits = password::verify_in(&mut memory, &plain, &phc);
            shelf.lock().push(memory);
            fits
        });
        Ok(fits.await? && there)
    }

    /// Hashes a new password.
    pub async fn hash(&self, plain: String) -> Result<String, Fault> {
        self.work(move || password::hash(&plain)).await?
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let hand = self.hands.acquire().await.map_err(|e| Fault::bug("waiting for a hand", e))?;
        let done = tokio::task::spawn_blocking(work).await.map_err(|e| Fault::bug("comparing a password", e));
        drop(hand);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_has_a_password_of_our_own_cost() {
        assert!(password::is_known_hash(NOBODY) && password::is_current(NOBODY));
        let passwords = Passwords::default();
        assert!(!passwords.verify("x".to_owned(), None).await.unwrap());
        let hash = passwords.hash("kunci pintu rumah".to_owned()).await.unwrap();
        assert!(passwords.verify("kunci pintu rumah".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("kunci pintu rumah!".to_owned(), Some(hash)).await.unwrap());
    }
}
