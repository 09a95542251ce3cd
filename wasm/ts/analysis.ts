/** A whole recording in one call. */

import { Block, kept } from "./block.js";
import { STREAM_OPTIONS, configOf, expect, optionsOf, referenceOf, samplesOf } from "./check.js";
import { memoryBuffer, release } from "./module.js";
import { rawAnalyze } from "./raw/plethys.js";
import type { RawAnalysis } from "./raw/plethys.js";
import type { Ensemble } from "./pvr-types.js";
import type { AnalysisFields, AnalyzeOptions, Samples, Trend } from "./types.js";

/** What a recording came to. It holds module memory for `trend` and `ensemble`: call `free` when it is no longer needed. */
export interface Analysis extends AnalysisFields {}

// The class and the interface are one type: the fields are the kernel's, and are not listed again.
export class Analysis {
  #raw: RawAnalysis | undefined;
  readonly #samples: Samples;
  readonly #length: number;
  readonly #timed: boolean;

  /** @internal */
  constructor(raw: unknown, samples: Samples, timed: boolean) {
    this.#raw = raw as RawAnalysis;
    this.#samples = samples;
    this.#length = samples.length;
    this.#timed = timed;
    Object.assign(this, this.#raw.fields());
    Object.freeze(this); // results; and frameworks that wrap state into proxies leave frozen objects alone
  }

  /**
   * Beats and rate rows in windows [k·step, k·step + window), complete ones only.
   *
   * @param window - length of a window, s
   * @param step - from one window to the next, s
   * @throws RangeError for lengths that are not taken
   */
  trend(window = 60, step = 60): Trend {
    return this.raw().trend(expect("window", window, "number"), expect("step", step, "number")) as Trend;
  }

  /**
   * The averaged beat of the accepted beats that peak from `start` to `end`, s.
   *
   * Aligned at the steepest rise, each beat above the line between its feet; median, mean and quartiles, and the contour with the
   * notch of the median beat. It is read from the samples that were analysed, of which no copy was made: they must still be as they
   * were.
   *
   * @returns the beat, or `undefined` with fewer than three whole beats, or with time stamps
   * @throws Error where the samples are gone, as after their buffer was transferred to a Worker
   */
  ensemble(start = 0, end = Infinity): Ensemble | undefined {
    const raw = this.raw();
    const [from, to] = [expect("start", start, "number"), expect("end", end, "number")];
    return this.#timed ? undefined : (this.withSamples((block) => raw.ensemble(block.raw, block.length, from, to)) as Ensemble | undefined);
  }

  /** Calls `read` with a block of the samples that were analysed; of none where they have time stamps. @internal */
  withSamples<Result>(read: (block: Block) => Result): Result {
    if (this.#samples.length !== this.#length) {
      throw new Error(`the analysis needs its samples again: expected ${this.#length}, got ${this.#samples.length} (was their buffer transferred?)`);
    }
    const block = Block.of(this.#timed ? [] : this.#samples);
    try {
      return read(block);
    } finally {
      release(block);
    }
  }

  /** @internal */
  raw(): RawAnalysis {
    if (this.#raw === undefined) {
      throw new Error("the analysis was freed");
    }
    return this.#raw;
  }

  /** Gives the memory back; every field stays, only `trend` and `ensemble` cannot be called any more. Calling it again does nothing. */
  free(): void {
    this.#raw?.free();
    this.#raw = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

/**
 * Analyses a recording: the monitor's own loop, then `finish`.
 *
 * ```ts
 * const { beats, pulseRate, perfusionIndex, absent } = analyze(ppg, { sampleRate: 125, signal: "ppg" });
 * ```
 *
 * @param samples - the recording, raw units; NaN is a missing sample
 * @param options - what the stream is, and time stamps, accelerations or companion samples that come with it
 * @throws TypeError for anything but one stream of numbers, and for an option of the wrong type or name
 * @throws RangeError for a value that is not taken, with the range
 */
export function analyze(samples: Samples, options: AnalyzeOptions): Analysis {
  memoryBuffer();
  const stream = kept(samplesOf("samples", samples));
  const given = optionsOf("options", options, [...STREAM_OPTIONS, "time"]);
  const brought = {
    time: referenceOf("time", given.time, 1, stream.length),
    motion: referenceOf("motion", given.motion, 3, stream.length),
    companion: referenceOf("companion", given.companion, 1, stream.length),
  };
  const timed = brought.time !== undefined;
  const references = { motion: brought.motion !== undefined, companion: brought.companion !== undefined };
  const block = Block.of(stream, brought);
  try {
    const estimate = timed && (given.sampleRate === undefined || given.sampleRate === null);
    const config = estimate ? configOf(given, references, block.raw, block.length) : configOf(given, references);
    try {
      return new Analysis(rawAnalyze(block.raw, block.length, timed, config), stream, timed);
    } finally {
      release(config);
    }
  } finally {
    release(block);
  }
}
