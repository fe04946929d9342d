//! Watches the tables and the log, and judges the log's rows by a reader of its own.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio_postgres::{Client, NoTls};

use crate::support::house::{TestApp, cluster};

/// What is state, and not the bookkeeping of a lease, a retry or a counter.
const STATE: &str = "select md5(concat_ws('|',
    (select string_agg(x::text, ',' order by id) from account x),
    (select string_agg(x::text, ',' order by account_id, position) from address x),
    (select string_agg(x::text, ',' order by id) from credential x),
    (select string_agg(x::text, ',' order by id) from recovery_code x),
    (select string_agg(x::text, ',' order by id) from session x),
    (select string_agg(x::text, ',' order by id) from activation_grant x),
    (select string_agg(x::text, ',' order by scope) from frozen x),
    (select string_agg((to_jsonb(x) - 'resends')::text, ',' order by id) from request x),
    (select string_agg((to_jsonb(x) - 'tries')::text, ',' order by id) from link x),
    (select string_agg(replace(state, 'leased', 'queued') || (to_jsonb(x) - array['state', 'next_attempt_at', 'leased_by',
        'attempts', 'class', 'in_row', 'server_code', 'server_text'])::text, ',' order by id) from letter x)
    )), (select count(*) from event), (select count(*) from seal_queue),
    (select kind || ' ' || outcome || ' ' || body from event order by id desc limit 1)";

/// One look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// A digest of all state.
    pub state: String,
    /// Events so far.
    pub events: i64,
    /// Events that wait for their leaf number.
    pub queued: i64,
    /// Kind, outcome and body of the newest event.
    pub newest: String,
}

/// Looks at one house's database.
pub struct Watch(Client);

impl Watch {
    /// With a connection of its own.
    pub async fn new(app: &TestApp) -> Self {
        let url = cluster().url(&app.database, "postgres");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Self(client)
    }

    /// Looks now.
    pub async fn look(&self) -> Look {
        let row = self.0.query_one(STATE, &[]).await.unwrap();
        let newest = row.get::<_, Option<String>>(3).unwrap_or_default();
        Look { state: row.get(0), events: row.get(1), queued: row.get(2), newest }
    }
}

/// Every row of the log says the same in its columns and in its body, is canonical, opens its commitments, and has
/// its leaf, or waits for it, once.
pub async fn judge_rows(app: &TestApp) {
    let rows = app
        .sql(
            "select body, e.id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), kind, outcome, actor,
                account_id, request_id, encode(p.salt, 'hex'), p.details::text,
                (select count(*) from seal_queue q where q.event_id = e.id and q.event_at = e.at)
                    + (select count(*) from leaf l where l.event_id = e.id and l.event_at = e.at)
            from event e left join event_personal p on p.event_id = e.id and p.at = e.at",
        )
        .await;
    assert!(!rows.is_empty());
    for row in rows {
        let column = |i: usize| row[i].clone();
        let text = column(0).unwrap();
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(canonical(&body), text, "not canonical");
        let said = |value: &Value| value.as_str().map(str::to_owned);
        assert_eq!(
            [&body["id"], &body["at"], &body["kind"], &body["outcome"], &body["actor"]["kind"]].map(said),
            [column(1), column(2), column(3), column(4), column(5)],
            "{text}"
        );
        assert_eq!(
            [&body["subject"]["account"], &body["subject"]["request"]].map(said),
            [column(6), column(7)],
            "{text}"
        );
        assert_eq!(body["outcome"] == "refused", body["refusal"].is_string(), "{text}");
        assert_eq!(column(10).as_deref(), Some("1"), "one leaf, or one place in the queue: {text}");
        let details: Value = column(9).map_or(Value::Null, |details| serde_json::from_str(&details).unwrap());
        assert_eq!(body["personal"].is_object(), details.is_object(), "{text}");
        let salt = data_encoding::HEXLOWER.decode(column(8).unwrap_or_default().as_bytes()).unwrap();
        for (name, value) in details.as_object().into_iter().flatten() {
            let opened = mac(&mac(&salt, name.as_bytes()), value.as_str().unwrap().as_bytes());
            assert_eq!(body["personal"][name], data_encoding::HEXLOWER.encode(&opened), "{name} of {text}");
            assert!(!text.contains(&format!(":{value}")), "{name} stands in the open: {text}");
        }
        assert_eq!(
            body["personal"].as_object().map(serde_json::Map::len),
            details.as_object().map(serde_json::Map::len)
        );
    }
    assert_eq!(
        app.value("select count(*) from seal_queue q where not exists (select from event e where e.id = q.event_id)")
            .await,
        "0"
    );
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

/// RFC 8785, written a second time and differently from ours.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.keys().collect();
            names.sort_by_key(|name| name.encode_utf16().collect::<Vec<_>>());
            let member = |name: &&String| format!("{}:{}", Value::String((*name).clone()), canonical(&members[*name]));
            format!("{{{}}}", names.iter().map(member).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Number(number) => number.as_i64().expect("integers only").to_string(),
        other => other.to_string(),
    }
}
