/** A fault of a schedule in words, as it happened: for people who have not seen the list of faults. */

import { show } from '#reports/text';
import type { FaultRecord } from '../schedule/player.ts';
import type { FaultSpec } from '../schedule/schedule.ts';

/** A parameter as it is, a text without quotes. */
const word = (value: unknown): string => (typeof value === 'string' ? value : show(value));

type Tell = (who: string, are: string, parameters: FaultSpec) => string;

const isOf = (parameters: FaultSpec, name: string, value: unknown): boolean =>
  parameters[name] === value;

const wayOf = ({ direction }: FaultSpec): string =>
  direction === 'in'
    ? ', for what is sent to them'
    : direction === 'out'
      ? ', for what they send'
      : '';

const styles = new Map<unknown, string>([
  ['hold', 'messages wait at the cut'],
  ['drop', 'messages are lost'],
  ['refuse', 'connections are refused'],
]);

const styleOf = ({ style }: FaultSpec): string => {
  const words = styles.get(style);
  return words === undefined ? '' : ` (${words})`;
};

function kill(who: string, are: string, { pattern }: FaultSpec): string {
  if (pattern === 'rolling') return `${who} ${are} killed one after the other`;
  return `${who} ${are} killed${pattern === 'loop' ? ' again and again' : ''}`;
}

function clock(who: string, _: string, { mode = 'jump', offsetMs, rate }: FaultSpec): string {
  const how = [
    ...(offsetMs === undefined ? [] : [`by ${word(offsetMs)} ms`]),
    ...(rate === undefined ? [] : [`at rate ${word(rate)}`]),
  ].join(' ');
  return `the clock of ${who} goes wrong: ${word(mode)} ${how}`.trim();
}

const byKind: Readonly<Record<string, Tell>> = {
  kill,
  pause: (who, are) => `${who} ${are} paused`,
  'power-loss': (who, _, fault) =>
    `${who} lose power; what was not fsynced is ${isOf(fault, 'unsynced', 'torn') ? 'torn' : 'lost'}`,
  partition: (who, are, fault) =>
    isOf(fault, 'shape', 'isolate')
      ? `${who} ${are} cut off from the others${wayOf(fault)}${styleOf(fault)}`
      : `the network is cut (${word(fault['shape'])})${wayOf(fault)}${styleOf(fault)}, around ${who}`,
  'client-cut': (who, are, fault) => `${who} ${are} cut off from clients${styleOf(fault)}`,
  flapping: (who, are) => `the links around ${who} ${are} cut and healed again and again`,
  loss: (who, _, { loss }) =>
    `messages from and to ${who} are lost, ${Number(loss) * 100} % of them`,
  'slow-link': (who, _, { latencyMs }) =>
    `messages from and to ${who} take ${word(latencyMs)} ms longer`,
  bandwidth: (who, _, { bytesPerSecond }) =>
    `the links around ${who} carry ${word(bytesPerSecond)} bytes per second only`,
  slicer: (who) => `what is sent on the links around ${who} comes in small pieces`,
  reset: (who) => `the connections of ${who} are broken again and again`,
  'slow-cpu': (who, _, { share }) => `${who} get ${Number(share) * 100} % of their time only`,
  clock,
  disk: (who, _, { mode, code = 'EIO' }) =>
    mode === 'slow' ? `the disk of ${who} is slow` : `the disk of ${who} fails (${word(code)})`,
  damage: (who, _, { mode }) => `the disk of ${who} is damaged (${word(mode)})`,
};

/** Whom it hits: `the leader (n3)`, `n2`, `n1 and n2`. */
function whom({ entry, resolved, leader }: FaultRecord): string {
  const names =
    resolved.length < 2
      ? (resolved[0] ?? entry.target)
      : `${resolved.slice(0, -1).join(', ')} and ${resolved.at(-1)}`;
  const isLeader = resolved.length === 1 && resolved[0] === leader;
  return isLeader ? `the leader (${names})` : names;
}

const ms = (value: number): string => `${Number(value.toFixed(1))} ms`;

/** Without a time and a full stop: `the leader (n3) is paused`. */
export function faultWords(record: FaultRecord): string {
  const { fault } = record.entry;
  const who = whom(record);
  const tell = byKind[fault.kind];
  const are = record.resolved.length > 1 ? 'are' : 'is';
  const words = tell === undefined ? `${fault.kind} at ${who}` : tell(who, are, fault);
  // One node does what several do.
  return are === 'is'
    ? words
        .replace(` lose power`, ' loses power')
        .replace(/ get (.*) their/, ' gets $1 its')
        .replace('sent to them', 'sent to it')
        .replace('what they send', 'what it sends')
    : words;
}

/** A whole sentence with times. */
export function faultSentence(record: FaultRecord): string {
  const { outcome, startNs, endNs, entry } = record;
  if (outcome.kind === 'skipped') {
    return `At ${ms(entry.at)} ${entry.fault.kind} of ${entry.target} is skipped: ${outcome.reason}.`;
  }
  const end = record.healError === undefined ? '' : ` It could not be undone: ${record.healError}.`;
  const failed = outcome.kind === 'failed' ? ` This failed: ${outcome.error}.` : '';
  const lasted = `for ${ms((endNs - startNs) / 1e6)}, until ${ms(endNs / 1e6)}`;
  return `At ${ms(startNs / 1e6)} ${faultWords(record)}, ${lasted}.${failed}${end}`;
}
