/**
 * How a model gets into another thread. Models are code, and code cannot be sent: a closure would lose what it closes over.
 * So a thread is told where the model is, and imports it:
 *
 *     { kind: 'shipped', name: 'casRegister', args: [0] }                     casRegister(0) of this package
 *     { kind: 'module', url: new URL('./bank.js', import.meta.url), export: 'bank', args: [5] }      bank(5) of that module
 *     { kind: 'keyed', model: ... }                                           keyed(...) of either
 */

import type { Model } from '../model.ts';
import { type Keyed, keyed } from '../models/keyed.ts';
import { type ShippedModels, type ShippedName, shippedModels, shippedNames } from './shipped.ts';

export interface ShippedReference {
  readonly kind: 'shipped';
  readonly name: ShippedName;
  /** Plain data. */
  readonly args?: readonly unknown[];
}

export interface ModuleReference {
  readonly kind: 'module';
  /** Absolute, because a thread has another idea of what is near: `new URL('./model.js', import.meta.url)`. */
  readonly url: string | { readonly href: string };
  /** A model, or a function that makes one. Default: `default`. */
  readonly export?: string;
  /** Plain data; for a function. */
  readonly args?: readonly unknown[];
}

export interface KeyedReference {
  readonly kind: 'keyed';
  readonly model: ShippedReference | ModuleReference;
}

/** The types are what the caller says the model is about; nothing can check that from here. */
export type ModelReference = ShippedReference | ModuleReference | KeyedReference;

export type AnyModel = Model<unknown, unknown, unknown>;

/** A reference to a model of this package: `shipped('casRegister', 0)`. */
export const shipped = <Name extends ShippedName>(
  name: Name,
  ...args: Parameters<ShippedModels[Name]>
): ShippedReference => ({ kind: 'shipped', name, args });

const isFunction = (value: unknown): value is (...args: readonly unknown[]) => unknown =>
  typeof value === 'function';

const get = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isModel = (value: unknown): value is AnyModel =>
  isFunction(get(value, 'init')) && isFunction(get(value, 'step'));

/** Called with what a caller gave, which need not be what its type says. */
function refuse(reference: unknown): never {
  const isCode = isFunction(reference) || isModel(reference);
  throw new TypeError(
    isCode
      ? 'a model itself cannot be sent to another thread, because it is code. Export it from a module and give ' +
          "{ kind: 'module', url: new URL('./model.js', import.meta.url), export: 'name' }, or name one of this package: " +
          "{ kind: 'shipped', name: 'casRegister', args: [0] }. `check` takes models as they are"
      : `the model is given as ${JSON.stringify(reference) ?? String(reference)}. Allowed: { kind: 'shipped', name, args }, ` +
          "{ kind: 'module', url, export, args }, { kind: 'keyed', model }",
  );
}

function fromShipped({ name, args = [] }: ShippedReference): AnyModel {
  if (!Object.hasOwn(shippedModels, name)) {
    throw new TypeError(`there is no model ${name} here. Allowed: ${shippedNames.join(', ')}`);
  }
  const made: unknown = Reflect.apply(shippedModels[name], undefined, [...args]);
  return isModel(made) ? made : refuse(made);
}

function absolute(url: ModuleReference['url']): string {
  const href = typeof url === 'string' ? url : url.href;
  if (!URL.canParse(href)) {
    throw new TypeError(
      `the url of the model is ${JSON.stringify(href)}, and a thread does not know what that is relative to. ` +
        "Give new URL('./model.js', import.meta.url), or import.meta.resolve('package') for a package",
    );
  }
  return href;
}

async function fromModule({
  url,
  export: name = 'default',
  args = [],
}: ModuleReference): Promise<AnyModel> {
  const where = absolute(url);
  const all: unknown = await import(where);
  const found = get(all, name);
  const model = isFunction(found) ? Reflect.apply(found, undefined, [...args]) : found;
  if (isModel(model)) return model;
  const names = Object.keys(Object(all)).join(', ') || 'nothing';
  throw new TypeError(
    `${where}: its export ${name} is no model and makes none. A model has the functions init and step; exported are: ${names}`,
  );
}

/** As plain data, so that it can be sent. Throws TypeError for what is no reference. */
export function sendable(reference: ModelReference): ModelReference {
  switch (get(reference, 'kind')) {
    case 'keyed':
    case 'shipped':
    case 'module':
      break;
    default:
      refuse(reference);
  }
  if (reference.kind === 'keyed') {
    const inner = sendable(reference.model);
    return inner.kind === 'keyed' ? refuse(reference) : { kind: 'keyed', model: inner };
  }
  return reference.kind === 'module' ? { ...reference, url: absolute(reference.url) } : reference;
}

/** The model. Throws TypeError for a reference to none, and whatever importing a module throws. */
export async function resolveModel(reference: ModelReference): Promise<AnyModel> {
  switch (reference.kind) {
    case 'shipped':
      return fromShipped(reference);
    case 'module':
      return fromModule(reference);
    case 'keyed': {
      const model = keyed(await resolveModel(reference.model));
      // What has no key is found out here, not as a property of undefined somewhere inside.
      return withoutTypes(model);
    }
  }
}

const withoutTypes = (model: Model<unknown, Keyed<unknown>, unknown>): AnyModel => {
  const all: unknown = model;
  return isModel(all) ? all : refuse(all);
};
