/** The monitor of one stream. */

import { Block } from "./block.js";
import { STREAM_OPTIONS, configOf, expect, expectMaybe, optionsOf, referenceOf, samplesOf } from "./check.js";
import { emptyTable, memoryBuffer, release } from "./module.js";
import { RawMonitor } from "./raw/plethys.js";
import type { Beats, MonitorOptions, Rates, References, Samples, Snapshot, Units } from "./types.js";

/** Samples that the monitor's own input block holds. */
const INPUT_LENGTH = 4096;

/**
 * The state of one stream: push samples in, take beats and a snapshot out.
 *
 * What a monitor yields does not depend on how its samples are cut into calls. It lives in the module's memory: call `free`
 * when it is no longer needed, or declare it with `using`.
 *
 * ```ts
 * const monitor = new Monitor({ sampleRate: 125, signal: "ppg" });
 * const beats = monitor.push(samples);
 * const { pulseRate, perfusionIndex, state, absent } = monitor.snapshot();
 * ```
 */
export class Monitor {
  readonly #block: Block;
  readonly #motion: boolean;
  readonly #companion: boolean;
  #raw: RawMonitor | undefined;

  /**
   * @param options - what the stream is
   * @throws TypeError for an option of the wrong type or name
   * @throws RangeError for a value that is not taken, with the range
   */
  constructor(options: MonitorOptions) {
    memoryBuffer();
    const given = optionsOf("options", options, STREAM_OPTIONS);
    this.#motion = expectMaybe("motion", given.motion, "boolean") ?? false;
    this.#companion = expectMaybe("companion", given.companion, "boolean") ?? false;
    const config = configOf(given, { motion: this.#motion, companion: this.#companion });
    try {
      this.#raw = new RawMonitor(config);
    } finally {
      release(config);
    }
    this.#block = new Block(INPUT_LENGTH, true, this.#motion, this.#companion);
    if (new.target === Monitor) {
      Object.freeze(this); // frameworks that wrap state into proxies leave frozen objects alone; a proxy cannot reach private fields
    }
  }

  /**
   * Takes samples, copying them into the module's memory.
   *
   * @param samples - any number of samples, raw units; NaN is a missing one
   * @param references - time stamps, accelerations or companion samples that come with them
   * @returns the beats that settled, often none
   * @throws TypeError for anything but one stream of numbers
   * @throws RangeError where lengths differ or a time stamp is not finite
   * @throws Error after `finish`, and for references that the monitor was not built for
   */
  push(samples: Samples, references: References = {}): Beats {
    const raw = this.#live();
    const stream = samplesOf("samples", samples);
    const given = optionsOf("references", references, ["time", "motion", "companion"]);
    const brought = {
      time: referenceOf("time", given.time, 1, stream.length),
      motion: referenceOf("motion", given.motion, 3, stream.length),
      companion: referenceOf("companion", given.companion, 1, stream.length),
    };
    const timed = brought.time !== undefined;
    const asBuilt = (brought.motion !== undefined) === this.#motion && (brought.companion !== undefined) === this.#companion;
    if (stream.length <= this.#block.length && asBuilt) {
      this.#block.write(stream, brought);
      return settled(raw, raw.push(this.#block.raw, stream.length, timed));
    }
    const block = Block.of(stream, brought); // the kernel says it where this is not what the monitor was built for
    try {
      return settled(raw, raw.push(block.raw, block.length, timed));
    } finally {
      release(block);
    }
  }

  /** Takes samples with the time of each, s: the same as `push(samples, { time })`. */
  pushTimed(time: Samples, samples: Samples): Beats {
    samplesOf("time", time);
    return this.push(samples, { time });
  }

  /**
   * The input block in the module's memory, raw units: write samples here, then call `pushInput`, and nothing is copied.
   * Read this property anew for every block: the view is replaced when the module's memory grows.
   */
  get input(): Float64Array {
    this.#live();
    return this.#block.samples;
  }

  /** Like `input`, for the time stamp of each sample, s. */
  get inputTime(): Float64Array {
    this.#live();
    return this.#block.time;
  }

  /** Like `input`, for accelerations: x, y, z of each sample in turn. Of length 0 unless built with `motion: true`. */
  get inputMotion(): Float64Array {
    this.#live();
    return this.#block.motion;
  }

  /** Like `input`, for companion samples. Of length 0 unless built with `companion: true`. */
  get inputCompanion(): Float64Array {
    this.#live();
    return this.#block.companion;
  }

  /**
   * Takes `n` samples that were written to `input`, with what was written to `inputMotion` and `inputCompanion` where the
   * monitor was built for it, and with `inputTime` if `timed`.
   *
   * @returns the beats that settled, often none
   * @throws RangeError unless `n` is a whole number from 0 to `input.length`
   */
  pushInput(n: number, timed = false): Beats {
    const raw = this.#live();
    return settled(raw, raw.push(this.#block.raw, expect("n", n, "number"), expect("timed", timed, "boolean")));
  }

  /** Beats that settled in the last call, also where that call ended in an error. */
  get beats(): Beats {
    return this.#live().beats() as Beats;
  }

  /** Systolic peaks that the last call announced, s: each within 0.3 s of signal after its peak. */
  get pulses(): Float64Array {
    return this.#live().pulses();
  }

  /** Rate rows that the last call brought. */
  get rates(): Rates {
    return this.#live().rates() as Rates;
  }

  /** Settles what is due and ends the stream; after it only `snapshot` and `reset` are accepted. */
  finish(): Beats {
    const raw = this.#live();
    return settled(raw, raw.finish());
  }

  /** Whether `finish` was called. */
  get isFinished(): boolean {
    return this.#live().isFinished;
  }

  /** What the stream is now. */
  snapshot(): Snapshot {
    return this.#live().snapshot() as Snapshot;
  }

  /** Back to the just-built state. */
  reset(): void {
    this.#live().reset();
  }

  /** Longest time from what ends a beat to the beat, s of signal. */
  get latency(): number {
    return this.#live().latency;
  }

  /** The unit of each column of numbers. */
  get units(): Units {
    return this.#live().units() as Units;
  }

  /** Gives the memory back; the monitor cannot be used any more. Calling it again does nothing. */
  free(): void {
    if (this.#raw !== undefined) {
      this.#raw.free();
      this.#block.free();
      this.#raw = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #live(): RawMonitor {
    if (this.#raw === undefined) {
      throw new Error("the monitor was freed");
    }
    return this.#raw;
  }
}

function settled(raw: RawMonitor, count: number): Beats {
  return (count === 0 ? emptyTable("beats") : raw.beats()) as Beats;
}
