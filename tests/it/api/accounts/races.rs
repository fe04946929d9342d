//! What changes between two statements of a call: an import that makes the same account, an answer that is forgotten.

use reqwest::StatusCode;
use serde_json::json;
use tokio_postgres::NoTls;

use super::{rina, told};
use crate::support::acts::at_once;
use crate::support::house::{TestApp, cluster, sql, until};
use crate::support::portal::{Answer, Portal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_an_import_makes_at_the_same_time_is_changed() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    let importing = async |user_id: &str, protected: bool| {
        let (client, connection) =
            tokio_postgres::connect(&cluster().url(&app.database, "postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        let rows = format!(
            "begin; insert into account (id, user_id, user_id_folded, kind, name, protected)
                values (gen_random_uuid(), '{user_id}', lower('{user_id}'), 'penyedia', 'Rina Wijaya', {protected});
            insert into address (account_id, position, address, folded)
                select id, 1, 'rina@amanah.example', 'rina@amanah.example' from account where user_id = '{user_id}'"
        );
        client.batch_execute(&rows).await.unwrap();
        let (spse, path) = (spse.clone(), user_id.to_owned());
        let put = tokio::spawn(async move { spse.put(&path, &rina(json!({ "email": "rina@baru.example" }))).await });
        let waits =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        until(10, "the portal waits for the import", async || app.value(waits).await == "1").await;
        client.batch_execute("commit").await.unwrap();
        put.await.unwrap()
    };
    let changed = importing("AMANAH7", false).await;
    assert_eq!((changed.status, &changed.body["email"]), (StatusCode::OK, &json!("r•••@b•••.example")), "{changed:?}");
    let guarded = importing("BAHTERA8", true).await;
    assert_eq!((guarded.status, guarded.problem()), (StatusCode::CONFLICT, "account-protected"), "{guarded:?}");
    let what = "[\"email\",\"portal\"]";
    let told_of = told(&app).await;
    assert_eq!(told_of, [format!("account.changed {what} 3"), format!("account.changed!account-protected {what} 0")]);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_forgotten_while_it_is_asked_again_is_given_anew() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    let body = rina(json!({}));
    spse.put("AMANAH7", &body).await;
    let database = app.database.clone();
    // forgets again and again, each time a little later
    let forgetting = tokio::spawn(async move {
        let forgets = "do $$ begin for n in 1..4000 loop delete from api_answer; commit;
            perform pg_sleep(0.0002 * (n % 4)); end loop; end $$";
        sql(&database, forgets).await;
    });
    let mut answers = Vec::new();
    while !forgetting.is_finished() {
        let round = at_once(8, |_| {
            let (spse, body) = (spse.clone(), body.clone());
            async move { spse.put_once("AMANAH7", &body, "one").await }
        });
        answers.extend(round.await);
    }
    forgetting.await.unwrap();
    let others: Vec<&Answer> = answers.iter().filter(|answer| answer.status != StatusCode::OK).collect();
    assert!(others.is_empty(), "{} of {}: {:?}", others.len(), answers.len(), others.first());
    app.end().await;
}
