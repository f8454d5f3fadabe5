// Every bench, in the order in which they run.

import type { Bench } from './bench.ts';
import { client } from './client/client.ts';
import { engine } from './engine/engine.ts';
import { formats } from './formats.ts';
import { keystroke } from './keystroke/keystroke.ts';
import { relay } from './relay/relay.ts';

export const benches: readonly Bench[] = [formats, keystroke, engine, relay, client];
