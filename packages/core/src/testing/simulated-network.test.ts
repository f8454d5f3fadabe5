import { describe, expect, test } from 'vitest';
import { Seeded } from './seeded.ts';
import { CALM, type NetworkConditions, SimulatedNetwork, type SimulatedSocket } from './simulated-network.ts';
import { VirtualTime } from './virtual-time.ts';

const ROUGH: NetworkConditions = { ...CALM, delayMs: [1, 200], noticeMs: [0, 500], cutChance: 0.02 };

/** A listener `home` and a client `away` that is connected to it; `heard` by each end, in order. */
function connected(seed: number, conditions: NetworkConditions = CALM) {
  const time = new VirtualTime();
  const network = new SimulatedNetwork(time, new Seeded(seed), conditions);
  const heard = { home: [] as string[], away: [] as string[] };
  const sockets: { home?: SimulatedSocket } = {};
  const handlersOf = (host: 'home' | 'away') => ({
    opened: () => void heard[host].push('opened'),
    message: (bytes: Uint8Array) => void heard[host].push(String(bytes[0])),
    closed: (code: number) => void heard[host].push(`closed ${code}`),
    drained: () => void heard[host].push('drained'),
  });
  network.listen('home', (socket) => {
    sockets.home = socket;
    return handlersOf('home');
  });
  const away = network.connect('away', 'home', handlersOf('away'));
  time.runUntilIdle();
  return { time, network, heard, away, home: sockets.home };
}

const messagesIn = (heard: readonly string[]) => heard.filter((line) => /^\d/.test(line));

describe('a simulated connection', () => {
  test('delivers both ways in order, whatever the delays', () => {
    const { time, heard, away, home } = connected(1, { ...CALM, delayMs: [1, 500] });
    for (let i = 0; i < 50; i++) {
      away.send(Uint8Array.of(i));
      home?.send(Uint8Array.of(i));
    }
    time.runUntilIdle();
    const all = Array.from({ length: 50 }, (_, i) => String(i));
    expect(messagesIn(heard.home)).toEqual(all);
    expect(messagesIn(heard.away)).toEqual(all);
  });

  test('gives the other end everything sent before a close, and both ends its code', () => {
    const { time, heard, away } = connected(2, { ...CALM, delayMs: [1, 500] });
    away.send(Uint8Array.of(7));
    away.close(4400);
    away.send(Uint8Array.of(8));
    time.runUntilIdle();
    expect(heard.home).toEqual(['7', 'closed 4400']);
    expect(heard.away.at(-1)).toBe('closed 4400');
  });

  test('tells an end that cannot connect 1006', () => {
    const { time, network } = connected(3);
    const codes: number[] = [];
    network.connect('away', 'nowhere', { message: () => {}, closed: (code) => void codes.push(code) });
    time.runUntilIdle();
    expect(codes).toEqual([1006]);
  });

  test('once cut delivers a beginning of what was sent, and tells each end once', () => {
    let lost = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { time, heard, away, home } = connected(seed, ROUGH);
      for (let i = 0; i < 50; i++) {
        away.send(Uint8Array.of(i));
        home?.send(Uint8Array.of(i));
      }
      time.runUntilIdle();
      for (const lines of [heard.home, heard.away]) {
        const messages = messagesIn(lines);
        expect(messages, `seed ${seed}`).toEqual(messages.map((_, i) => String(i)));
        const closings = lines.filter((line) => line.startsWith('closed'));
        if (messages.length < 50) {
          lost++;
          expect(closings, `seed ${seed}`).toEqual(['closed 1006']);
        } else expect(closings.length, `seed ${seed}`).toBeLessThanOrEqual(1);
      }
    }
    expect(lost).toBeGreaterThan(20);
  });

  test('of an isolated host is cut, and none can be made until it is restored', () => {
    const { time, network, heard } = connected(4);
    network.isolate('away');
    const lines: string[] = [];
    const attempt = () =>
      network.connect('away', 'home', {
        opened: () => void lines.push('opened'),
        message: () => {},
        closed: (code) => void lines.push(`closed ${code}`),
      });
    attempt();
    time.runUntilIdle();
    network.restore('away');
    attempt();
    time.runUntilIdle();
    expect(heard.home.at(-1)).toBe('closed 1006');
    expect(heard.away.at(-1)).toBe('closed 1006');
    expect(lines).toEqual(['closed 1006', 'opened']);
  });

  test('of a crashed host tells that host nothing more', () => {
    const { time, network, heard, away } = connected(5);
    away.send(Uint8Array.of(1));
    network.crash('home');
    time.runUntilIdle();
    expect(heard.home).toEqual([]);
    expect(heard.away.at(-1)).toBe('closed 1006');
  });

  test('with a narrow line counts what waits, and says when it has left', () => {
    const { time, heard, away } = connected(6, { ...CALM, bytesPerMs: 10 });
    away.send(new Uint8Array(1000));
    away.send(new Uint8Array(1000));
    expect(away.bufferedBytes).toBe(2000);
    time.advance(150);
    expect(away.bufferedBytes).toBe(1000);
    expect(heard.away).not.toContain('drained');
    time.runUntilIdle();
    expect(away.bufferedBytes).toBe(0);
    expect(heard.away.at(-1)).toBe('drained');
  });

  test('plays the same from the same seed', () => {
    const play = (seed: number) => {
      const { time, heard, away, home } = connected(seed, ROUGH);
      for (let i = 0; i < 20; i++) (i % 2 === 0 ? away : home)?.send(Uint8Array.of(i));
      time.runUntilIdle();
      return [heard, time.now()];
    };
    expect(play(9)).toEqual(play(9));
  });
});
