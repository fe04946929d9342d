//! What people do, without the pages: for races and walks in which the page is not the point.

use std::sync::Arc;
use std::time::Duration;

use pulih::actions::ask::{Ask, ask};
use pulih::actions::open;
use pulih::actions::reset::{self, Confirm};
use pulih::app::App;
use pulih::base::random;
use pulih::i18n::Lang;
use pulih::model::account::UserType;
use pulih::model::refusal::Stop;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::house::TestApp;

impl TestApp {
    /// Kirim for a penyedia; the reference.
    pub async fn ask(&self, user_id: &str, address: &str) -> Result<String, Stop> {
        let kirim = Ask {
            form: random::id(),
            user_id: user_id.to_owned(),
            address: address.to_owned(),
            user_type: UserType::Penyedia,
            language: Lang::Id,
            browser_hash: [1; 32],
            browser_name: None,
            network: Some("192.0.2.1/32".to_owned()),
            again: None,
            portal: None,
        };
        ask(&self.app, kirim).await
    }

    /// Opens all connections of the pool: a race for rows is to be no race for connections.
    pub async fn warm(&self) {
        let mut open = Vec::new();
        for _ in 0..self.app.connections().1 {
            open.push(self.app.read().await.unwrap());
        }
    }

    /// Whether the database refuses letters that warn of wrong codes.
    pub async fn refuse_warnings(&self, refused: bool) {
        self.sql(if refused {
            "create function public.refuse() returns trigger language plpgsql
                as $$ begin raise exception 'refused by the test'; end $$;
             create trigger refuse before insert on letter for each row when (new.kind = 'codes-failing')
                execute function public.refuse()"
        } else {
            "drop trigger refuse on letter; drop function public.refuse()"
        })
        .await;
    }

    /// The id that a query gives.
    pub async fn id(&self, query: &str) -> Uuid {
        self.value(query).await.parse().unwrap_or_else(|e| panic!("{query}: {e}"))
    }

    /// All ids that a query gives.
    pub async fn ids(&self, query: &str) -> Vec<Uuid> {
        self.sql(query).await.into_iter().filter_map(|row| row[0].clone()).map(|id| id.parse().unwrap()).collect()
    }

    /// The newest mailed reset link of an account, its confirm step opened.
    pub async fn opened_link(&self, user_id: &str) -> Uuid {
        let query = format!(
            "select l.id from link l join account a on a.id = l.account_id
             where a.user_id = '{user_id}' and l.kind = 'reset' order by l.id desc limit 1"
        );
        let link = self.id(&query).await;
        open::open(&self.app, link).await.unwrap();
        link
    }
}

/// OK, pressed in a browser of that number.
pub async fn press_ok(app: &App, link: Uuid, browser: u8) -> Result<(), Stop> {
    let confirm = Confirm { link, browser_hash: [browser; 32], grant_secret: [browser; 32], password: None };
    reset::confirm(app, confirm).await.map(|_| ())
}

/// Runs `n` tasks that all start in the same moment.
pub async fn at_once<T, F>(n: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(n));
    let mut tasks = JoinSet::new();
    for i in 0..n {
        let (barrier, task) = (Arc::clone(&barrier), task(i));
        tasks.spawn(async move {
            barrier.wait().await;
            task.await
        });
    }
    tokio::time::timeout(Duration::from_mins(1), tasks.join_all()).await.expect("a race that ends within a minute")
}
