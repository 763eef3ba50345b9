/**
 * The state machine: what is applied wrongly is applied wrongly by all nodes alike. No invariant of the log sees it; a workload has to ask
 * for it, and a checker to look at that answer.
 */

import type { Mutant } from '../mutant.ts';

const kv = 'src/consensus/state-machine/kv.ts';
const objects = 'src/consensus/state-machine/objects.ts';

export const machineMutants: readonly Mutant[] = [
  {
    id: 'C23',
    title: 'a transaction whose condition fails keeps what it did before',
    class: 'B',
    algorithm: 'both',
    breaks: ['bank'],
    edits: [
      {
        file: kv,
        find: "        if (command.f !== 'txn') return execute(direct, command);",
        replace:
          "        if (command.f !== 'txn' || command.steps.length > 0) return execute(direct, command);",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['bank'],
    why: 'Money moves although the client is told that there was not enough. Seen only by transactions that write before they look.',
  },
  {
    id: 'C24',
    title: 'a lock is given back with any token',
    class: 'B',
    algorithm: 'both',
    breaks: ['lock'],
    edits: [
      {
        file: objects,
        find: '  if (!isHeld || token !== newest) return false;',
        replace: '  if (!isHeld) return false;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['lock'],
    why: 'A holder that comes too late gives back the lock of somebody else, which is what tokens are for. Seen only where an old token is shown while another one holds it.',
  },
  {
    id: 'C25',
    title: 'what is falsy reads as missing',
    class: 'B',
    algorithm: 'both',
    breaks: ['refusals'],
    edits: [
      {
        file: kv,
        find: '    get: (key) => values.get(key) ?? null,',
        replace: '    get: (key) => values.get(key) || null,',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'A compare-and-set from 0 is refused although 0 is there; reads are right. A refusal changes nothing, so a search for an order of what happened leaves it out: its reason has to be asked for.',
  },
  {
    id: 'C26',
    title: 'a lock that was given back stays held',
    class: 'B',
    algorithm: 'both',
    breaks: ['refusals'],
    edits: [
      {
        file: objects,
        find: '  view.set(key, [newest, false]);',
        replace: '  view.set(key, [newest, true]);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['lock'],
    why: 'From then on everybody is refused, which is an answer, and wrong.',
  },
  {
    id: 'C27',
    title: 'a compare-and-set takes two structures for different ones',
    class: 'B',
    algorithm: 'both',
    breaks: ['store'],
    edits: [
      {
        file: kv,
        find: '      if (!equalJson(view.get(keyOf(command.key)), command.from ?? null)) return false;',
        replace: '      if (view.get(keyOf(command.key)) !== (command.from ?? null)) return false;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['store'],
    why: 'Right for numbers and texts, which is all that most workloads write. Values have to be structures, spelt in another order now and then, and the refusal has to be judged.',
  },
  {
    id: 'C28',
    title: 'add tells in a transaction what was there before',
    class: 'B',
    algorithm: 'both',
    breaks: ['store'],
    edits: [
      {
        file: kv,
        find: "      return ['add', key, add(view, key, decodeNumber(step[2]))];",
        replace:
          "      return ['add', key, add(view, key, decodeNumber(step[2])) - decodeNumber(step[2])];",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['store'],
    why: 'The state is right, the answer is not: seen only where somebody looks at what a transaction says of its own changes.',
  },
];
