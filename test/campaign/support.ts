/** Campaigns for tests: whole and valid, but for what a test says. */

import type { Campaign, CampaignFault, CampaignHunt, CampaignRun } from '#src/campaign/record';

export const fault = (of: Partial<CampaignFault>): CampaignFault => ({
  kind: 'kill',
  target: 'leader',
  firing: 'kill leader 1',
  outcome: 'installed',
  hit: ['leader', 'minority'],
  lostMs: 300,
  detectionMs: 250,
  timeToFirstOkMs: 320,
  recoveryMs: 40,
  degradedMs: 60,
  catchUpMs: 240,
  unavailableMs: 330,
  ...of,
});

export const run = (of: Partial<CampaignRun>): CampaignRun => ({
  system: 'raft',
  group: 'processes',
  workload: 'register',
  seed: 1,
  seconds: 10,
  exitCode: 0,
  reasons: [],
  counts: { ok: 900, fail: 3, info: 7 },
  availability: 0.95,
  longestOutageMs: 400,
  leaderChanges: 2,
  faults: [fault({})],
  ...of,
});

export const huntOf = (of: Partial<CampaignHunt['result']>): CampaignHunt => ({
  group: 'everything',
  result: {
    valid: true,
    system: 'raft',
    seed: 1,
    shard: { index: 1, of: 1 },
    asked: {},
    runs: 10,
    undecided: 0,
    idle: 0,
    seconds: 2,
    seedsPerSecond: 5,
    virtualSeconds: 60,
    coverage: { 'raft.elected': 3, 'raft.never': 0 },
    neverReached: ['raft.never'],
    failures:
      of.valid === false
        ? [
            {
              seed: 4,
              by: 'invariant',
              invariant: 'R1 one leader',
              explanation: 'two',
              faults: 1,
              operations: 2,
              repro: 'sim/everything/raft-4.repro.json',
              shrinkSeconds: 1,
            },
          ]
        : [],
    ...of,
  },
});

export const campaign = (of: Partial<Campaign>): Campaign => ({
  kind: 'dissent-campaign',
  version: 1,
  systems: ['raft', 'paxos'],
  startedAt: '2026-01-01T00:00:00.000Z',
  minutes: 1,
  seconds: 58,
  seed: 1,
  shards: [{ seed: 1, index: 1, of: 1 }],
  merged: false,
  interrupted: false,
  command: 'npx dissent chaos raft paxos --minutes 1',
  notRun: [],
  runs: [],
  hunts: [],
  ...of,
});
