/** Prints the trace hash of the test that a seed stands for: `node test/sim/trace-hash-main.ts raft 3`. */

import { judge } from '#src/hunt/judge';
import { drawTest } from '#src/hunt/swarm';

const [system = 'raft', seed = '1'] = process.argv.slice(2);
const subject = { system, systemOptions: undefined, workload: undefined, nemesis: undefined };
const { traceHash } = await judge(drawTest(subject, Number(seed)), { hash: true });
process.stdout.write(`${traceHash}\n`);
