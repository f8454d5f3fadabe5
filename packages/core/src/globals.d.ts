// Core sees neither the DOM nor Node. These are the few globals that every JavaScript platform has and that
// the ES2023 library does not declare. Anything else a platform offers is passed in.

interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare const TextEncoder: new () => TextEncoder;

interface TextDecoder {
  decode(input?: ArrayBuffer | ArrayBufferView): string;
}

declare const TextDecoder: new (
  label?: 'utf-8',
  options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
) => TextDecoder;

declare function queueMicrotask(callback: () => void): void;
