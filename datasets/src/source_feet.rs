//! The feet of the source study before a thermal camera, both in one frame, on the clock of its pulses.

use crate::rng::Rng;
use crate::source_study::SourceStudy;
use crate::thermal::{Course, Line, Outline, Shutter, Site, ThermalOutput, ThermalSynth};

/// Warming by the massage of each foot: after it, and at the end of the follow-up, K.
const TREATED: [f64; 2] = [0.8, 0.2];
const CONTRALATERAL: [f64; 2] = [0.4, 0.7];
/// Vasomotion of each foot: centre and SD of its frequency, Hz, and its SD, K.
const VASOMOTION: [f64; 3] = [0.015, 0.0075, 0.1];

/// Where the right foot, the left foot and the plate of constant temperature lie: rows and columns, half open.
pub const FEET_REGIONS: [(&str, [u32; 4]); 3] =
    [("right", [9, 18, 6, 11]), ("left", [9, 18, 21, 26]), ("plate", [1, 6, 13, 19])];
/// Temperature of the plate, °C.
pub const PLATE_CELSIUS: f64 = 30.0;

impl SourceStudy {
    /// The camera: 32 × 24 pixels of 0.1 K noise each second, counts of 0.01 K, a shutter every three minutes that moves its level by 0.1 K
    /// (SD), 10 mK (SD) of drift between the feet, a plate of 30 °C between them. The massaged right foot warms by 0.8 K and cools again, the
    /// left one warms by 0.4 and goes on to 0.7 K, each with vasomotion of its own of 0.1 K (SD).
    pub fn feet(&self) -> ThermalSynth {
        let treated = self.baseline + self.massage;
        let course = |tag: &str, [after, end]: [f64; 2]| {
            let [frequency, width, rms] = VASOMOTION;
            Course {
                level: 30.5,
                steps: vec![
                    [self.baseline, 0.0],
                    [treated, self.effect * after],
                    [treated + self.hold, self.effect * after],
                    [(self.duration() - self.hold).max(treated + self.hold + 1.0), self.effect * end],
                ],
                lines: Line::noise(&mut Rng::stream(self.seed, tag), frequency, width, rms),
                ..Course::default()
            }
        };
        let camera = ThermalSynth::mlx90640(self.seed, self.duration());
        let mut sites = camera.sites;
        for site in &mut sites {
            let is_right = site.name == "right";
            let (tag, change) = if is_right { ("right foot", TREATED) } else { ("left foot", CONTRALATERAL) };
            site.course = course(tag, change);
        }
        let plate = Outline::Rectangle { top: 0.0, bottom: 7.0, left: 12.0, right: 20.0 };
        sites.push(Site { is_fixed: true, ..Site::new("plate", plate, PLATE_CELSIUS) });
        ThermalSynth {
            frame_rate: 1.0,
            sites,
            output: ThermalOutput::Counts { kelvin_per_count: 0.01 },
            slope_drift: 0.01,
            shutter: Some(Shutter { interval: 180.0, freeze: 0.7, level: 0.1, residue: 0.0 }),
            ..camera
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sham_session_warms_no_foot() {
        let study = SourceStudy { baseline: 120.0, massage: 60.0, follow_up: 240.0, hold: 60.0, ..SourceStudy::new(3) };
        let warmth = |study: SourceStudy, site: usize| {
            let course = study.feet().sites[site].course.clone();
            let still = Course { lines: Vec::new(), ..course };
            [still.at(0.0), still.at(200.0), still.at(419.0)]
        };
        assert_eq!(warmth(study, 0), [30.5, 31.3, 30.7]);
        assert_eq!(warmth(study, 1), [30.5, 30.9, 31.2]);
        assert_eq!(warmth(SourceStudy { effect: 0.0, ..study }, 1), [30.5; 3]);
    }

    #[test]
    fn regions_lie_on_what_they_are_named_after() {
        let study = SourceStudy { baseline: 60.0, massage: 60.0, follow_up: 60.0, hold: 20.0, ..SourceStudy::new(3) };
        let mut scene = study.feet().scene().expect("a valid configuration");
        for (name, [top, bottom, left, right]) in FEET_REGIONS {
            let inside = |i: u32| (top..bottom).contains(&(i / 32)) && (left..right).contains(&(i % 32));
            let mask: Vec<bool> = (0..24 * 32).map(inside).collect();
            let truth = scene.temperature(name, 30.0).expect("a site");
            let seen = scene.mean_over(&mask, 30.0);
            assert!((seen - truth).abs() < 0.4, "{name}: {seen} of {truth} °C");
        }
    }
}
