// An edit's way from keystroke to the other client's screen: the built notes app in a real Chromium, from a real relay
// that writes to disk. Two browser contexts, so two devices, have one note open, and one types into it as people do.
//
//      key event ─▶ editor ─▶ disk ─▶ push ─▶ relay's disk ─▶ ack      seen by the page that types
//                                                  └─▶ update ─▶ DOM   seen by the other page
//
// Leaves out painting (the next frame shows what is in the DOM) and the network: all of it is on one machine.

import { setTimeout as sleep } from 'node:timers/promises';
import { Seeded } from '@causeway/core/testing';
import type { Browser, Page } from 'playwright';
import type { Bench } from '../bench.ts';
import { launchChromium } from '../chromium.ts';
import { percentile } from '../measure.ts';
import type { Table } from '../table.ts';
import { type Journey, journeysOf } from './journey.ts';
import { type ShownText, watchText, watchTyping } from './page-watch.ts';
import { RelayProcess } from './relay-process.ts';

const SEED = 1868;
const WORDS = ['tide', 'boat', 'rope', 'stone', 'lamp', 'ferry', 'sand', 'gull', 'island', 'water'];
/** Typed first and not counted: both pages compile their code on the way. */
const WARM_UP = 20;
const KEYSTROKES = 200;
/** From one key to the next: 110 ms is about 110 words a minute; the fastest are two hands taking turns. */
const USUAL_MS = 110;
const FASTEST_MS = 35;
const SLOWEST_MS = 400;
/** For one thing to show up in a page: far longer than it takes on a busy machine. */
const WAIT_MS = 20_000;
const CLOCK_READINGS = 30;

export const keystroke: Bench = {
  name: 'keystroke',
  run: async () => {
    const relay = await RelayProcess.start();
    try {
      const browser = await launchChromium();
      try {
        return { tables: [await measureTyping(browser, relay.url)] };
      } finally {
        await browser.close();
      }
    } finally {
      await relay.end();
    }
  },
};

const measureTyping = async (browser: Browser, url: string): Promise<Table> => {
  const writer = await openApp(browser, url);
  const typing = await writer.evaluateHandle(watchTyping, EDITOR);
  await createNote(writer);
  const reader = await openApp(browser, url);
  await reader.getByRole('link', { name: TITLE }).click();
  await reader.locator(EDITOR).waitFor();
  const text = await reader.evaluateHandle(watchText, EDITOR);

  const count = WARM_UP + KEYSTROKES;
  await type(writer, count);
  const arrived = ({ log, length }: { log: ShownText[]; length: number }): boolean =>
    log.at(-1)?.length === length;
  await reader.waitForFunction(arrived, { log: text, length: count }, { timeout: WAIT_MS, polling: 100 });
  await writer.getByRole('button', { name: 'This note: Saved on relay' }).waitFor({ timeout: WAIT_MS });

  const journeys = journeysOf(await typing.jsonValue(), await text.jsonValue(), count);
  return tableOf(journeys.slice(WARM_UP), await clockDifference(writer, reader));
};

const TITLE = 'Keystrokes';
const EDITOR = '[role=textbox][aria-label="Text of the note"]';

const openApp = async (browser: Browser, url: string): Promise<Page> => {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(url);
  await page.getByRole('button', { name: 'All notes: Saved on relay' }).waitFor();
  return page;
};

const createNote = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'New note' }).click();
  await page.getByRole('textbox', { name: 'Title', exact: true }).fill(TITLE);
  await page.locator(EDITOR).click();
  await page.getByRole('button', { name: 'This note: Saved on relay' }).waitFor();
};

/** Types words, one key after the other, in the rhythm of someone who can. */
const type = async (page: Page, count: number): Promise<void> => {
  const random = new Seeded(SEED);
  let letters = '';
  while (letters.length < count) letters += `${random.pick(WORDS)} `;
  let due = performance.now();
  for (const letter of letters.slice(0, count)) {
    await page.keyboard.type(letter);
    // Log-normal, as the pauses of typists are: many short ones, a few long ones.
    const pause = USUAL_MS * Math.exp(0.5 * normal(random));
    due = Math.max(due, performance.now() - SLOWEST_MS) + Math.min(Math.max(pause, FASTEST_MS), SLOWEST_MS);
    await sleep(Math.max(0, due - performance.now()));
  }
};

/** From the standard normal distribution (Box, Muller 1958). */
const normal = (random: Seeded): number =>
  Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());

const tableOf = (journeys: readonly Journey[], clocks: ClockDifference): Table => {
  const row = (what: string, of: (journey: Journey) => number): readonly (string | number)[] => {
    const samples = journeys.map(of);
    return [what, ...[50, 95, 99].map((percent) => percentile(samples, percent)), Math.max(...samples)];
  };
  return {
    title: `From keystroke to the other client's screen, ${journeys.length} keystrokes`,
    note:
      'Milliseconds from the key event. Two browser contexts and the relay on this machine; the relay answers after its disk has it. ' +
      `The pages' clocks differ by ${clocks.ms.toFixed(1)} ms, give or take ${clocks.byMs.toFixed(1)}.`,
    columns: ['until', 'p50', 'p95', 'p99', 'worst'],
    rows: [
      row("on the writer's disk and sent", ({ sentMs }) => sentMs),
      row("on the relay's disk, and the writer knows", ({ ackedMs }) => ackedMs),
      row("in the other page's DOM", ({ shownMs }) => shownMs),
    ],
  };
};

interface ClockDifference {
  readonly ms: number;
  readonly byMs: number;
}

/** How far apart two pages' clocks are: each read between two readings of ours, and the closest such pair counts. */
const clockDifference = async (a: Page, b: Page): Promise<ClockDifference> => {
  const offset = async (page: Page): Promise<ClockDifference> => {
    let best = { ms: 0, byMs: Number.POSITIVE_INFINITY };
    for (let i = 0; i < CLOCK_READINGS; i++) {
      const before = performance.now();
      const theirs = await page.evaluate(() => performance.timeOrigin + performance.now());
      const after = performance.now();
      const byMs = (after - before) / 2;
      if (byMs < best.byMs) best = { ms: theirs - (before + after) / 2, byMs };
    }
    return best;
  };
  const [first, second] = [await offset(a), await offset(b)];
  return { ms: Math.abs(first.ms - second.ms), byMs: first.byMs + second.byMs };
};
