/** A block of samples in the module's memory, and the views through which it is written. */

import { memoryBuffer } from "./module.js";
import { RawBlock } from "./raw/plethys.js";
import type { Samples } from "./types.js";

/** What comes with the samples of a block. */
export interface Brought {
  readonly time: Samples | undefined;
  readonly motion: Samples | undefined;
  readonly companion: Samples | undefined;
}

const NOTHING: Brought = { time: undefined, motion: undefined, companion: undefined };

/** A view of module memory that is made anew when the memory has grown. */
class View {
  readonly #pointer: number;
  readonly #length: number;
  #array: Float64Array<ArrayBuffer>;

  constructor(pointer: number, length: number) {
    this.#pointer = pointer;
    this.#length = length;
    this.#array = new Float64Array(memoryBuffer(), pointer, length);
  }

  get array(): Float64Array<ArrayBuffer> {
    const buffer = memoryBuffer();
    if (this.#array.buffer !== buffer) {
      this.#array = new Float64Array(buffer, this.#pointer, this.#length);
    }
    return this.#array;
  }
}

/** `samples`, or a copy where they lie in the module's memory: making a block may move it and leave a view on it empty. */
export function kept<Given extends Samples | undefined>(samples: Given): Given {
  return ArrayBuffer.isView(samples) && samples.buffer === memoryBuffer() ? (samples.slice() as Given) : samples;
}

export class Block {
  readonly raw: RawBlock;
  readonly length: number;
  readonly #samples: View;
  readonly #time: View;
  readonly #motion: View;
  readonly #companion: View;

  constructor(length: number, timed: boolean, motion: boolean, companion: boolean) {
    memoryBuffer(); // says so where the module is not loaded
    this.raw = new RawBlock(length, timed, motion, companion);
    this.length = length;
    this.#samples = new View(this.raw.samplesPointer(), length);
    this.#time = new View(this.raw.timePointer(), timed ? length : 0);
    this.#motion = new View(this.raw.motionPointer(), motion ? 3 * length : 0);
    this.#companion = new View(this.raw.companionPointer(), companion ? length : 0);
  }

  /** A block of just what is given. */
  static of(samples: Samples, brought: Brought = NOTHING): Block {
    const { time, motion, companion } = { time: kept(brought.time), motion: kept(brought.motion), companion: kept(brought.companion) };
    const stream = kept(samples);
    const block = new Block(samples.length, time !== undefined, motion !== undefined, companion !== undefined);
    try {
      block.write(stream, { time, motion, companion });
      return block;
    } catch (error) {
      block.free();
      throw error;
    }
  }

  get samples(): Float64Array<ArrayBuffer> {
    return this.#samples.array;
  }

  get time(): Float64Array<ArrayBuffer> {
    return this.#time.array;
  }

  get motion(): Float64Array<ArrayBuffer> {
    return this.#motion.array;
  }

  get companion(): Float64Array<ArrayBuffer> {
    return this.#companion.array;
  }

  /** Copies in what has room; every number becomes a double. */
  write(samples: Samples, brought: Brought): void {
    this.samples.set(samples);
    if (brought.time !== undefined) {
      this.time.set(brought.time);
    }
    if (brought.motion !== undefined) {
      this.motion.set(brought.motion);
    }
    if (brought.companion !== undefined) {
      this.companion.set(brought.companion);
    }
  }

  free(): void {
    this.raw.free();
  }
}
