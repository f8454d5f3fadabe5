// A library of positions rather than of documents: messages and saved bytes are JSON here, as its own benchmarks make them.

import {
  type BunchMeta,
  Order,
  type OrderSavedState,
  type Position,
  Text,
  type TextSavedState,
} from 'list-positions';
import { randomHex } from '../ids.ts';
import type { Doc, Subject, UpdateListener } from '../subject.ts';

/** An insertion, with the bunch it began if it began one; or the deletion of these positions. */
type Message =
  | { readonly at: Position; readonly chars: string; readonly meta?: BunchMeta }
  | { readonly gone: readonly Position[] };

interface Saved {
  readonly order: OrderSavedState;
  readonly chars: TextSavedState;
}

export const subject: Subject = {
  savesHistory: false,
  create: (replica, onUpdate) => adapt(textOf(replica), onUpdate),
  load: (saved, replica, onUpdate) => {
    const text = textOf(replica);
    const { order, chars }: Saved = JSON.parse(decoder.decode(saved));
    text.order.load(order);
    text.load(chars);
    return adapt(text, onUpdate);
  },
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const textOf = (replica: number): Text => new Text(new Order({ replicaID: randomHex(replica, 5) }));

const adapt = (text: Text, onUpdate: UpdateListener | undefined): Doc => {
  const recorders = new Set<Message[]>();
  const send = (messages: readonly Message[]): void => {
    onUpdate?.(encoder.encode(JSON.stringify(messages)));
    for (const recorder of recorders) recorder.push(...messages);
  };
  const apply = (update: Uint8Array): void => {
    const messages: readonly Message[] = JSON.parse(decoder.decode(update));
    for (const message of messages) {
      if ('gone' in message) {
        for (const position of message.gone) text.delete(position);
      } else {
        if (message.meta !== undefined) text.order.addMetas([message.meta]);
        text.set(message.at, message.chars);
      }
    }
  };
  return {
    edit: (patches) => {
      if (onUpdate === undefined && recorders.size === 0) {
        for (const [position, deleted, inserted] of patches) {
          if (deleted > 0) text.deleteAt(position, deleted);
          if (inserted !== '') text.insertAt(position, inserted);
        }
        return;
      }
      const messages: Message[] = [];
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) {
          const gone = [...text.positions(position, position + deleted)];
          text.deleteAt(position, deleted);
          messages.push({ gone });
        }
        if (inserted !== '') {
          const [at, meta] = text.insertAt(position, inserted);
          messages.push({ at, chars: inserted, ...(meta === null ? {} : { meta }) });
        }
      }
      send(messages);
    },
    text: () => text.toString(),
    apply,
    applyAll: (updates) => updates.forEach(apply),
    save: () => encoder.encode(JSON.stringify({ order: text.order.save(), chars: text.save() })),
    changesFromHere: () => {
      const messages: Message[] = [];
      recorders.add(messages);
      return () => [encoder.encode(JSON.stringify(messages))];
    },
  };
};
