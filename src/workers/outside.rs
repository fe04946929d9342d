//! What visits to places outside have in common: who goes there, what blocks, and when to come again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

/// Seconds a visit may take before somebody else may go.
pub(super) const LEASE: i32 = 90;
/// How long a disk, or what else blocks, is waited for.
const PATIENCE: Duration = Duration::from_secs(40);

/// Hands for what blocks, one at a time: what hangs for ever costs one thread, not one for each try.
#[derive(Clone, Debug)]
pub(super) struct Hands(Arc<Semaphore>);

impl Hands {
    /// Free hands.
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }

    /// Does it on a thread that may block; in plain words why it did not end.
    pub async fn block<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
        let Ok(free) = self.0.clone().try_acquire_owned() else {
            return Err("the visit before still hangs".to_owned());
        };
        let doing = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(free);
            done
        });
        match tokio::time::timeout(PATIENCE, doing).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(panic)) => Err(format!("it broke: {panic}")),
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }
}

/// Seconds until the next try after so many failures in a row.
pub(super) fn pause(failures: i32) -> i32 {
    2_i32.saturating_pow(u32::try_from(failures.clamp(0, 6)).unwrap_or(6)).min(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute() {
        assert_eq!([0, 1, 5, 6, 30_000].map(pause), [1, 2, 32, 60, 60]);
    }

    #[tokio::test]
    async fn what_hangs_holds_one_thread() {
        let (hands, (tell, told)) = (Hands::new(), std::sync::mpsc::channel::<()>());
        let (begin, begun) = tokio::sync::oneshot::channel();
        let other = hands.clone();
        let hangs = tokio::spawn(async move {
            let work = move || begin.send(()).is_ok() && told.recv().is_ok();
            other.block(work).await
        });
        begun.await.unwrap();
        let refused = hands.block(|| ()).await.unwrap_err();
        assert!(refused.contains("still hangs"), "{refused}");
        tell.send(()).unwrap();
        assert_eq!(hangs.await.unwrap(), Ok(true));
        assert_eq!(hands.block(|| 7).await, Ok(7));
    }
}
