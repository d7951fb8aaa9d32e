//! The course of a figure in one line of text.

use super::record::Sample;

/// Levels from nothing to the top of the line.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A course in at most `width` characters, and where two thresholds cross it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sparkline {
    /// The curve, from 0 to the larger of the highest value and the highest threshold.
    pub curve: String,
    /// Below each place where a threshold is first exceeded its mark, blanks elsewhere.
    pub marks: String,
}

/// A value that is watched, and the mark for the place where it is exceeded.
#[derive(Debug, Clone, Copy)]
pub struct Threshold {
    /// The value, as those of the curve.
    pub value: u64,
    /// Its mark.
    pub mark: char,
}

impl Sparkline {
    /// Draws the resident memory of `samples` over time. Each character covers the same time and
    /// shows the highest value in it; where nothing was measured it repeats the one before.
    pub fn new(samples: &[Sample], thresholds: &[Threshold], width: usize) -> Self {
        let columns = columns(samples, width);
        let top = columns
            .iter()
            .copied()
            .chain(thresholds.iter().map(|threshold| threshold.value))
            .max()
            .unwrap_or(0)
            .max(1);
        let level = |value: u64| {
            let step = u128::from(value) * (LEVELS.len() as u128 - 1) / u128::from(top);
            LEVELS.get(step as usize).copied().unwrap_or(' ')
        };
        let mut marks = vec![' '; columns.len()];
        for threshold in thresholds {
            if let Some(at) = columns.iter().position(|&value| value > threshold.value)
                && let Some(mark) = marks.get_mut(at)
            {
                *mark = threshold.mark;
            }
        }
        Self {
            curve: columns.iter().map(|&value| level(value)).collect(),
            marks: marks.iter().collect::<String>().trim_end().to_owned(),
        }
    }
}

fn columns(samples: &[Sample], width: usize) -> Vec<u64> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Vec::new();
    };
    let width = width.min(samples.len()).max(1);
    let span = last.at.saturating_sub(first.at).max(1);
    let mut columns: Vec<Option<u64>> = vec![None; width];
    for sample in samples {
        let passed = u128::from(sample.at.saturating_sub(first.at));
        let at = (passed * (width as u128 - 1) / u128::from(span)) as usize;
        if let Some(column) = columns.get_mut(at) {
            *column = Some(column.unwrap_or(0).max(sample.resident));
        }
    }
    let mut before = first.resident;
    let fill = |column: Option<u64>| {
        before = column.unwrap_or(before);
        before
    };
    columns.into_iter().map(fill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[u64]) -> Vec<Sample> {
        let sample = |(index, &resident): (usize, &u64)| Sample {
            at: index as u64 * 100,
            resident,
            ..Sample::default()
        };
        values.iter().enumerate().map(sample).collect()
    }

    #[test]
    fn the_curve_shows_growth_and_both_thresholds() {
        let line = Sparkline::new(
            &samples(&[10, 50, 120, 300, 520]),
            &[
                Threshold {
                    value: 100,
                    mark: 'w',
                },
                Threshold {
                    value: 500,
                    mark: 'x',
                },
            ],
            40,
        );
        assert_eq!(line.curve, "▁▁▂▅█");
        assert_eq!(line.marks, "  w x");
    }

    #[test]
    fn many_samples_fit_and_none_make_nothing() {
        let values: Vec<u64> = (0..5_000).collect();
        assert_eq!(
            Sparkline::new(&samples(&values), &[], 60)
                .curve
                .chars()
                .count(),
            60
        );
        assert_eq!(Sparkline::new(&[], &[], 60), Sparkline::default());
        assert_eq!(Sparkline::new(&samples(&[0]), &[], 60).curve, "▁");
        assert_eq!(Sparkline::new(&samples(&[u64::MAX, 0]), &[], 9).curve, "█▁");
    }
}
