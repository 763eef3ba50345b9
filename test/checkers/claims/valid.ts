/** Valid histories of any workload: its own generator and its own words, over the store that the nodes replicate. */

import type { Call, Outcome } from '#src/client/connection';
import { createKv } from '#src/consensus/state-machine/kv';
import { clients, limit } from '#src/generator/index';
import { simulate } from '#src/generator/simulate';
import type { History, Operation } from '#src/history/operation';
import type { Random } from '#src/random/random';
import { workloads } from '#workloads/index';
import type { Workload } from '#workloads/workload';

export interface Shape {
  readonly operations: number;
  readonly concurrency: number;
  /** One in so many operations fails, and as many have an unknown outcome; 0: none. */
  readonly troubleOneIn: number;
  readonly options?: object;
}

export function workloadNamed(name: string, options: object = {}): Workload {
  const kind = workloads.get(name);
  if (kind === undefined) throw new Error(`no workload ${name}`);
  return kind.create(kind.options.parse(options), { concurrency: 5, nodes: ['n1'] });
}

/** The store, asked as a connection is. */
function store() {
  const kv = createKv();
  return (call: Call): Outcome => {
    const answer = call.f === 'read' || call.f === 'read-many' ? kv.query(call) : kv.apply(call);
    return answer.kind === 'ok'
      ? { kind: 'ok', result: answer.result }
      : { kind: 'fail', error: answer.code };
  };
}

/** Takes effect where it is asked; the lines are moved afterwards. Operations of unknown outcome take effect now, late, or never. */
export function validHistory(name: string, random: Random, shape: Shape): History {
  const workload = workloadNamed(name, shape.options);
  const ask = store();
  const late: Call[] = [];
  const { events } = simulate(limit(shape.operations, clients(workload.generator)), {
    concurrency: shape.concurrency,
    random,
    operationsMax: shape.operations,
    answer(op) {
      const afterNs = 1 + random.below(10_000_000);
      const fate = shape.troubleOneIn === 0 ? 9 : random.below(2 * shape.troubleOneIn);
      const ghost = random.below(10) === 0 ? late.shift() : undefined;
      if (ghost !== undefined) ask(ghost);
      const call = workload.call(op);
      if (fate === 0) {
        const outcome = { kind: 'fail', error: 'refused' } as const;
        return { afterNs, completion: workload.completion(op, outcome) };
      }
      if (fate === 1) {
        const when = random.below(3);
        if (when === 0) ask(call);
        if (when === 1) late.push(call);
        const outcome = { kind: 'unknown', error: 'timeout' } as const;
        return { afterNs, completion: workload.completion(op, outcome) };
      }
      return { afterNs, completion: workload.completion(op, ask(call)) };
    },
  });
  return widened(
    events.map(({ operation }) => operation),
    random,
  );
}

/** Invocations moved up, past lines of other processes: every moment of an operation is still one of it. */
function widened(history: History, random: Random): History {
  const lines = [...history];
  for (let i = 1; i < lines.length; i += 1) {
    for (let at = i; at > 0 && random.below(3) > 0; at -= 1) {
      const [before, line] = [lines[at - 1] as Operation, lines[at] as Operation];
      if (line.type !== 'invoke' || before.process === line.process) break;
      lines[at - 1] = line;
      lines[at] = before;
    }
  }
  return renumbered(lines);
}

export const renumbered = (lines: History): History =>
  lines.map((op, index) => ({ ...op, index, time: index * 1000 }));
