//! Delays as a histogram whose buckets can be added up: from any range of days its percentiles come out.
//!
//! Bucket `k` holds `2^(k/4) ≤ seconds < 2^((k+1)/4)`, four for each doubling: what is read back is at most 9 % off.

use serde::Serialize;

use super::Cell;

/// The bucket of so many seconds; what took less than one counts as one.
pub fn bucket(seconds: i64) -> u32 {
    // floor(4 · log2(s)) = floor(log2(s⁴)), without floating point
    let seconds = u128::from(u64::try_from(seconds).unwrap_or(0).clamp(1, 1 << 30));
    seconds.pow(4).ilog2()
}

/// The middle of a bucket, in seconds.
fn middle(bucket: u32) -> f64 {
    ((f64::from(bucket) + 0.5) / 4.0).exp2()
}

/// Delays of a range of days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many were measured.
    pub count: i64,
    /// Half of them took at most so many seconds, within 9 %.
    pub p50_seconds: Option<i64>,
    /// 95 of 100 did.
    pub p95_seconds: Option<i64>,
    /// How many took less than so many seconds, and at least a quarter of that; powers of four.
    pub bars: Vec<Bar>,
}

/// A bar of the histogram: eight buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// Less than so many seconds.
    pub below_seconds: i64,
    /// How many.
    pub n: i64,
}

impl Spread {
    /// Out of counts whose first word is the bucket.
    pub fn of(cells: &[Cell]) -> Self {
        let mut counts: Vec<(u32, i64)> = cells.iter().filter_map(|c| Some((c.a.parse().ok()?, c.n))).collect();
        counts.sort_unstable();
        let count: i64 = counts.iter().map(|(_, n)| n).sum();
        if count == 0 {
            return Self::default();
        }
        Self {
            count,
            p50_seconds: percentile(&counts, count, 50),
            p95_seconds: percentile(&counts, count, 95),
            bars: bars(&counts),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most 2^30")]
fn percentile(counts: &[(u32, i64)], count: i64, percent: i64) -> Option<i64> {
    let mut below = 0;
    let at = counts.iter().find(|(_, n)| {
        below += n;
        below * 100 >= count * percent
    });
    at.map(|(bucket, _)| middle(*bucket).round() as i64)
}

/// Bars of eight buckets each, from the first to the last that is not empty.
fn bars(counts: &[(u32, i64)]) -> Vec<Bar> {
    let wide = |bucket: u32| bucket / 8;
    let (Some(first), Some(last)) = (counts.first(), counts.last()) else { return Vec::new() };
    (wide(first.0)..=wide(last.0))
        .map(|bar| Bar {
            below_seconds: 1 << (2 * (bar + 1)),
            n: counts.iter().filter(|(bucket, _)| wide(*bucket) == bar).map(|(_, n)| n).sum(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spread(seconds: &[i64]) -> Spread {
        let cell = |s: &i64| Cell { a: bucket(*s).to_string(), b: String::new(), n: 1 };
        Spread::of(&seconds.iter().map(cell).collect::<Vec<_>>())
    }

    #[test]
    fn percentiles_come_out_of_added_buckets() {
        let hundred: Vec<i64> = (1..=100).collect();
        let spread = spread(&hundred);
        assert_eq!(spread.count, 100);
        assert!((46..=55).contains(&spread.p50_seconds.unwrap()), "{spread:?}");
        assert!((87..=104).contains(&spread.p95_seconds.unwrap()), "{spread:?}");
        let bars: Vec<_> = spread.bars.iter().map(|bar| (bar.below_seconds, bar.n)).collect();
        assert_eq!(bars, [(4, 3), (16, 12), (64, 48), (256, 37)]);
        assert_eq!(Spread::of(&[]), Spread::default());
    }

    proptest! {
        #[test]
        fn a_delay_is_read_back_within_nine_percent(seconds in 1_i64..10_000_000) {
            let back = middle(bucket(seconds));
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let off = (back / seconds as f64 - 1.0).abs();
            prop_assert!(off < 0.0906, "{} as {}", seconds, back);
        }
    }
}
