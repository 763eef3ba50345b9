/** What was held equal between the systems, and what was not. */

import type { CompareReportData } from '../compare-types.ts';
import { h, table } from './dom.ts';
import { fact } from './summary.ts';
import { systemName } from './system-mark.ts';

const names = new Map([
  ['nodes', 'nodes'],
  ['clients', 'clients'],
  ['rate', 'operations per second asked for'],
  ['opTimeoutMs', 'clients give up after, ms'],
  ['activeKeys', 'keys in use at a time'],
  ['operationsPerKey', 'operations on a key before a new one takes its place'],
  ['heartbeatMs', 'heartbeat every, ms'],
  ['electionTimeoutMs', 'a leader is missed after T to 2T; T, ms'],
  ['maxBatchEntries', 'operations in a batch, at most'],
  ['maxInflight', 'batches under way, at most'],
  ['maxUncommitted', 'operations waiting to be decided, at most'],
  ['maxPendingReads', 'reads waiting, at most'],
  ['maxSessions', 'client sessions remembered, at most'],
  ['readShare', 'share of clients that only read'],
  ['keys', 'how operations spread over keys'],
  ['maxClockDrift', 'clocks may differ in rate by, at most'],
  ['reads', 'how reads are answered'],
  ['preVote', 'asks before it campaigns (PreVote)'],
  ['canvass', 'asks before it campaigns'],
  ['checkQuorum', 'a leader without a majority steps down'],
]);

const switches = new Map([
  ['true', 'yes'],
  ['false', 'no'],
]);

const written = (value: string | undefined): string =>
  value === undefined ? '–' : (switches.get(value) ?? value);

const nameOf = (setting: string): string => names.get(setting) ?? setting;

export function compareSettings({
  controls,
  differences,
  systems,
}: CompareReportData): HTMLElement {
  const differing = [...new Set(systems.flatMap((one) => Object.keys(differences[one] ?? {})))];
  return h(
    'section',
    { id: 'controls' },
    h('h2', {}, 'Held equal'),
    h(
      'p',
      { class: 'note' },
      'The schedule of faults, its times and roles, the seeds of each round, and these settings were the same for all systems.',
    ),
    h(
      'dl',
      { class: 'facts' },
      ...Object.entries(controls).map(([name, value]) => fact(nameOf(name), written(value))),
    ),
    differing.length === 0
      ? h('p', { class: 'note' }, 'No setting differs.')
      : table(
          'What differs, because the algorithms do',
          [{ head: 'setting' }, ...systems.map((name) => ({ head: systemName(systems, name) }))],
          differing.map((name) => ({
            cells: [nameOf(name), ...systems.map((one) => written(differences[one]?.[name]))],
          })),
        ),
  );
}
