//! How often a study is wrong, counted over hundreds of seeds: `cargo run --release -p plethys-benches --bin study_seeds [seeds]`.
//!
//! Prints each demand with its figure and exits with 1 where one is not met. `seeds` (500) scales all of them.

use std::process::ExitCode;

use plethys::study::{DifferenceInDifferences, Report};
use plethys_benches::study::{Noise, Outcome, Share, baselines, source_beats, two_windows};
use plethys_datasets::STUDY_SENSORS;

fn main() -> ExitCode {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(500);
    let run = |one: &dyn Fn(u64) -> Outcome| (0..seeds).map(one).collect::<Vec<Outcome>>();
    let mut table = Table::default();

    let null = run(&|seed| two_windows(seed, &Noise::at_rest(), 600.0, 0.0));
    println!("nothing changed, 10-minute windows");
    table.at_most("claimed", Share::of(&null, |o| o.claimed), 7.0);
    shown("claimed by the beat-by-beat t-test", Share::of(&null, |o| o.t_test));
    shown("claimed by the block bootstrap", Share::of(&null, |o| o.bootstrap));

    let red = run(&|seed| two_windows(seed, &Noise::red(), 600.0, 0.0));
    println!("nothing changed, red noise");
    table.at_most("claimed", Share::of(&red, |o| o.claimed), 12.0);
    shown("claimed by the beat-by-beat t-test", Share::of(&red, |o| o.t_test));
    shown("claimed by the block bootstrap", Share::of(&red, |o| o.bootstrap));

    let short = run(&|seed| two_windows(seed, &Noise::at_rest(), 300.0, 0.0));
    println!("nothing changed, 5-minute windows");
    table.at_most("claimed", Share::of(&short, |o| o.claimed), 7.0);
    table.at_least("marked as short", Share::of(&short, |o| o.short), 100.0);

    for (percent, demand) in [(10.0, 80.0), (20.0, 95.0)] {
        let change = libm::log1p(percent / 100.0);
        let power = run(&|seed| two_windows(seed, &Noise::at_rest(), 600.0, change));
        println!("a true change of +{percent} %");
        table.at_least("claimed", Share::of(&power, |o| o.claimed), demand);
        shown("interval covers it", Share::of(&power, |o| o.covered));
    }

    let three = run(&|seed| baselines(seed, 3, 0.10));
    println!("nothing changed, three baselines, s_w = 0.10");
    table.at_most("claimed", Share::of(&three, |o| o.claimed), 7.0);
    table.at_most("not established", Share::of(&three, |o| o.not_established), 0.0);
    let two = run(&|seed| baselines(seed, 2, 0.10));
    println!("nothing changed, two baselines, s_w = 0.10");
    table.at_least("not established", Share::of(&two, |o| o.not_established), 100.0);

    source(seeds * 2 / 5, &mut table);
    if table.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Coverage of the planted levels and changes of the source study.
fn source(seeds: u64, table: &mut Table) {
    let windows = ["baseline", "follow_up:first", "follow_up:last"];
    let within = |low: Option<f64>, high: Option<f64>, truth: f64| {
        usize::from(low.is_some_and(|low| low <= truth) && high.is_some_and(|high| high >= truth))
    };
    let reports: Vec<Report> = (0..seeds).map(|seed| source_beats(10_000 + seed)).collect();
    let count = |hit: &dyn Fn(&Report) -> usize| Share { hits: reports.iter().map(hit).sum(), of: reports.len() };
    println!("source study at beat level: intervals that cover the planted value");
    for sensor in &STUDY_SENSORS {
        for (window, truth) in windows.iter().zip(sensor.levels) {
            let share = count(&|report| {
                let row = report.levels.iter().find(|row| row.channel == sensor.name && row.window == *window);
                row.map_or(0, |row| within(row.low, row.high, truth))
            });
            table.between(&format!("level of {}, {window}", sensor.name), share);
        }
    }
    for sensor in &STUDY_SENSORS {
        for (window, level) in windows.iter().zip(sensor.levels).skip(1) {
            let truth = libm::log(level / sensor.levels[0]);
            let share = count(&|report| {
                let row = report.changes.iter().find(|row| row.channel == sensor.name && row.window == *window);
                row.map_or(0, |row| within(row.low, row.high, truth))
            });
            table.between(&format!("change of {}, {window}", sensor.name), share);
        }
    }
    let (left, finger) = (STUDY_SENSORS[0], STUDY_SENSORS[2]);
    for (window, level) in windows.iter().zip(left.levels).skip(1) {
        let truth = libm::log(level / left.levels[0]);
        let share = count(&|report| {
            let same = |row: &&DifferenceInDifferences| {
                row.channel == left.name && row.reference == finger.name && row.window == *window
            };
            report.differences.iter().find(same).map_or(0, |row| within(row.low, row.high, truth))
        });
        table.between(&format!("left ankle against finger, {window}"), share);
    }
    let mean = |widths: Vec<f64>| widths.iter().sum::<f64>() / widths.len().max(1) as f64 / 2.0;
    let width = |low: Option<f64>, high: Option<f64>| Some(high? - low?);
    let alone = reports.iter().flat_map(|report| &report.changes).filter(|row| row.channel == left.name);
    let against = reports.iter().flat_map(|report| &report.differences);
    let against = against.filter(|row| row.channel == left.name && row.reference == finger.name);
    println!(
        "  half-width of ln changes of the left ankle: {:.3} alone, {:.3} against the finger",
        mean(alone.filter_map(|row| width(row.low, row.high)).collect()),
        mean(against.filter_map(|row| width(row.low, row.high)).collect())
    );
}

fn shown(what: &str, share: Share) {
    println!("  {what:<42} {:5.1} %  of {:4}", share.percent(), share.of);
}

/// Lines with a verdict.
#[derive(Default)]
struct Table {
    missed: usize,
}

impl Table {
    fn line(&mut self, what: &str, share: Share, demand: &str, met: bool) {
        self.missed += usize::from(!met);
        let verdict = if met { "met" } else { "NOT MET" };
        println!("  {what:<42} {:5.1} %  of {:4}   {demand:<14} {verdict}", share.percent(), share.of);
    }

    fn at_most(&mut self, what: &str, share: Share, limit: f64) {
        self.line(what, share, &format!("<= {limit} %"), share.percent() <= limit);
    }

    fn at_least(&mut self, what: &str, share: Share, limit: f64) {
        self.line(what, share, &format!(">= {limit} %"), share.percent() >= limit);
    }

    fn between(&mut self, what: &str, share: Share) {
        self.line(what, share, "90 to 99 %", (90.0..=99.0).contains(&share.percent()));
    }
}
