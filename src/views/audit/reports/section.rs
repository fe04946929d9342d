//! A figure of a report: a chart, and the same numbers as a table.

use maud::{Markup, html};

use super::super::chart::{Named, bars, number};
use super::words;
use crate::model::figures::Measure;
use crate::model::figures::report::Report;
use crate::views::staff::Desk;

/// Which of the two words of a measure is a row's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first; the second makes the columns.
    A,
    /// The second; the first makes the columns.
    B,
}

/// Numbers by row and column.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// What the rows are.
    pub head: String,
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// Each row with its numbers.
    pub rows: Vec<(String, Vec<i64>)>,
    /// Whether the rows can be added up.
    pub sums: bool,
}

/// A measure by its words: rows with the most first, columns in the order of their codes.
pub fn matrix(desk: &Desk, report: &Report, measure: Measure, side: Side) -> Numbers {
    let words_of = |second: bool, code: &str| words::of(desk, report, measure, second, code);
    let mut columns: Vec<&str> = Vec::new();
    let mut rows: Vec<(&str, Vec<i64>)> = Vec::new();
    for cell in report.of(measure) {
        let (row, column) = if side == Side::A { (&cell.a, &cell.b) } else { (&cell.b, &cell.a) };
        let at = columns.iter().position(|c| c == column).unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        });
        let row_at = rows.iter().position(|(r, _)| r == row).unwrap_or_else(|| {
            rows.push((row, Vec::new()));
            rows.len() - 1
        });
        if let Some((_, numbers)) = rows.get_mut(row_at) {
            numbers.resize(numbers.len().max(at + 1), 0);
            if let Some(n) = numbers.get_mut(at) {
                *n += cell.n;
            }
        }
    }
    for (_, numbers) in &mut rows {
        numbers.resize(columns.len(), 0);
    }
    rows.sort_by_key(|(_, numbers)| std::cmp::Reverse(numbers.iter().sum::<i64>()));
    let alone = columns.iter().all(|column| column.is_empty());
    Numbers {
        head: desk.t("reports-what"),
        columns: if alone {
            vec![desk.t("reports-n")]
        } else {
            columns.into_iter().map(|code| words_of(side == Side::A, code)).collect()
        },
        rows: rows.into_iter().map(|(code, numbers)| (words_of(side == Side::B, code), numbers)).collect(),
        // one link is mailed, and opened or late besides; one case is opened and closed
        sums: !matches!(measure, Measure::Link | Measure::Case),
    }
}

/// A measure of two people, one line for both.
pub fn pairs(desk: &Desk, report: &Report, measure: Measure) -> Numbers {
    let name = |id: &str| words::person(desk, report, id);
    let mut rows: Vec<(String, Vec<i64>)> = report
        .of(measure)
        .iter()
        .map(|cell| (format!("{} → {}", name(&cell.a), name(&cell.b)), vec![cell.n]))
        .collect();
    rows.sort_by_key(|(_, numbers)| std::cmp::Reverse(numbers.iter().sum::<i64>()));
    Numbers { head: desk.t("reports-pair"), columns: vec![desk.t("reports-n")], rows, sums: true }
}

/// Bars of a chart at most; the table has them all.
const BARS: usize = 12;

/// Title, chart and table; `key` names their words.
pub fn sheet(desk: &Desk, key: &str, numbers: &Numbers) -> Markup {
    let title = desk.t(key);
    let lines: Vec<(String, i64)> =
        numbers.rows.iter().take(BARS).map(|(label, n)| (label.clone(), n.iter().sum())).collect();
    let said: Vec<String> =
        lines.iter().map(|(label, n)| format!("{label}: {}", number(desk.frame.lang, *n))).collect();
    let (id, text) = (format!("c-{key}"), said.join("; "));
    html! {
        h3 { (title) }
        @if numbers.rows.is_empty() { p.small { (desk.t("reports-empty")) } } @else {
            div.drawn {
                (bars(desk.frame.lang, Named { id: &id, title: &title, text: &text }, &lines))
                (plain(desk, key, numbers))
            }
        }
    }
}

/// The table alone.
pub fn plain(desk: &Desk, key: &str, numbers: &Numbers) -> Markup {
    let lang = desk.frame.lang;
    let wide = numbers.sums && numbers.columns.len() > 1;
    let down = |at: usize| numbers.rows.iter().filter_map(|(_, n)| n.get(at)).sum::<i64>();
    let all: i64 = numbers.rows.iter().flat_map(|(_, n)| n).sum();
    html! {
        details.numbers open {
            summary { (desk.ta("reports-table", &[("title", &desk.t(key))])) }
            div.scroll tabindex="0" role="region" aria-label=(desk.t(key)) { table.list {
                thead { tr {
                    th scope="col" { (numbers.head) }
                    @for column in &numbers.columns { th.num scope="col" { (column) } }
                    @if wide { th.num scope="col" { (desk.t("reports-sum")) } }
                } }
                tbody { @for (label, row) in &numbers.rows { tr {
                    th scope="row" { (label) }
                    @for n in row { td.num { (number(lang, *n)) } }
                    @if wide { td.num { (number(lang, row.iter().sum())) } }
                } } }
                @if numbers.sums && numbers.rows.len() > 1 { tfoot { tr {
                    th scope="row" { (desk.t("reports-sum")) }
                    @for at in 0..numbers.columns.len() { td.num { (number(lang, down(at))) } }
                    @if wide { td.num { (number(lang, all)) } }
                } } }
            } }
        }
    }
}
