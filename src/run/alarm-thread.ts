/** Sleeps until the time that was set, sends a message, and sleeps until another time is set. Runs as a worker thread. */

import { parentPort, workerData } from 'node:worker_threads';
import type { AlarmMemory } from './real-timeline.ts';

const memory: AlarmMemory = workerData;
const version = new Int32Array(memory.version);
const due = new Float64Array(memory.due);

let rung = 0;
for (;;) {
  const seen = Atomics.load(version, 0);
  if (seen === rung) {
    Atomics.wait(version, 0, seen);
    continue;
  }
  const leftMs = ((due[0] ?? 0) - Number(process.hrtime.bigint())) / 1e6;
  // Another time may be set meanwhile: then this wait ends early, and the next round waits for that.
  if (leftMs > 0) {
    Atomics.wait(version, 0, seen, leftMs);
    continue;
  }
  rung = seen;
  parentPort?.postMessage(0);
}
