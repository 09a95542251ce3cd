/** A whole recording in one call. */

import { Block } from "./block.js";
import { STREAM_OPTIONS, configOf, optionsOf, referenceOf, samplesOf } from "./check.js";
import { memoryBuffer } from "./module.js";
import { rawAnalyze } from "./raw/plethys.js";
import type { Analysis, AnalyzeOptions, Samples } from "./types.js";

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
  const stream = samplesOf("samples", samples);
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
    const config = estimate ? configOf(given, references, block.raw, stream.length) : configOf(given, references);
    try {
      const raw = rawAnalyze(block.raw, stream.length, timed, config);
      const analysis = raw.fields() as Analysis;
      raw.free();
      return analysis;
    } finally {
      config.free();
    }
  } finally {
    block.free();
  }
}
