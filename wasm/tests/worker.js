// The kernel in a Worker, from a module that the page compiled.

import { analyze, initSync } from "/pkg/index.js";

self.onmessage = ({ data: { module, samples } }) => {
  initSync(module);
  self.postMessage(analyze(samples, { sampleRate: 125, signal: "ppg" }).beats);
};
