/** The data of a page as it is written into the page: the same, with its columns as short texts. */

import { type Column, decode, decodeNumbers, encode } from './columns.ts';
import type { NextData, OrderData, PageData, PartData } from './page-data.ts';

type Columns = 'position' | 'client' | 'label' | 'call' | 'return' | 'calledAt' | 'returnedAt';

interface PackedOrder {
  readonly operations: Column;
  readonly states: Column;
  readonly next: readonly NextData[];
}

interface PackedPart extends Omit<PartData, Columns | 'orders'> {
  readonly position: Column;
  readonly client: Column;
  readonly label: Column;
  readonly call: Column;
  readonly return: Column;
  readonly calledAt?: Column;
  readonly returnedAt?: Column;
  readonly orders: readonly PackedOrder[];
}

export interface PackedPage extends Omit<PageData, 'parts'> {
  readonly parts: readonly PackedPart[];
}

const packPart = ({ calledAt, returnedAt, ...part }: PartData): PackedPart => ({
  ...part,
  position: encode(part.position),
  client: encode(part.client),
  label: encode(part.label),
  call: encode(part.call),
  return: encode(part.return),
  ...(calledAt === undefined ? {} : { calledAt: encode(calledAt) }),
  ...(returnedAt === undefined ? {} : { returnedAt: encode(returnedAt) }),
  orders: part.orders.map(({ operations, states, next }) => ({
    operations: encode(operations),
    states: encode(states),
    next,
  })),
});

const unpackOrder = ({ operations, states, next }: PackedOrder): OrderData => ({
  operations: decodeNumbers(operations),
  states: decodeNumbers(states),
  next,
});

const unpackPart = ({ calledAt, returnedAt, ...part }: PackedPart): PartData => ({
  ...part,
  position: decodeNumbers(part.position),
  client: decodeNumbers(part.client),
  label: decodeNumbers(part.label),
  call: decodeNumbers(part.call),
  return: decode(part.return),
  ...(calledAt === undefined ? {} : { calledAt: decodeNumbers(calledAt) }),
  ...(returnedAt === undefined ? {} : { returnedAt: decode(returnedAt) }),
  orders: part.orders.map(unpackOrder),
});

export const pack = (page: PageData): PackedPage => ({ ...page, parts: page.parts.map(packPart) });

export const unpack = (page: PackedPage): PageData => ({
  ...page,
  parts: page.parts.map(unpackPart),
});
