//! What stands in the tables, and what was written to them.

use std::collections::BTreeMap;

use super::house::TestApp;

impl TestApp {
    /// A fingerprint of all rows of each table.
    pub async fn rows(&self) -> BTreeMap<String, String> {
        self.each_table("md5(coalesce(string_agg(t::text, E'\\n' order by t::text), ''))", "true").await
    }

    /// A mark in time for [`Self::written_since`].
    pub async fn mark(&self) -> u64 {
        self.value("select pg_current_xact_id()").await.parse().unwrap()
    }

    /// Rows that were inserted or changed since, and still stand, for each table that has some.
    pub async fn written_since(&self, mark: u64) -> BTreeMap<String, String> {
        let mut written = self.each_table("count(*)::text", &format!("t.xmin::text::bigint > {mark}")).await;
        written.retain(|_, count| count != "0");
        written
    }

    /// Every value of every row, as text; bytes in hexadecimal.
    pub async fn dump(&self) -> String {
        let tables = self.each_table("coalesce(string_agg(t::text, E'\\n'), '')", "true").await;
        tables.into_values().collect::<Vec<_>>().join("\n")
    }

    async fn each_table(&self, what: &str, which: &str) -> BTreeMap<String, String> {
        let names = self
            .sql(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
                and not relispartition",
            )
            .await;
        let names = names.into_iter().filter_map(|row| row.into_iter().next().flatten());
        let pieces = names.map(|name| format!("select '{name}', (select {what} from {name} t where {which})"));
        let rows = self.sql(&pieces.collect::<Vec<_>>().join(" union all ")).await;
        rows.into_iter().map(|row| (row[0].clone().unwrap(), row[1].clone().unwrap())).collect()
    }
}
