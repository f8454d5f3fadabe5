/** stats, export, import and compact: on the data folder of a relay that does not run. For one that does there is its HTTP side. */
import { readFile, writeFile } from 'node:fs/promises';
import { CausewayError } from '@causeway/core';
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import type { Administration, DocumentInfo } from '../administration.ts';
import type { DocumentCommand } from '../config.ts';
import { withDataFolder } from './data-folder.ts';

/** Returns what there is to say, a line each. Rejects with a CausewayError that says what to do. */
export function runDocumentCommand(command: DocumentCommand): Promise<readonly string[]> {
  return withDataFolder(command.data, command.retention, async ({ documents }) => {
    switch (command.type) {
      case 'stats':
        return stats(documents);
      case 'export': {
        const exported = await documents.export(parseDocumentName(command.name));
        if (exported === undefined) throw noDocument(command.name);
        await writeFile(command.file, exported.update);
        return [`${command.name}: ${exported.kind}, ${exported.update.length} bytes in ${command.file}`];
      }
      case 'import': {
        const update = new Uint8Array(await contentOf(command.file));
        const kind = parseDocumentKind(command.kind);
        await documents.import(parseDocumentName(command.name), { kind, update });
        return [`${command.name}: ${update.length} bytes brought in`];
      }
      case 'compact':
        return compact(documents, command.name);
    }
  });
}

async function* all(documents: Administration): AsyncGenerator<DocumentInfo> {
  for (let page = await documents.list(undefined); page.length > 0; ) {
    yield* page;
    page = await documents.list(page.at(-1)?.name);
  }
}

async function stats(documents: Administration): Promise<readonly string[]> {
  const byKind = new Map<string, { count: number; updates: number; bytes: number }>();
  const largest: DocumentInfo[] = [];
  for await (const info of all(documents)) {
    const kind = info.kind ?? 'damaged';
    const sum = byKind.get(kind) ?? { count: 0, updates: 0, bytes: 0 };
    byKind.set(kind, {
      count: sum.count + 1,
      updates: sum.updates + info.updates,
      bytes: sum.bytes + info.bytes,
    });
    largest.push(info);
    largest.sort((a, b) => b.bytes - a.bytes).splice(LARGEST_SHOWN);
  }
  return [
    ...[...byKind].map(
      ([kind, { count, updates, bytes }]) =>
        `${kind}: ${count} documents, ${updates} updates, ${bytes} bytes`,
    ),
    ...largest.map(({ name, bytes }) => `  ${name}: ${bytes} bytes`),
  ];
}

const LARGEST_SHOWN = 10;

async function compact(documents: Administration, name: string | undefined): Promise<readonly string[]> {
  if (name !== undefined) {
    if (!(await documents.compact(parseDocumentName(name)))) throw noDocument(name);
    return [`${name}: compacted`];
  }
  let [count, before] = [0, 0];
  for await (const info of all(documents)) {
    if (info.kind === undefined) continue;
    before += info.bytes;
    if (await documents.compact(info.name)) count += 1;
  }
  let after = 0;
  for await (const { bytes } of all(documents)) after += bytes;
  return [`${count} documents compacted: ${before} bytes before, ${after} after`];
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CausewayError('storage/failed', { what: file, detail }, `${file} cannot be read (${detail})`);
  }
}

function noDocument(name: string): CausewayError<'storage/failed'> {
  return new CausewayError(
    'storage/failed',
    { what: name, detail: 'no such document' },
    `there is no document ${JSON.stringify(name)} here: stats lists the largest`,
  );
}
