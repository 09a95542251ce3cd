/** The same package in Node. */

export * from "./index.js";
export { init, init as default } from "./node-init.js";
