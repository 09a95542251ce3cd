/** The entry for pulse streams in Node. */

export * from "./pulses.js";
export { init, init as default } from "./node-init.js";
