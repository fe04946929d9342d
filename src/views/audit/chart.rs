//! The chart room: small charts as inline SVG in one hue, their labels beside their marks, their numbers for readers too.
//!
//! Widths are percentages and nothing is scaled, so that a label is as large on a phone as on a desk.

use maud::{Markup, html};

use crate::i18n::Lang;

/// What a chart is called, and what it says in words.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// An id that no other chart of the page has.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What it shows, for who does not see it.
    pub text: &'a str,
}

/// Pixels of a line of [`bars`].
const LINE: usize = 42;
/// Pixels of the plot of [`columns`].
const PLOT: i64 = 140;
/// Pixels above the plot, for the label of the highest column.
const HEAD: i64 = 20;
/// Characters of a label at most; the table has the whole.
const LABEL: usize = 32;
/// Columns whose values are all written above them.
const FEW: usize = 16;

/// Bars that lie, one below the other: each with its label and its number above it.
pub fn bars(lang: Lang, named: Named<'_>, lines: &[(String, i64)]) -> Markup {
    let most = lines.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let height = lines.len() * LINE;
    html! {
        svg.chart role="img" aria-labelledby={ (named.id) "-t" } aria-describedby={ (named.id) "-d" } width="100%" height=(height) {
            title id={ (named.id) "-t" } { (named.title) }
            desc id={ (named.id) "-d" } { (named.text) }
            @for (at, (label, n)) in lines.iter().enumerate() {
                @let top = at * LINE;
                text x="0" y=(top + 16) { (short(label)) }
                text.n x="100%" y=(top + 16) text-anchor="end" { (number(lang, *n)) }
                rect.track x="0" y=(top + 23) width="100%" height="9" rx="2" {}
                @if *n > 0 { rect.mark-of x="0" y=(top + 23) width=(share(*n, most, 100)) height="9" rx="2" {} }
            }
        }
    }
}

/// Columns that stand beside each other, as time or delay grows; `ticks` is about how many are labelled below.
pub fn columns(lang: Lang, named: Named<'_>, points: &[(String, i64)], ticks: usize) -> Markup {
    let most = points.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let highest = points.iter().position(|(_, n)| *n == most);
    let (count, every) = (points.len().max(1), points.len().div_ceil(ticks.max(1)).max(1));
    let below = HEAD + PLOT;
    // the place of a column in percent, to a hundredth
    let place = |at: usize, hundredths: usize| percent((at * 100 + hundredths) * 100 / count);
    html! {
        svg.chart role="img" aria-labelledby={ (named.id) "-t" } aria-describedby={ (named.id) "-d" } width="100%" height=(below + 24) {
            title id={ (named.id) "-t" } { (named.title) }
            desc id={ (named.id) "-d" } { (named.text) }
            @for (at, (label, n)) in points.iter().enumerate() {
                @let high = if most > 0 { (n * PLOT / most).max(i64::from(*n > 0)) } else { 0 };
                @if high > 0 {
                    rect.mark-of x=(place(at, 12)) y=(below - high) width=(percent(7_600 / count)) height=(high) {}
                }
                @if *n > 0 && (points.len() <= FEW || Some(at) == highest) {
                    text.n x=(place(at, 50)) y=(below - high - 5) text-anchor="middle" { (number(lang, *n)) }
                }
                @if at % every == 0 {
                    text x=(place(at, 50)) y=(below + 18) text-anchor="middle" { (label) }
                }
            }
            line x1="0" x2="100%" y1=(below) y2=(below) {}
        }
    }
}

/// Hundredths of a percent as an attribute says them.
fn percent(hundredths: usize) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn share(n: i64, most: i64, full: i64) -> String {
    let hundredths = (n * full * 100).checked_div(most).unwrap_or_default();
    percent(usize::try_from(hundredths).unwrap_or_default().max(50))
}

fn short(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

/// A number with its thousands apart, as the language writes it.
pub fn number(lang: Lang, n: i64) -> String {
    let apart = match lang {
        Lang::Id => '.',
        Lang::En => ',',
    };
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(apart);
        }
        out.push(digit);
    }
    out
}

/// So many of 1,000, in percent with one decimal.
pub fn permille(lang: Lang, n: i64) -> String {
    let point = match lang {
        Lang::Id => ',',
        Lang::En => '.',
    };
    format!("{}{point}{} %", number(lang, n / 10), n % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named() -> Named<'static> {
        Named { id: "x", title: "Title", text: "Text" }
    }

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        assert_eq!(
            (number(Lang::Id, 1_234_567), number(Lang::En, 1_234)),
            ("1.234.567".to_owned(), "1,234".to_owned())
        );
        assert_eq!((number(Lang::Id, 0), number(Lang::En, -12)), ("0".to_owned(), "−12".to_owned()));
        assert_eq!((permille(Lang::Id, 975), permille(Lang::En, 1000)), ("97,5 %".to_owned(), "100.0 %".to_owned()));
    }

    #[test]
    fn marks_are_as_long_as_their_numbers_and_nothing_is_styled_inline() {
        let svg = bars(Lang::En, named(), &[("all".to_owned(), 8), ("half".to_owned(), 4), ("none".to_owned(), 0)]);
        let svg = svg.into_string();
        assert!(svg.contains("width=\"100.00%\"") && svg.contains("width=\"50.00%\""), "{svg}");
        assert_eq!(svg.matches("mark-of").count(), 2);
        assert!(!svg.contains("style"), "{svg}");
        let points: Vec<_> = (0..30).map(|n| (format!("d{n}"), n)).collect();
        let svg = columns(Lang::En, named(), &points, 6).into_string();
        assert_eq!(svg.matches("mark-of").count(), 29);
        assert!(
            svg.contains(">29<") && !svg.contains(">28<") && svg.contains(">d25<") && !svg.contains(">d24<"),
            "{svg}"
        );
        assert!(columns(Lang::En, named(), &[], 6).into_string().contains("<line"));
    }
}
