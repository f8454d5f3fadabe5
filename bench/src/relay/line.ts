// The last lines of the comparison: `R3 ours=0.6/4.1/7.0 best=0.5/5.0/12 peer=y-leveldb bare=0.4/8.3/8.6 ratio=1.50/0.49/0.81`,
// one for each row, with the figures of the row in their order. The ratio is ours by the bare relay or by the best peer,
// whichever the row is held against. Pure.

import { BARE, type EngineName, engineNames, OURS } from './engines.ts';
import type { Figures } from './load/row-load.ts';
import type { Figure, Row } from './rows.ts';

export class Results {
  readonly #figures = new Map<EngineName, Map<string, number>>();

  add(engine: EngineName, figures: Figures): void {
    const known = this.#figures.get(engine) ?? new Map<string, number>();
    this.#figures.set(engine, known);
    for (const [id, value] of Object.entries(figures)) if (Number.isFinite(value)) known.set(id, value);
  }

  of(engine: EngineName, id: string): number | undefined {
    return this.#figures.get(engine)?.get(id);
  }
}

export const lineOf = ({ id, figures, against }: Row, results: Results): string => {
  const compared = figures.filter(({ aside }) => aside !== true);
  const best = compared.map((figure) => bestPeer(figure, results));
  const ours = compared.map((figure) => results.of(OURS, figure.id));
  const bare = compared.map((figure) => results.of(BARE, figure.id));
  const ratio = ours.map((value, index) =>
    quotient(value, against === 'bare' ? bare[index] : best[index]?.value),
  );
  return [
    id,
    `ours=${shown(ours)}`,
    `best=${shown(best.map((peer) => peer?.value))}`,
    `peer=${[...new Set(best.map((peer) => peer?.engine ?? '-'))].join('/')}`,
    `bare=${shown(bare)}`,
    `ratio=${shown(ratio)}`,
  ].join(' ');
};

interface Best {
  readonly engine: EngineName;
  readonly value: number;
}

const bestPeer = ({ id, more = false }: Figure, results: Results): Best | undefined => {
  const peers = engineNames.flatMap((engine) => {
    const value = results.of(engine, id);
    return engine === OURS || engine === BARE || value === undefined ? [] : [{ engine, value }];
  });
  return peers.sort((a, b) => (more ? b.value - a.value : a.value - b.value))[0];
};

const quotient = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined || b === 0 ? undefined : a / b;

/** Three significant digits each. */
const shown = (values: readonly (number | undefined)[]): string =>
  values
    .map((value) => {
      if (value === undefined) return '-';
      return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
    })
    .join('/');
