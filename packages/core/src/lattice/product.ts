/**
 * Product of lattices: a record whose fields are each a lattice of their own and join on their own. Concurrent changes of
 * different fields never conflict; those of one field do what its type does. Davey and Priestley 2002, section 2.15.
 *
 *   A   title x ──┬── { title: [x], votes: 2 }
 *                 │
 *   B   votes +2 ─┴── { title: [x], votes: 2 }
 */
import type { Codec } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import type { Lattice, StateOf, ViewOf } from './lattice.ts';

/** Field names match [a-z][A-Za-z0-9]*. */
export type ProductFields = Readonly<Record<string, Lattice<unknown>>>;

export type ProductState<F extends ProductFields> = { readonly [N in keyof F]: StateOf<F[N]> };
export type ProductView<F extends ProductFields> = { readonly [N in keyof F]: ViewOf<F[N]> };

export interface Product<F extends ProductFields> extends Lattice<ProductState<F>, ProductView<F>> {
  readonly fields: F;

  /** The delta that is these deltas of fields, and bottom in all others. */
  delta(parts: Partial<ProductState<F>>): ProductState<F>;
}

/** `decode/invalid` when a field has another name than fields may, or there are none. */
export function product<F extends ProductFields>(fields: F): Product<F> {
  return { ...untypedProduct(fields), fields } as Product<F>;
}

type UntypedState = Readonly<Record<string, unknown>>;

/** What `product` does, with the fields' types forgotten: the mapped types above give them back. */
function untypedProduct(fields: ProductFields): Omit<Product<ProductFields>, 'fields'> {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  checkNames(sorted.map(([name]) => name));
  const each = (f: (field: Lattice<unknown>, name: string) => unknown): UntypedState =>
    Object.fromEntries(sorted.map(([name, field]) => [name, f(field, name)]));
  const bottom = each((field) => field.bottom);
  const codec: Codec<UntypedState> = {
    write: (writer, state) => {
      for (const [name, field] of sorted) field.codec.write(writer, state[name]);
    },
    read: (reader) => each((field) => field.codec.read(reader)),
  };
  return {
    descriptor: `product(${sorted.map(([name, field]) => `${name}:${field.descriptor}`).join(',')})`,
    bottom,
    codec,
    join: (a, b) => {
      const joined = each((field, name) => field.join(a[name], b[name]));
      return sorted.every(([name]) => joined[name] === a[name]) ? a : joined;
    },
    view: (state) => each((field, name) => field.view(state[name])),
    summary: (state) => each((field, name) => field.summary(state[name])),
    since: (state, holder) => each((field, name) => field.since(state[name], holder[name])),
    lastSeq: (state, replica) =>
      Math.max(0, ...sorted.map(([name, field]) => field.lastSeq(state[name], replica))),
    closeGaps: (state, replica, above) =>
      each((field, name) => field.closeGaps?.(state[name], replica, above) ?? state[name]),
    eachTime: (state, visit) => {
      for (const [name, field] of sorted) field.eachTime?.(state[name], visit);
    },
    delta: (parts) => ({ ...bottom, ...parts }),
  };
}

function checkNames(names: readonly string[]): void {
  const wrong = names.length === 0 ? '' : names.find((name) => !/^[a-z][A-Za-z0-9]*$/.test(name));
  if (wrong === undefined) return;
  const shown = JSON.stringify(wrong.slice(0, 60));
  throw new CausewayError(
    'decode/invalid',
    { what: 'product field', detail: shown },
    `${shown} is no field name: take a letter from a to z, then letters and digits; at least one field`,
  );
}
