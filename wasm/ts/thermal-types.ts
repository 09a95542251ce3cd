/** What the thermal part of the package takes and gives. Fields and columns are the kernel's, with its names in camel case. */

import type { Samples } from "./types.js";

/** Pixels of a frame, row by row: counts (integers), or °C, where NaN is a missing pixel. */
export type ThermalPixels = Samples;

/** A frame whose shape is told, so that a shape that has changed is noticed. */
export interface ThermalFrame {
  readonly rows: number;
  readonly columns: number;
  readonly pixels: ThermalPixels;
}

/** What the numbers of a frame are: °C, counts of 0.01 K, of 0.1 K, K per count, or the constants of a camera's Planck form. */
export type ThermalUnit =
  | "Cel"
  | "cK"
  | "dK"
  | number
  | { readonly r1: number; readonly r2: number; readonly b: number; readonly f: number; readonly o: number };

/** Where a region lies; `erode` takes so many pixels off its edge. */
export type ThermalRegion =
  | { readonly whole: true; readonly erode?: number | undefined }
  /** Rows top to below bottom, columns left to below right. */
  | { readonly rectangle: readonly [top: number, bottom: number, left: number, right: number]; readonly erode?: number | undefined }
  /** Corners in pixels, x to the right and y down. */
  | { readonly polygon: readonly (readonly [x: number, y: number])[]; readonly erode?: number | undefined }
  /** One number for each pixel, row by row: 0 is outside. */
  | { readonly mask: Samples; readonly erode?: number | undefined }
  /** The mirror image of an earlier region across the vertical line x = axis. */
  | { readonly mirror: string; readonly axis: number; readonly erode?: number | undefined };

/** How a camera's shutter is found. */
export type ShutterRule = "none" | "telemetry" | "detect";

/** What a stream of frames is, and what is asked of it. */
export interface ThermalOptions {
  /** Rows and columns of a frame, 1 to 1280; 1 and 1 for a contact probe. */
  readonly rows: number;
  readonly columns: number;
  /** `"Cel"` where it is not given. */
  readonly unit?: ThermalUnit | undefined;
  /** Places by name; or pairs of a name and a place. */
  readonly regions: Readonly<Record<string, ThermalRegion>> | readonly (readonly [name: string, region: ThermalRegion])[];
  /** Right and left region by the name of their difference. */
  readonly differences?: Readonly<Record<string, readonly [right: string, left: string]>> | undefined;
  /** Distal and proximal region by the name of their difference. */
  readonly gradients?: Readonly<Record<string, readonly [distal: string, proximal: string]>> | undefined;
  /** Emissivity of the surface, 0.5 to 1, applied here; `"camera"` where the camera has applied it. It is never applied twice. */
  readonly emissivity?: number | "camera" | undefined;
  /** Apparent temperature of what the surface mirrors, °C; needed with an emissivity. */
  readonly reflected?: number | undefined;
  /** Transmission of the air, 0.5 to 1, and its temperature, °C. */
  readonly transmission?: number | undefined;
  readonly air?: number | undefined;
  /** A region of constant temperature, against which the camera's drift is corrected; its temperature where it is known, °C. */
  readonly reference?: { readonly region: string; readonly temperature?: number | undefined } | undefined;
  /** Start and end of the person's own baseline, s. */
  readonly baseline?: readonly [start: number, end: number] | undefined;
  /** Time since switching on that is flagged as warming, s; 600 for cameras. */
  readonly warmUp?: number | undefined;
  /** Time around a shutter that is left out, s; 1. */
  readonly cut?: number | undefined;
  readonly shutterRule?: ShutterRule | undefined;
  /** Pixels known to be bad. */
  readonly badPixels?: readonly (readonly [row: number, column: number])[] | undefined;
  readonly skipRepeated?: boolean | undefined;
  readonly findBadPixels?: boolean | undefined;
  readonly percentiles?: boolean | undefined;
  readonly watchLimb?: boolean | undefined;
  /** Whether regions follow the limb; frames of 16 × 16 or more. */
  readonly follow?: boolean | undefined;
}

/** What a camera says beside a frame. */
export interface Telemetry {
  /** Whether the shutter is shut. */
  readonly shutter?: boolean | undefined;
  /** The camera's frame counter: the same number again is the same frame again. */
  readonly counter?: number | undefined;
  /** Time since switching on, s. */
  readonly uptime?: number | undefined;
}

/** How `analyzeThermal` takes a stack: with time stamps, or a rate. */
export interface AnalyzeThermalOptions extends ThermalOptions {
  /** Time stamp of each frame, s. */
  readonly time?: Samples | undefined;
  /** Frames per second, where there are no stamps: up to 200. */
  readonly sampleRate?: number | undefined;
  /** The camera's telemetry, one entry per frame. */
  readonly shutter?: Samples | undefined;
  readonly counter?: Samples | undefined;
  readonly uptime?: Samples | undefined;
}

/** Why a temperature is absent, or why a row was not accepted. */
export type ThermalReason =
  | "Shutter"
  | "Missing"
  | "WrongUnit"
  | "OutOfFrame"
  | "LimbLeft"
  | "Unreferenced"
  | "TooShort"
  | "NotRewarmed"
  | "NotComputable"
  | "Flat"
  | "Partner"
  | "NoBaseline"
  | "NoOverlap"
  | "NoFit";

/** What a stream of frames is doing. */
export type ThermalState = "TooShort" | "WarmingUp" | "Measuring" | "Shutter" | "Frozen" | "Missing";

/** What was noticed in a stream of frames. */
export type ThermalNotice =
  | "Shutter"
  | "Step"
  | "BackwardStamp"
  | "BadPixel"
  | "LimbLeft"
  | "LimbBack"
  | "WrongUnit"
  | "Gap"
  | "ReferenceLost";

/** Each region in each frame. An absent number is NaN, an absent word `undefined`. */
export interface ThermalRegions {
  /** Number of rows. */
  readonly length: number;
  /** Time stamp of the frame, s. */
  readonly time: Float64Array;
  /** Mean, °C. */
  readonly mean: Float64Array;
  /** Median, °C. */
  readonly median: Float64Array;
  /** Standard deviation of the pixels, K. */
  readonly sd: Float64Array;
  /** 5th percentile, °C. */
  readonly p5: Float64Array;
  /** 95th percentile, °C. */
  readonly p95: Float64Array;
  /** Pixels that entered. */
  readonly count: Float64Array;
  /** Added against the camera's drift, K. */
  readonly correction: Float64Array;
  /** Number of the stretch between two shutters. */
  readonly segment: Float64Array;
  /** Pixels to the right since the first frame. */
  readonly shiftX: Float64Array;
  /** Pixels down since the first frame. */
  readonly shiftY: Float64Array;
  /** 1 where the row enters means, differences and studies. */
  readonly accepted: Uint8Array;
  /** 1 within the cut around a shutter. */
  readonly shutter: Uint8Array;
  /** 1 while the camera warms up. */
  readonly warming: Uint8Array;
  /** 1 of fewer than 25 pixels. */
  readonly fewPixels: Uint8Array;
  /** 1 where the limb has left the region. */
  readonly limbLeft: Uint8Array;
  /** 1 where the region, moved along, lies outside the frame. */
  readonly outOfFrame: Uint8Array;
  /** 1 where movement along one direction cannot be seen. */
  readonly unobservable: Uint8Array;
  /** Name of the region. */
  readonly region: readonly string[];
  /** Why the row is not accepted. */
  readonly reason: readonly (ThermalReason | undefined)[];
}

/** Regions (°C), or differences (K), over windows of 1, 10 and 60 s. */
export interface ThermalMeans {
  /** Number of windows. */
  readonly length: number;
  /** Centre of the window, s. */
  readonly time: Float64Array;
  /** Length of the window, s. */
  readonly window: Float64Array;
  /** Mean of the frames. */
  readonly mean: Float64Array;
  /** Standard deviation of the frames, K. */
  readonly sd: Float64Array;
  /** Frames that entered. */
  readonly frames: Float64Array;
  /** Share of the window that they span. */
  readonly coverage: Float64Array;
  /** Number of the stretch between two shutters. */
  readonly segment: Float64Array;
  /** 1 where frames are of more than one stretch. */
  readonly crossing: Uint8Array;
  /** 1 while the camera warmed up. */
  readonly warming: Uint8Array;
  /** Name of the region, or of the difference. */
  readonly region: readonly string[];
}

/** Each difference in each frame. */
export interface ThermalDifferences {
  /** Number of rows. */
  readonly length: number;
  /** Time stamp of the frame, s. */
  readonly time: Float64Array;
  /** Right minus left, or distal minus proximal, K. */
  readonly delta: Float64Array;
  /** Its change from the baseline, K. */
  readonly change: Float64Array;
  /** 1 where the row enters means and studies. */
  readonly accepted: Uint8Array;
  /** Name of the difference. */
  readonly difference: readonly string[];
  /** Why the difference, or its change, is absent. */
  readonly reason: readonly (ThermalReason | undefined)[];
}

/** What was noticed. */
export interface ThermalEvents {
  /** Number of events. */
  readonly length: number;
  /** When, s. */
  readonly time: Float64Array;
  /** Its size: K of a step, s of a gap or a backward stamp, the share of pixels in a wrong unit. */
  readonly size: Float64Array;
  /** Row of the pixel. */
  readonly row: Float64Array;
  /** Column of the pixel. */
  readonly column: Float64Array;
  /** What. */
  readonly notice: readonly ThermalNotice[];
  /** Name of the region that it is about. */
  readonly region: readonly (string | undefined)[];
}

/** The tables of a call, or of a whole recording. */
export interface ThermalTables {
  readonly regions: ThermalRegions;
  readonly means: ThermalMeans;
  readonly differences: ThermalDifferences;
  readonly differenceMeans: ThermalMeans;
  readonly events: ThermalEvents;
}

/** How many frames were not plain. */
export interface ThermalCounts {
  /** Frames pushed. */
  readonly frames: number;
  /** Of these, frames that were the one before again. */
  readonly repeated: number;
  /** Of these, frames whose time stamp did not increase. */
  readonly backward: number;
  /** Of these, frames that are mostly in another unit. */
  readonly wrongUnit: number;
  /** Shutters and steps of the whole scene. */
  readonly shutters: number;
  /** Pixels left out. */
  readonly badPixels: number;
}

/** A thermal stream as it is now. */
export interface ThermalSnapshot {
  /** Time stamp of the last frame, s. */
  readonly time: number | undefined;
  readonly state: ThermalState;
  readonly counts: ThermalCounts;
  /** Number of the stretch between two shutters. */
  readonly segment: number;
  /** Usual time between two frames, s. */
  readonly interval: number | undefined;
  /** Noise of a pixel, K (SD). */
  readonly noise: number | undefined;
  /** What is added against the camera's drift, K. */
  readonly correction: number | undefined;
  /** How far the limb has moved: right, down, pixels. */
  readonly shift: readonly [right: number, down: number] | undefined;
  /** Newest mean of each region, °C, at once and not settled. */
  readonly temperatures: Readonly<Record<string, number | undefined>>;
  /** Why a region's newest row is not accepted. */
  readonly absent: Readonly<Record<string, ThermalReason>>;
  /** Mean of each difference over the baseline so far, K. */
  readonly baselines: Readonly<Record<string, number | undefined>>;
}

/** A region (°C), or a difference (K), over a whole recording. */
export interface ThermalOverview {
  /** Rows that were accepted, and that were left out. */
  readonly accepted: number;
  readonly leftOut: number;
  /** Why most of these were. */
  readonly leftOutReason: ThermalReason | undefined;
  readonly mean: number | undefined;
  /** Means of the first and the last minute. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  /** Slope, K/min. */
  readonly rate: number | undefined;
  /** Why there is no mean, or nothing from `first` on. */
  readonly reason: ThermalReason | undefined;
}

/** What a stack of frames came to. */
export interface ThermalAnalysis extends ThermalTables, Omit<ThermalSnapshot, "time" | "temperatures"> {
  readonly overview: Readonly<Record<string, ThermalOverview>>;
  readonly differenceOverview: Readonly<Record<string, ThermalOverview>>;
  /** Whether levels of different times may be compared. */
  readonly isComparable: boolean;
  readonly emissivityAppliedBy: "nobody" | "camera" | "plethys";
  /** From the first to the last stamp, s. */
  readonly duration: number;
  /** How long after its frame a row comes from a monitor, s. */
  readonly latency: number;
}
