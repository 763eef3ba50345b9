/** The shape of clients' requests, checked before they can reach a log. */

import type { ClientRequest } from './state-machine/command.ts';

/** What is wrong with a request that came from outside, or undefined. The command itself is judged when it is applied. */
export function requestProblem(body: ClientRequest): string | undefined {
  switch (body.kind) {
    case 'open-session':
      return undefined;
    case 'query':
      return isObject(body.query) ? undefined : 'query must be an object';
    case 'command':
      if (!isCount(body.session)) return `session must be an integer from 1: ${body.session}`;
      if (!isCount(body.sequence)) return `sequence must be an integer from 1: ${body.sequence}`;
      return isObject(body.command) ? undefined : 'command must be an object';
    default:
      return `unknown kind of request: ${JSON.stringify(body)}`;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1;
