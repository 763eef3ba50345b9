/**
 * Logs that are appended to and polled, as in Jepsen's kafka test: every message that was acknowledged is at its offset for
 * ever, once, and who polls goes forward and leaves nothing out.
 *
 *     offset     0    1    2    3
 *     log        a    b    c    d
 *     poll            [b,       d]      skips c
 *
 * Offsets may have gaps (brokers keep records of their own): only an offset that is known to hold a message can be left out.
 */

import { pairs } from '#src/history/pairs';
import type { CheckContext, Checker, CheckResult } from './checker.ts';
import { Deadline, Found, verdict } from './found.ts';
import { knownLogs, type LogOperation, type Logs } from './log/known.ts';
import { stepsOf } from './log/steps.ts';
import { Ways } from './log/ways.ts';

/** Acknowledged messages that no poll returned. Not wrong in itself: perhaps nobody polled that far. */
function unseenIn(logs: Logs): number {
  let unseen = 0;
  for (const { messages } of logs.values()) {
    for (const { sender, polled } of messages.values()) {
      if (sender?.completion?.type === 'ok' && !polled) unseen += 1;
    }
  }
  return unseen;
}

const isAnsweredPoll = ({ pair, steps }: LogOperation): boolean =>
  pair.completion?.type === 'ok' && steps.some(({ kind }) => kind === 'poll');

function check({ history, timeLimitMs }: CheckContext): CheckResult {
  const deadline = new Deadline(timeLimitMs);
  const found = new Found();
  const operations: LogOperation[] = pairs(history).map((pair) => ({ pair, steps: stepsOf(pair) }));
  const logs = knownLogs(operations, found, deadline);
  if (logs === undefined) return verdict(found, { history, checkedUpTo: 0, answers: 0 }, {});
  const ways = new Ways(logs, found);
  let checkedUpTo = history.length;
  let answers = 0;
  for (const operation of operations) {
    const position = operation.pair.invoke.index - (history[0]?.index ?? 0);
    if (deadline.isPast(1 + operation.steps.length)) {
      checkedUpTo = position;
      break;
    }
    ways.see(operation);
    if (isAnsweredPoll(operation)) answers += 1;
  }
  return verdict(
    found,
    { history, checkedUpTo, answers },
    { logs: logs.size, unseen: unseenIn(logs) },
  );
}

/** Judges `send` and `poll`. `check` throws BadInput for other operations, and for a value that is sent twice. n log n. */
export const log = (): Checker => ({
  name: 'log',
  summary: 'logs keep every acknowledged message at its offset, and polls leave nothing out',
  check,
});
