//! What stands out among people of the desk: counts far from their peers', and pairs who agree with each other too often.
//!
//! Nothing here says that anybody did wrong. It says where to look, with the numbers that led there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// With fewer people than this no count is called unusual: shares are shown alone.
pub const PEERS_MIN: usize = 5;
/// A count below this is never unusual.
pub const COUNT_MIN: i64 = 5;
/// How far from the median a count must be, in robust standard deviations (Iglewicz and Hoaglin's modified z-score).
pub const SCORE_MIN: f64 = 3.5;
/// Approvals that a pair must have.
pub const PAIR_MIN: i64 = 5;
/// How likely, at most, so many would be if approvers were drawn by chance.
pub const CHANCE_MAX: f64 = 0.001;

/// Somebody's count among their peers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// Who.
    pub who: String,
    /// How often.
    pub n: i64,
    /// Of all, in percent.
    pub percent: i64,
    /// Distance from the median in robust standard deviations; none with too few peers.
    pub score: Option<f64>,
    /// Whether it is far above the others.
    pub stands_out: bool,
}

/// How people did one kind of thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Peers {
    /// Everybody who did anything, the most first.
    pub standings: Vec<Standing>,
    /// The median of their counts.
    pub median: f64,
    /// Whether there were too few to compare.
    pub few: bool,
}

/// Compares counts; who did nothing of it counts as a peer with 0.
pub fn peers(counts: &BTreeMap<String, i64>) -> Peers {
    let sum: i64 = counts.values().sum();
    if sum == 0 {
        return Peers { few: counts.len() < PEERS_MIN, ..Peers::default() };
    }
    let values: Vec<f64> = counts.values().copied().map(real).collect();
    let (median, few) = (median(&values), counts.len() < PEERS_MIN);
    let unit = spread(&values, median);
    let standing = |(who, &n): (&String, &i64)| {
        let score = (!few).then(|| ((real(n) - median) / unit * 10.0).round() / 10.0);
        let stands_out = n >= COUNT_MIN && score.is_some_and(|score| score > SCORE_MIN);
        Standing { who: who.clone(), n, percent: percent(n, sum), score, stands_out }
    };
    let mut standings: Vec<Standing> = counts.iter().map(standing).collect();
    standings.sort_by(|x, y| y.n.cmp(&x.n).then_with(|| x.who.cmp(&y.who)));
    Peers { standings, median, few }
}

/// A robust standard deviation: of the median absolute deviation, of the mean one where more than half are equal; of at
/// least one, so that a single event more is no distance.
fn spread(values: &[f64], middle: f64) -> f64 {
    let off: Vec<f64> = values.iter().map(|v| (v - middle).abs()).collect();
    let mad = median(&off) * 1.4826;
    let mean = off.iter().sum::<f64>() / real(i64::try_from(off.len()).unwrap_or(1).max(1)) * 1.2533;
    if mad > 0.0 { mad.max(1.0) } else { mean.clamp(1.0, f64::MAX) }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match (sorted.get(half.wrapping_sub(1)), sorted.get(half)) {
        (Some(low), Some(high)) if sorted.len().is_multiple_of(2) => f64::midpoint(*low, *high),
        (_, Some(middle)) => *middle,
        _ => 0.0,
    }
}

/// A proposer one of whose approvers agrees more often than the others' proposals would let expect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Who proposed.
    pub proposer: String,
    /// Who agreed.
    pub approver: String,
    /// How often.
    pub n: i64,
    /// Approvals of that proposer's proposals.
    pub of: i64,
    /// The share, in percent.
    pub percent: i64,
    /// The share to be expected, in percent: that approver's share of what others proposed, or an even one if that is more.
    pub expected_percent: i64,
    /// How often it was the other way round.
    pub back: i64,
}

/// Pairs that agree much more often than by chance; `counts` are approvals by (proposer, approver).
pub fn pairs(counts: &BTreeMap<(String, String), i64>) -> Vec<Pair> {
    let approvers: BTreeSet<&String> = counts.keys().map(|(_, approver)| approver).collect();
    let mut found: Vec<Pair> = counts
        .iter()
        .filter(|((proposer, _), n)| **n >= PAIR_MIN && proposer != "user")
        .filter_map(|((proposer, approver), &n)| {
            let of: i64 = counts.iter().filter(|((p, _), _)| p == proposer).map(|(_, n)| n).sum();
            let expected = expected(counts, &approvers, proposer, approver)?;
            let much = real(n) / real(of) >= 1.5 * expected && chance(n, of, expected) < CHANCE_MAX;
            much.then(|| Pair {
                proposer: proposer.clone(),
                approver: approver.clone(),
                n,
                of,
                percent: percent(n, of),
                #[expect(clippy::cast_possible_truncation, reason = "at most 100")]
                expected_percent: (expected * 100.0).round() as i64,
                back: counts.get(&(approver.clone(), proposer.clone())).copied().unwrap_or_default(),
            })
        })
        .collect();
    found.sort_by(|x, y| y.n.cmp(&x.n).then_with(|| (&x.proposer, &x.approver).cmp(&(&y.proposer, &y.approver))));
    found
}

/// The share of `approver` among approvals of what others proposed, drawn towards an even share where those are few, and at
/// least that. None where nobody else could have agreed.
fn expected(
    counts: &BTreeMap<(String, String), i64>,
    approvers: &BTreeSet<&String>,
    proposer: &String,
    approver: &String,
) -> Option<f64> {
    let able = approvers.iter().filter(|a| **a != proposer).count();
    if able < 2 {
        return None;
    }
    // what the approver proposed cannot have been agreed to by the approver
    let others = || counts.iter().filter(|((p, a), _)| p != proposer && p != approver && a != proposer);
    let all: i64 = others().map(|(_, n)| n).sum();
    let own: i64 = others().filter(|((_, a), _)| a == approver).map(|(_, n)| n).sum();
    let even = 1.0 / real(i64::try_from(able).ok()?);
    Some(((real(own) + PRIOR * even) / (real(all) + PRIOR)).max(even))
}

/// So many approvals the even share weighs.
const PRIOR: f64 = 4.0;

/// How likely at least `n` of `of` are, each of which happens with that likelihood.
fn chance(n: i64, of: i64, each: f64) -> f64 {
    let (yes, no) = (each.ln(), (1.0 - each).ln());
    let mut choose = 0.0;
    let mut sum = 0.0;
    for k in 0..=of {
        if k > 0 {
            choose += real(of - k + 1).ln() - real(k).ln();
        }
        if k >= n {
            sum += (choose + real(k) * yes + real(of - k) * no).exp();
        }
    }
    sum.min(1.0)
}

fn percent(n: i64, of: i64) -> i64 {
    (n * 100 + of / 2).checked_div(of).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn real(n: i64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: &[(&str, i64)]) -> BTreeMap<String, i64> {
        all.iter().map(|(who, n)| ((*who).to_owned(), *n)).collect()
    }

    fn outs(all: &[(&str, i64)]) -> Vec<String> {
        let standings = peers(&counts(all)).standings;
        standings.into_iter().filter(|s| s.stands_out).map(|s| s.who).collect()
    }

    fn approvals(all: &[(&str, &str, i64)]) -> BTreeMap<(String, String), i64> {
        all.iter().map(|(p, a, n)| (((*p).to_owned(), (*a).to_owned()), *n)).collect()
    }

    #[test]
    fn one_who_does_far_more_than_the_others_stands_out() {
        assert_eq!(outs(&[("a", 40), ("b", 4), ("c", 5), ("d", 6), ("e", 5)]), ["a"]);
        assert_eq!(outs(&[("a", 9), ("b", 4), ("c", 5), ("d", 6), ("e", 8)]), Vec::<String>::new());
        // nobody else did any of it: five are worth a look, four are not
        assert_eq!(outs(&[("a", 25), ("b", 0), ("c", 0), ("d", 0), ("e", 0), ("f", 0)]), ["a"]);
        assert_eq!(outs(&[("a", 4), ("b", 0), ("c", 0), ("d", 0), ("e", 0)]), Vec::<String>::new());
        // one event more than equals is no distance
        assert_eq!(outs(&[("a", 6), ("b", 5), ("c", 5), ("d", 5), ("e", 5)]), Vec::<String>::new());
    }

    #[test]
    fn one_who_does_much_does_not_hide_another() {
        assert_eq!(outs(&[("a", 300), ("b", 60), ("c", 5), ("d", 6), ("e", 5), ("f", 4), ("g", 5)]), ["a", "b"]);
    }

    #[test]
    fn few_people_are_shown_with_their_shares_alone() {
        let peers = peers(&counts(&[("a", 30), ("b", 10)]));
        assert!(peers.few && peers.standings.iter().all(|s| s.score.is_none() && !s.stands_out));
        let shares: Vec<_> = peers.standings.iter().map(|s| (s.who.as_str(), s.percent)).collect();
        assert_eq!(shares, [("a", 75), ("b", 25)]);
        assert!(super::peers(&counts(&[])).standings.is_empty());
    }

    #[test]
    fn a_pair_that_agrees_more_than_chance_is_named() {
        let found = pairs(&approvals(&[
            ("rina", "budi", 18),
            ("rina", "dewi", 2),
            ("joko", "budi", 10),
            ("joko", "dewi", 11),
            ("wati", "budi", 9),
            ("wati", "dewi", 10),
            ("budi", "rina", 3),
        ]));
        let named: Vec<_> =
            found.iter().map(|p| (p.proposer.as_str(), p.approver.as_str(), p.n, p.of, p.back)).collect();
        assert_eq!(named, [("rina", "budi", 18, 20, 3)]);
        assert_eq!(found[0].percent, 90);
        assert!((50..=52).contains(&found[0].expected_percent), "{found:?}");
    }

    #[test]
    fn a_pair_without_a_choice_or_with_few_counts_is_not() {
        assert_eq!(pairs(&approvals(&[("rina", "budi", 50), ("joko", "budi", 20)])), []);
        assert_eq!(pairs(&approvals(&[("rina", "budi", 4), ("joko", "dewi", 4)])), []);
        assert_eq!(pairs(&approvals(&[("rina", "budi", 10), ("rina", "dewi", 9), ("joko", "budi", 10)])), []);
        assert_eq!(pairs(&approvals(&[("user", "budi", 50), ("user", "dewi", 2)])), []);
    }

    #[test]
    fn the_chance_is_the_tail_of_the_binomial() {
        assert!((chance(0, 10, 0.3) - 1.0).abs() < 1e-9);
        assert!((chance(10, 10, 0.5) - 0.5_f64.powi(10)).abs() < 1e-12);
        assert!((chance(2, 3, 0.5) - 0.5).abs() < 1e-9);
    }
}
