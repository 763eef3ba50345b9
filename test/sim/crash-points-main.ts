/**
 * Prints what the crash-point loop finds in this process, where preload.ts may have planted a mutant:
 *
 *     node test/sim/crash-points-main.ts raft 3      every third point
 */

import { crashEverywhere, smallTest } from './crash-points.ts';

const [system = 'raft', step = '1'] = process.argv.slice(2);
if (system !== 'raft' && system !== 'paxos') throw new RangeError(`no such system: ${system}`);
const { points, ...found } = await crashEverywhere(smallTest(system), { step: Number(step) });
process.stdout.write(`${JSON.stringify({ ...found, points: points.length })}\n`);
