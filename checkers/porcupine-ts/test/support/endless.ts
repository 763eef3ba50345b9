/** A history that no search finishes: every order of its appends makes a text of its own, and none makes the one that is read. */

import { illegal, type Model, type Operation } from '../../src/index.ts';

export type LogInput = { readonly key: string; readonly append?: number };
export type LogOperation = Operation<LogInput, string>;

/** A text per key that numbers are appended to; without any hint. */
export const log: Model<string, LogInput, string> = {
  init: () => '',
  step: (state, { append }, output) => {
    if (append !== undefined) return `${state},${append}`;
    return output === undefined || output === state ? state : illegal;
  },
  partition: ({ key }) => key,
};

/** `appends` at once, and then a read of what was never there. */
export const endless = (key: string, appends = 40): LogOperation[] => [
  ...Array.from({ length: appends }, (_, append): LogOperation => {
    return { kind: 'completed', input: { key, append }, output: undefined, call: 0, return: 10 };
  }),
  { kind: 'completed', input: { key }, output: 'never', call: 20, return: 30 },
];

/** Appends and reads one after the other. */
export const orderly = (key: string, appends = 10): LogOperation[] => {
  let text = '';
  return Array.from({ length: appends }, (_, append): LogOperation[] => {
    text += `,${append}`;
    const call = append * 10;
    return [
      { kind: 'completed', input: { key, append }, output: undefined, call, return: call + 4 },
      { kind: 'completed', input: { key }, output: text, call: call + 5, return: call + 9 },
    ];
  }).flat();
};

/** Reads what was never there, with nothing else going on. */
export const wrong = (key: string): LogOperation[] => [
  ...orderly(key),
  { kind: 'completed', input: { key }, output: 'never', call: 1000, return: 1010 },
];
