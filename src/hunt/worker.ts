/** A worker thread of a hunt: runs tests and shrinks failures, one job after the other. */

import { parentPort, workerData } from 'node:worker_threads';
import { attempt } from './attempt.ts';
import { explain } from './explain.ts';
import { find } from './find.ts';
import type { Attempt, HuntAnswer, HuntJob } from './jobs.ts';
import type { Reply } from './pool.ts';
import type { HuntSubject } from './subject.ts';

const subject = workerData as HuntSubject;

async function answer(job: HuntJob): Promise<HuntAnswer> {
  if (job.kind === 'explain') return { picture: await explain(job.repro) };
  if (job.kind === 'shrink') return find(subject, job.seed, job.budgetMs);
  const attempts: Attempt[] = [];
  for (const seed of job.seeds) attempts.push(await attempt(subject, seed));
  return attempts;
}

parentPort?.on('message', (job: HuntJob) => {
  answer(job).then(
    (given) => send({ kind: 'answer', answer: given }),
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send({ kind: 'error', error: `${JSON.stringify(job)}: ${text}` });
    },
  );
});

function send(reply: Reply<HuntAnswer>): void {
  parentPort?.postMessage(reply);
}
