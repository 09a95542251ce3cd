/** A study: did the circulation change? The same engine as Rust's `plethys::study` and Python's `plethys.Study`. */

import { Analysis } from "./analysis.js";
import { Block } from "./block.js";
import { described, expect, expectMaybe, optionsOf, samplesOf } from "./check.js";
import { memoryBuffer, release } from "./module.js";
import { RawStudy, rawStudyTemplate } from "./raw/plethys.js";
import type { RawAnalysis, RawReport } from "./raw/plethys.js";
import type { Samples } from "./types.js";

/** What one channel gave in one recording: an analysis, or values over time. */
export type StudySeries =
  | {
      readonly channel: string;
      readonly recording: string;
      /** Its samples are read again for the averaged beats: they must still be as they were. */
      readonly analysis: Analysis;
      /** Pressure of the cuff over the same time, mmHg, where it is a channel of its own: beats off the target are left out. */
      readonly cuff?: Samples | undefined;
    }
  | {
      readonly channel: string;
      readonly recording: string;
      /** What was measured, such as `temperature`. */
      readonly measure: string;
      /** s of the recording's clock. */
      readonly time: Samples;
      /** In the channel's unit. */
      readonly value: Samples;
    };

/** A marker that was set while recording. */
export interface StudyMarker {
  /** Whose clock the time is of; left out: study time. */
  readonly recording?: string;
  /** s. */
  readonly time: number;
  readonly label: string;
}

/** A cell of a table of results; absent is `null`. */
export type StudyCell = string | number | boolean | null;

/** A row of a table of results, by the names that `columns` lists. */
export type StudyRow = Readonly<Record<string, StudyCell>>;

/** Name, unit and meaning of a column. */
export interface StudyColumn {
  readonly name: string;
  readonly unit: string;
  readonly what: string;
}

/** The tables of a report. */
export type StudyTable =
  | "summary"
  | "phases"
  | "windows"
  | "channels"
  | "sources"
  | "levels"
  | "rejections"
  | "changes"
  | "differences"
  | "asymmetries"
  | "durations"
  | "course"
  | "shapes"
  | "findings"
  | "problems";

/**
 * What a study answers: what it is, then each table as rows, as in `report.json`. A page has no files, so `sources` have no hash of one,
 * and `input_sha256` is another than with files.
 */
export type StudyReport = {
  readonly format: string;
  readonly software: string;
  readonly version: string;
  readonly purpose: string;
  readonly title: string;
  readonly subject: string;
  readonly start: string | null;
  readonly note: string;
  readonly settings_sha256: string;
  readonly input_sha256: string;
  readonly seed: number;
  readonly alpha: number;
  readonly columns: Readonly<Record<StudyTable, readonly StudyColumn[]>>;
} & Readonly<Record<StudyTable, readonly StudyRow[]>>;

/** A documented study file to start from. */
export function studyTemplate(): string {
  memoryBuffer();
  return rawStudyTemplate();
}

/**
 * Reads a study file, takes the data, and computes the report.
 *
 * ```ts
 * const analysis = analyze(samples, { sampleRate: 250, signal: "pvr" });
 * const report = runStudy(text, [{ channel: "left_calf", recording: "session", analysis }]);
 * for (const change of report.changes) console.log(change.text);
 * ```
 *
 * What cannot be answered is a row that says why; what is wrong with the data is in `report.problems`. The order of the series does
 * not matter, and the same data give the same report.
 *
 * @param text - the study file, TOML; `studyTemplate()` is one
 * @param series - what each channel gave in each recording
 * @param markers - markers that came with the recordings
 * @throws Error with line, column and key of every fault of the study file, or for a channel or recording that it does not know
 * @throws TypeError for arguments of another type
 */
export function runStudy(text: string, series: readonly StudySeries[], markers: readonly StudyMarker[] = []): StudyReport {
  memoryBuffer();
  const study = new RawStudy(expect("text", text, "string"));
  const taken: Taken[] = [];
  let report: RawReport | undefined;
  try {
    for (const item of listOf("series", series)) {
      const pulses = add(study, item);
      if (pulses !== undefined) {
        taken.push(pulses);
      }
    }
    for (const marker of listOf("markers", markers)) {
      const given = optionsOf("markers", marker, ["recording", "time", "label"]);
      study.addMarker(
        expectMaybe("markers.recording", given.recording, "string"),
        expect("markers.time", given.time, "number"),
        expect("markers.label", given.label, "string"),
      );
    }
    report = study.run();
    for (const { channel, recording, analysis, raw } of taken) {
      const into = report;
      analysis.withSamples((block) => into.addShapes(study, channel, recording, raw, block.raw, block.length));
    }
    return JSON.parse(report.json()) as StudyReport;
  } finally {
    for (const object of [report, ...taken.map(({ own }) => own), study]) {
      if (object !== undefined) {
        release(object);
      }
    }
  }
}

/** Pulses that were added: what `analysis` came to for the study, which is another object, to be freed, where a cuff was judged. */
interface Taken {
  readonly channel: string;
  readonly recording: string;
  readonly analysis: Analysis;
  readonly raw: RawAnalysis;
  readonly own: RawAnalysis | undefined;
}

function listOf(argument: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`${argument} must be an array of objects, got ${described(value)}`);
  }
  return value as readonly unknown[];
}

function add(study: RawStudy, item: unknown): Taken | undefined {
  const given = optionsOf("series", item, ["channel", "recording", "analysis", "cuff", "measure", "time", "value"]);
  const channel = expect("series.channel", given.channel, "string");
  const recording = expect("series.recording", given.recording, "string");
  if (given.analysis !== undefined) {
    return addPulses(study, channel, recording, given.analysis, given.cuff);
  }
  study.addValues(
    channel,
    recording,
    expect("series.measure", given.measure, "string"),
    Float64Array.from(samplesOf("series.time", given.time)),
    Float64Array.from(samplesOf("series.value", given.value)),
  );
  return undefined;
}

function addPulses(study: RawStudy, channel: string, recording: string, analysis: unknown, cuff: unknown): Taken {
  if (!(analysis instanceof Analysis)) {
    throw new TypeError(`series.analysis must be what analyze() of "plethys" gives, got ${described(analysis)}`);
  }
  if (cuff === undefined || cuff === null) {
    const raw = analysis.raw();
    study.addBeats(channel, recording, raw);
    return { channel, recording, analysis, raw, own: undefined };
  }
  const block = Block.of(samplesOf("series.cuff", cuff));
  let own: RawAnalysis;
  try {
    own = study.withCuff(channel, analysis.raw(), block.raw, block.length);
  } finally {
    release(block);
  }
  try {
    study.addBeats(channel, recording, own);
  } catch (error) {
    own.free();
    throw error;
  }
  return { channel, recording, analysis, raw: own, own };
}
