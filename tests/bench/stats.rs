//! Medians, percentiles and Welch's t.

/// The value below which a share of the samples lies; `share` is 0.5 for the median. Sorts the samples.
pub fn quantile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().checked_sub(1).expect("samples to take a quantile of");
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position"
    )]
    let at = (share * last as f64).round() as usize;
    samples[at]
}

/// The median. Sorts the samples.
pub fn median(samples: &mut [f64]) -> f64 {
    quantile(samples, 0.5)
}

/// Mean and variance of a sample.
#[allow(clippy::cast_precision_loss, reason = "no sample is that large")]
fn moments(samples: &[f64]) -> (f64, f64, f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let variance = samples.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, variance, n)
}

/// Welch's t for two samples: how many standard errors their means lie apart.
pub fn welch(a: &[f64], b: &[f64]) -> f64 {
    let ((ma, va, na), (mb, vb, nb)) = (moments(a), moments(b));
    (ma - mb) / (va / na + vb / nb).sqrt()
}
