//! How often a study is wrong, counted over hundreds of seeds: `cargo run --release -p plethys-benches --bin study_seeds [seeds]`.
//!
//! Prints each demand with its figure and exits with 1 where one is not met. `seeds` (500) scales all of them.

use std::process::ExitCode;

use plethys_benches::study::{Noise, Outcome, Share, baselines, source_level, source_study, two_windows};

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
    let windows = ["baseline", "follow:first", "follow:last"];
    let middles = [300.0, 1800.0, 8400.0];
    let mut levels = [[0_usize; 3]; 3];
    let mut changes = [0_usize; 2];
    let mut finger = [0_usize; 2];
    let mut differences = [0_usize; 2];
    let mut widths = (0.0, 0.0);
    for seed in 0..seeds {
        let report = source_study(10_000 + seed);
        let within = |low: Option<f64>, high: Option<f64>, truth: f64| {
            usize::from(low.is_some_and(|low| low <= truth) && high.is_some_and(|high| high >= truth))
        };
        for (channel, hits) in ["left", "right", "finger"].iter().zip(&mut levels) {
            for ((window, middle), hits) in windows.iter().zip(middles).zip(hits) {
                let truth = if *channel == "finger" { 1.0 } else { source_level(middle) };
                let row = report.levels.iter().find(|row| row.channel == *channel && row.window == *window);
                *hits += row.map_or(0, |row| within(row.low, row.high, truth));
            }
        }
        for (turn, window) in ["follow:first", "follow:last"].iter().enumerate() {
            let truth = libm::log(source_level(if turn == 0 { 1800.0 } else { 8400.0 }) / 0.81);
            for row in report.changes.iter().filter(|row| row.window == *window) {
                match row.channel.as_str() {
                    "left" => {
                        changes[turn] += within(row.low, row.high, truth);
                        widths.0 += row.high.unwrap_or(0.0) - row.low.unwrap_or(0.0);
                    }
                    "finger" => finger[turn] += within(row.low, row.high, 0.0),
                    _ => {}
                }
            }
            for row in report.differences.iter().filter(|row| row.window == *window && row.channel == "left") {
                differences[turn] += within(row.low, row.high, truth);
                widths.1 += row.high.unwrap_or(0.0) - row.low.unwrap_or(0.0);
            }
        }
    }
    let share = |hits| Share { hits, of: seeds as usize };
    println!("source study at beat level: intervals that cover the planted value");
    for (channel, hits) in ["left", "right", "finger"].iter().zip(levels) {
        for (window, hits) in windows.iter().zip(hits) {
            table.between(&format!("level of {channel}, {window}"), share(hits));
        }
    }
    for turn in 0..2 {
        let window = windows[turn + 1];
        table.between(&format!("change of left, {window}"), share(changes[turn]));
        table.between(&format!("change of finger, {window}: zero"), share(finger[turn]));
        table.between(&format!("left against finger, {window}"), share(differences[turn]));
    }
    let mean = |sum: f64| sum / (4.0 * seeds.max(1) as f64);
    println!("  half-width of ln changes: {:.3} alone, {:.3} against the finger", mean(widths.0), mean(widths.1));
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
