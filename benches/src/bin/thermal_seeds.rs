//! What thermography gets right, over many seeds: `cargo run --release -p plethys-benches --bin thermal_seeds [seeds [part]]`.
//!
//! Prints each demand with its figure and exits with 1 where one is not met. `seeds` (200) scales all of them; a second argument runs one
//! part alone, by its first letters: levels, movement, rewarming, bands, flow, shutters.

use std::process::ExitCode;

use plethys_benches::thermal::{
    Camera, Scenery, Vasomotion, bands, contralateral_error, difference_error, flow, level_error, movement_error,
    quantile, rewarming, shutter_steps, untold,
};

fn main() -> ExitCode {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(200);
    let few = (seeds / 10).max(2);
    let mut demands = Demands::default();
    // A part alone, by its first letters: `thermal_seeds 200 shutter`.
    let part = std::env::args().nth(2).unwrap_or_default();
    let asked = |name: &str| name.starts_with(&part);
    if asked("levels") {
        levels(few, &mut demands);
    }
    if asked("movement") {
        movement(seeds, &mut demands);
    }
    if asked("rewarming") {
        let sine = core::f64::consts::FRAC_1_SQRT_2;
        for (vasomotion, rms) in [
            (Vasomotion::Sine, 0.15 * sine),
            (Vasomotion::Sine, 0.15),
            (Vasomotion::Gaussian, 0.15),
            (Vasomotion::Resonance, 0.15),
        ] {
            println!("rewarming, 2 to 4 time constants, vasomotion: {vasomotion:?} of {rms:.3} K rms");
            rewarmed(seeds, (vasomotion, rms), &mut demands);
        }
    }
    if asked("bands") {
        oscillating(few, &mut demands);
    }
    if asked("flow") {
        flowing(few, &mut demands);
    }
    if asked("shutters") {
        shutters(few, &mut demands);
    }
    if demands.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn largest(count: u64, one: &dyn Fn(u64) -> f64) -> f64 {
    (0..count).map(one).fold(0.0, f64::max)
}

fn levels(few: u64, demands: &mut Demands) {
    println!("levels and differences, largest error");
    demands.below(
        "Lepton, 10 s means, reference in the frame, 20 min, K",
        largest(few, &|s| level_error(s, 1200.0)),
        0.05,
    );
    demands.below("the same over 2 h, K", largest((few / 5).max(1), &|s| level_error(s, 7200.0)), 0.05);
    demands.below("Lepton, 25 px a side, 10 s means, K", largest(few, &|s| difference_error(s, Camera::Lepton)), 0.02);
    demands.below("MLX90640, 60 s means, K", largest(few, &|s| difference_error(s, Camera::Mlx90640)), 0.05);
    demands.below("AMG8833, 60 s means, K", largest(few, &|s| difference_error(s, Camera::Amg8833)), 0.03);

    let mut study: Vec<f64> = (0..few).map(contralateral_error).collect();
    demands.below("study of both feet, change of their difference, p95, K", quantile(&mut study, 0.95), 0.05);
    println!("  the largest of them: {:.3} K", study.last().copied().unwrap_or(f64::NAN));
}

fn movement(seeds: u64, demands: &mut Demands) {
    let few = (seeds / 10).max(2);
    println!("movement, largest error, 50 mK of fixed pattern");
    demands.below("160 x 120, 5 px, px", largest(few, &|s| movement_error(s, Camera::Lepton, 5.0)), 0.2);
    demands.below("32 x 24, 1 px, px", largest(seeds, &|s| movement_error(s, Camera::Mlx90640, 1.0)), 0.2);
}

fn oscillating(few: u64, demands: &mut Demands) {
    println!("bands, 20 minutes");
    let trials: Vec<_> = (0..few).map(bands).collect();
    demands.above(
        "least share in the right band, %",
        100.0 * trials.iter().fold(1.0, |least: f64, t| least.min(t.share)),
        90.0,
    );
    demands.below("power, largest error, %", 100.0 * trials.iter().fold(0.0, |most: f64, t| most.max(t.error)), 5.0);
    let drifted = trials.iter().fold(0.0, |most: f64, t| most.max(t.drift_error));
    demands.below("with 50 mK of slow drift, %", 100.0 * drifted, 15.0);
    let significant = trials.iter().filter(|trial| trial.significant).count();
    println!("  all three lines above red noise, drift among them: {significant} of {few}");
    println!("  not computable in 3, 8, 16 and 20 minutes: {:?}", [3.0, 8.0, 16.0, 20.0].map(untold));
}

fn flowing(few: u64, demands: &mut Demands) {
    for depth in [1.0, 1.5, 2.0] {
        println!("flow through {depth} mm, depth fitted to a PPG trend of SNR 1");
        let trials: Vec<_> = (0..few).map(|seed| flow(seed, 1e-3 * depth)).collect();
        let median = |of: &dyn Fn(usize) -> f64| quantile(&mut (0..trials.len()).map(of).collect::<Vec<_>>(), 0.5);
        let (found, raw) = (median(&|i| trials[i].flow), median(&|i| trials[i].raw));
        demands.above("median correlation with the true flow", found, 0.95);
        demands.above("above the raw temperature's by", found - raw, 0.2);
        println!("  fitted depth, median: {:.2} mm", median(&|i| trials[i].depth));
    }
}

/// Steps without telemetry: how many are seen, by their size, and how many are told that were none.
fn shutters(few: u64, demands: &mut Demands) {
    for scenery in [Scenery::Still, Scenery::Warming, Scenery::Moving] {
        println!("shutters without telemetry, {scenery:?}");
        let trials: Vec<_> = (0..few).map(|seed| shutter_steps(seed, 1200.0, 0.02, scenery)).collect();
        let hours = trials.iter().map(|trial| trial.duration).sum::<f64>() / 3600.0;
        let alarms: u32 = trials.iter().map(|trial| trial.false_alarms).sum();
        for [low, high] in [[0.0, 0.01], [0.01, 0.015], [0.015, 0.025], [0.025, 0.05], [0.05, 1.0]] {
            let of_size =
                trials.iter().flat_map(|trial| &trial.steps).filter(|(size, _)| (low..high).contains(&size.abs()));
            let (count, seen) = of_size.fold((0, 0), |(count, seen), (_, found)| (count + 1, seen + u32::from(*found)));
            println!("  steps of {:.0} to {:.0} mK: {seen} of {count} seen", 1e3 * low, 1e3 * high);
        }
        demands.below(
            &format!("told where there was none, in 2 h ({hours:.1} h)"),
            f64::from(alarms) / hours * 2.0,
            0.5,
        );
    }
}

fn rewarmed(seeds: u64, (vasomotion, rms): (Vasomotion, f64), demands: &mut Demands) {
    let (mut held, mut answered) = ([0.0; 4], 0.0);
    let mut errors = [const { Vec::new() }; 3];
    for seed in 0..seeds {
        let seen = 2.0 + 2.0 * seed as f64 / seeds as f64;
        let (truth, fit) = rewarming(seed, seen, vasomotion, rms);
        let (Some(start), Some(lag), Some(tau), Some(end)) = (fit.start, fit.lag, fit.tau, fit.end) else { continue };
        answered += 1.0;
        let pairs = [(tau, truth.tau), (end, truth.end), (lag, truth.lag), (start, truth.start)];
        for (held, (estimate, truth)) in held.iter_mut().zip(pairs) {
            *held += f64::from(u8::from(estimate.holds(truth)));
        }
        errors[0].push(100.0 * (end.value - truth.end).abs() / (truth.end - truth.start));
        errors[1].push(100.0 * (tau.value / truth.tau - 1.0).abs());
        errors[2].push((lag.value - truth.lag).abs());
    }
    demands.above("answered, %", 100.0 * answered / seeds as f64, 99.0);
    for ((name, limit), errors) in
        [("end, p95, % of the rise", 5.0), ("tau, p95, %", 5.0), ("lag, p95, s", 6.0)].into_iter().zip(&mut errors)
    {
        demands.below(name, quantile(errors, 0.95), limit);
    }
    for (name, held) in ["tau", "end", "lag", "start"].into_iter().zip(held) {
        demands.within(&format!("interval of {name} holds the truth, %"), 100.0 * held / answered, 88.0, 99.0);
    }
    let short =
        |seed: &u64| rewarming(*seed, 0.3 + 0.65 * *seed as f64 / seeds as f64, vasomotion, rms).1.tau.is_none();
    let short = (0..seeds).filter(short).count();
    demands.above("below one time constant: not rewarmed, %", 100.0 * short as f64 / seeds as f64, 100.0);
}

/// Prints figures beside what is asked of them, and counts what is missed.
#[derive(Default)]
struct Demands {
    missed: u32,
}

impl Demands {
    fn below(&mut self, name: &str, value: f64, limit: f64) {
        self.show(name, value, &format!("at most {limit}"), value <= limit);
    }

    fn above(&mut self, name: &str, value: f64, limit: f64) {
        self.show(name, value, &format!("at least {limit}"), value >= limit);
    }

    fn within(&mut self, name: &str, value: f64, low: f64, high: f64) {
        self.show(name, value, &format!("{low} to {high}"), (low..=high).contains(&value));
    }

    fn show(&mut self, name: &str, value: f64, demand: &str, met: bool) {
        self.missed += u32::from(!met);
        println!("  {name:<58} {value:>8.3}   {demand}{}", if met { "" } else { "   MISSED" });
    }
}
