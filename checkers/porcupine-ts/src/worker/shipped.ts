/** The models of this package by name, for threads that can be sent a name but not a function. */

import { counter } from '../models/counter.ts';
import { kv } from '../models/kv.ts';
import { multiRegister } from '../models/multi-register.ts';
import { mutex } from '../models/mutex.ts';
import { queue } from '../models/queue.ts';
import { casRegister, register } from '../models/register.ts';
import { set } from '../models/set.ts';
import { stack } from '../models/stack.ts';

/** What makes each of them, under the name that it is exported by. */
export const shippedModels = {
  register,
  casRegister,
  multiRegister,
  kv,
  mutex,
  set,
  counter,
  queue,
  stack,
} as const;

export type ShippedModels = typeof shippedModels;
export type ShippedName = keyof ShippedModels;

export const shippedNames: readonly string[] = Object.keys(shippedModels);
