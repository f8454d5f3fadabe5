import { describe, expect, test } from 'vitest';
import { Listeners } from './listeners.ts';

describe('listeners', () => {
  test('are called in order, the same function as often as it was added', () => {
    const heard: string[] = [];
    const listeners = new Listeners<[string]>();
    const a = (what: string): unknown => heard.push(`a ${what}`);
    const stop = listeners.add(a);
    listeners.add((what) => heard.push(`b ${what}`));
    listeners.add(a);
    listeners.tell('1');
    stop();
    stop();
    listeners.tell('2');
    expect(heard).toEqual(['a 1', 'b 1', 'a 1', 'b 2', 'a 2']);
  });

  test('that throw are reported, and the others hear all the same', () => {
    const errors: unknown[] = [];
    const heard: number[] = [];
    const listeners = new Listeners<[number]>((error) => errors.push(error));
    listeners.add(() => {
      throw new Error('mine');
    });
    listeners.add((value) => heard.push(value));
    listeners.tell(1);
    expect(heard).toEqual([1]);
    expect(errors).toEqual([new Error('mine')]);
  });

  test('removed while others are called are not called any more; those added are called the next time', () => {
    const heard: string[] = [];
    const listeners = new Listeners<[]>();
    listeners.add(() => {
      stop();
      if (listeners.size === 1) listeners.add(() => heard.push('late'));
    });
    const stop = listeners.add(() => heard.push('removed'));
    listeners.tell();
    expect(heard).toEqual([]);
    listeners.tell();
    expect(heard).toEqual(['late']);
  });
});
