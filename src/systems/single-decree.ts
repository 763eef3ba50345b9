/** Single-decree Paxos as a system under test: it decides one value per key, and does nothing else. */

import { ownSystem } from './own.ts';

export const singleDecree = ownSystem({
  algorithm: 'single-decree',
  summary: 'our single-decree Paxos, one decision per key; for the workload consensus',
  own: {},
  flags: [],
  workloads: ['consensus'],
  leaderless: true,
});
