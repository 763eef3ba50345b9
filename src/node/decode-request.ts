/** Reads the outer shape of what a client sent. The replica checks the request itself, in every driver alike. */

import type { ClientRequest } from '../consensus/state-machine/command.ts';
import { type ControlRequest, decodeControl } from './fault-hooks.ts';
import { isRecord } from './peer-hello.ts';

export type DecodedRequest =
  /** `body` is an object; whether it is a request of a known kind, the replica says. */
  | { readonly kind: 'request'; readonly id: number; readonly body: ClientRequest }
  | { readonly kind: 'status'; readonly id: number }
  /** From a test harness. */
  | { readonly kind: 'control'; readonly id: number; readonly body: ControlRequest }
  /** Not even an id: there is nobody to answer. */
  | { readonly kind: 'alien' };

/** Never throws. */
export function decodeRequest(frame: unknown): DecodedRequest {
  if (!isRecord(frame)) return { kind: 'alien' };
  const { id, body } = frame;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || !isRecord(body)) {
    return { kind: 'alien' };
  }
  if (body['kind'] === 'status') return { kind: 'status', id };
  if (body['kind'] === 'faults' || body['kind'] === 'power-off') {
    const control = decodeControl(body);
    return control === undefined ? { kind: 'alien' } : { kind: 'control', id, body: control };
  }
  return { kind: 'request', id, body: body as unknown as ClientRequest };
}
