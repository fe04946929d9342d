//! Requests that need the desk, and what the desk does with them.

use uuid::Uuid;

use super::browser::Page;
use super::desk::Officer;
use super::house::TestApp;

impl TestApp {
    /// A stranger asks for a reset and for help; the case that the clerk opens.
    pub async fn helped(&self, user_id: &str, address: &str) -> Uuid {
        let mut browser = self.browser();
        browser.kirim(user_id, address, "penyedia").await;
        let reference = browser.page.path.split("r=").nth(1).unwrap().to_owned();
        self.settle().await;
        browser.open(&format!("/requests/{reference}")).await;
        browser.send(&format!("/requests/{reference}/help"), &[]).await;
        self.settle().await;
        self.id(&format!("select case_id from request where reference = '{reference}'")).await
    }

    /// So many new cases of strangers.
    pub async fn strangers(&self, n: usize) -> Vec<Uuid> {
        for i in 0..n {
            let reference = self.ask(&format!("ASING{i}"), &format!("asing{i}@contoh.example")).await.unwrap();
            self.sql(&format!(
                "update request set queue_reason = 'help', queued_at = pulih.now() where reference = '{reference}'"
            ))
            .await;
        }
        self.settle().await;
        self.ids("select id from desk_case order by due_at, id").await
    }

    /// A column of a case.
    pub async fn of_case(&self, case: Uuid, column: &str) -> String {
        self.value(&format!("select {column}::text from desk_case where id = '{case}'")).await
    }
}

impl Officer {
    /// The page of a case.
    pub async fn case(&mut self, case: Uuid) -> &Page {
        self.browser.open(&format!("/staff/requests/{case}")).await
    }

    /// Does something from the page last seen.
    pub async fn act(&mut self, case: Uuid, verb: &str, filled: &[(&str, &str)]) -> &Page {
        self.browser.send(&format!("/staff/requests/{case}/{verb}"), filled).await
    }
}
