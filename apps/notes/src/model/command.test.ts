import { expect, it } from 'vitest';
import { findCommands, keysOf } from './command.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

it.each([
  ['N', { ...none, key: 'n' }],
  ['?', { ...none, key: '?', shiftKey: true }],
  ['Mod+K', { ...none, key: 'k', ctrlKey: true }],
  ['Mod+K', { ...none, key: 'k', metaKey: true }],
  ['Mod+Shift+Z', { ...none, key: 'Z', ctrlKey: true, shiftKey: true }],
  ['Alt+ArrowUp', { ...none, key: 'ArrowUp', altKey: true }],
])('%s', (keys, event) => {
  expect(keysOf(event)).toBe(keys);
});

it('a command is found by the beginnings of its words, in any order', () => {
  const commands = ['New note', 'New folder', 'Trash'].map((name) => ({ name, run: () => undefined }));
  const found = (query: string): readonly string[] => findCommands(commands, query).map(({ name }) => name);
  expect(found('fol NEW')).toEqual(['New folder']);
  expect(found('ew')).toEqual([]);
  expect(found(' ')).toHaveLength(3);
});
