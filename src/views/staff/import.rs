//! Import of accounts: a file is chosen, what it would do is shown, and then it is taken over.

use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Tone};
use super::Desk;
use super::parts::{code_words, fresh_code};
use super::shell::shell_of_form;

/// What the page shows.
#[derive(Clone, Debug)]
pub enum Data {
    /// A file is to be chosen; what was wrong with the last one.
    Choose(Option<FileFlaw>),
    /// Lines are wrong: nothing was taken over.
    Bad {
        /// The first of them: number and what is wrong.
        lines: Vec<(u64, String)>,
        /// How many there are.
        count: usize,
    },
    /// What it would do.
    Dry(Dry),
    /// What it did.
    Done {
        /// Accounts made.
        created: i64,
        /// Lines that wait for a second person.
        proposed: i64,
    },
}

/// What a file would do.
#[derive(Clone, Debug)]
pub struct Dry {
    /// The import whose lines are staged.
    pub import: String,
    /// SHA-256 of the file, in hexadecimal.
    pub file_sha256: String,
    /// Accounts that would be made.
    pub fresh: i64,
    /// Lines that change nothing.
    pub unchanged: i64,
    /// The first lines that would overwrite: number and columns.
    pub overwrites: Vec<(i64, String)>,
    /// How many there are.
    pub overwriting: usize,
    /// What is wrong with the code.
    pub trouble: Option<CodeTrouble>,
}

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFlaw {
    /// None was chosen, or it is empty.
    Missing,
    /// Its lines are staged no longer.
    Gone,
}

impl FileFlaw {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Missing, Self::Gone];

    /// The suffix of its message key, `import-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Gone => "gone",
        }
    }
}

/// The page.
pub fn import(desk: &Desk, data: &Data) -> Markup {
    let mistakes: Vec<(&str, String)> = match data {
        Data::Choose(Some(flaw)) => vec![("file", desk.t(&format!("import-{}", flaw.code())))],
        Data::Dry(Dry { trouble: Some(trouble), .. }) => vec![("code", code_words(&desk.frame, *trouble))],
        _ => Vec::new(),
    };
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        @match data {
            Data::Choose(_) => (choose(desk, mistakes.first().map(|(_, words)| words.as_str()))),
            Data::Bad { lines, count } => (bad(desk, lines, *count)),
            Data::Dry(dry) => (confirm(desk, dry)),
            Data::Done { created, proposed } => (done(desk, *created, *proposed)),
        }
    };
    shell_of_form(desk, &desk.t("import-title"), !mistakes.is_empty(), &body)
}

fn choose(desk: &Desk, mistake: Option<&str>) -> Markup {
    html! {
        p { (desk.t("import-lead")) }
        p.small.mono { "user_id,user_type,name,email,email_2,password_hash,totp_secret,protected" }
        form.panel method="post" action="/staff/accounts/import" enctype="multipart/form-data" {
            (shared::csrf(&desk.frame))
            div.field.wrong[mistake.is_some()] {
                label for="file" { (desk.t("import-file")) }
                p.hint #file-hint { (desk.t("import-file-hint")) }
                (shared::mistake("file", mistake))
                input #file name="file" type="file" accept=".csv,text/csv" required
                    aria-invalid=[mistake.map(|_| "true")]
                    aria-describedby=[shared::described("file", true, mistake.is_some())];
            }
            button.main type="submit" { (desk.t("import-check")) }
        }
    }
}

fn bad(desk: &Desk, lines: &[(u64, String)], count: usize) -> Markup {
    html! {
        (shared::notice(Tone::Bad, &html! { p { (desk.ta("import-bad", &[("count", &count.to_string())])) } }))
        ol.lines { @for (number, reason) in lines { li { (desk.ta("import-line", &[("line", &number.to_string())])) " " span.mono { (reason) } } } }
        p { a.second href="/staff/accounts/import" { (desk.t("import-again")) } }
    }
}

fn confirm(desk: &Desk, dry: &Dry) -> Markup {
    let (fresh, unchanged, overwriting) =
        (dry.fresh.to_string(), dry.unchanged.to_string(), dry.overwriting.to_string());
    html! {
        (shared::facts(&[
            (desk.t("import-fresh"), html! { (fresh) }),
            (desk.t("import-unchanged"), html! { (unchanged) }),
            (desk.t("import-overwriting"), html! { (overwriting) }),
            (desk.t("import-sha256"), html! { span.mono { (dry.file_sha256) } }),
        ]))
        @if dry.overwriting > 0 {
            (shared::notice(Tone::Wait, &html! { p { (desk.t("import-overwriting-hint")) } }))
            ol.lines {
                @for (line, columns) in &dry.overwrites {
                    li { (desk.ta("import-line", &[("line", &line.to_string())])) " " span.mono { (columns) } }
                }
            }
        }
        @if dry.fresh == 0 && dry.overwriting == 0 {
            p { (desk.t("import-nothing")) }
        } @else {
            form.panel method="post" action="/staff/accounts/import/confirm" {
                (shared::csrf(&desk.frame))
                (shared::hidden("import", &dry.import))
                (shared::hidden("sha256", &dry.file_sha256))
                (fresh_code(desk, "code", dry.trouble))
                button.main type="submit" { (desk.t("import-confirm")) }
            }
        }
        p { a.second href="/staff/accounts/import" { (desk.t("import-again")) } }
    }
}

fn done(desk: &Desk, created: i64, proposed: i64) -> Markup {
    let (made, waiting) = (created.to_string(), proposed.to_string());
    html! {
        (shared::notice(Tone::Good, &html! { p { (desk.ta("import-done", &[("count", &made)])) } }))
        @if proposed > 0 {
            p { (desk.ta("import-proposed", &[("count", &waiting)])) " " a href="/staff/approvals" { (desk.t("staff-menu-approvals")) } }
        }
        p { a.second href="/staff/accounts" { (desk.t("accounts-title")) } }
    }
}
