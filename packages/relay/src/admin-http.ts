/**
 * The administration over HTTP, for operators (operator.ts). Names stand in the path, encoded.
 *
 *   GET    /admin/status                         what the relay does, as numbers (the page at /admin/ shows them)
 *   GET    /admin/documents?after=…&limit=…      a page of them, as JSON
 *   GET    /admin/documents/NAME                 all of it as one update; its kind in Causeway-Kind
 *   PUT    /admin/documents/NAME                 the same brought in, and merged with what is there
 *   POST   /admin/documents/NAME                 its log folded now
 *   DELETE /admin/documents/NAME                 deleted for good; with ?again=1 clients that have it may bring it back
 *   POST   /admin/revocations                    {"of":"principal","principal":…} or {"of":"token","tokenId":…}
 *
 * Whoever may not gets 404, as for what is not there. Each answer has the number of its request in Request-Id, and so has each line
 * of the log that is about it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CausewayError } from '@causeway/core';
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import type { Administration } from './administration.ts';
import { notFound } from './app-files.ts';
import type { Revocation } from './auth/revocations.ts';
import type { Readiness } from './http.ts';
import type { Logger } from './logger.ts';

export interface RelayStatus extends Readiness {
  readonly uptimeSeconds: number;
  readonly connections: number;
  readonly users: number;
  readonly openDocuments: number;
  readonly memoryBytes: number;
  /** By how much the last tick came late. */
  readonly loopLagMs: number;
  /** Since it started. */
  readonly stored: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface AdminParts {
  readonly administration: Administration;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
  mayAdminister(request: IncomingMessage): Promise<boolean>;
  status(): RelayStatus;
  revoke(revocation: Revocation): Promise<void>;
}

const DOCUMENTS = '/admin/documents';
const REVOCATIONS = '/admin/revocations';
const STATUS = '/admin/status';
const KIND_HEADER = 'causeway-kind';

export function isAdminPath(path: string): boolean {
  return path === DOCUMENTS || path.startsWith(`${DOCUMENTS}/`) || path === REVOCATIONS || path === STATUS;
}

/** Answers a request for an admin path. Never rejects. */
export async function administer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: AdminParts,
): Promise<void> {
  const id = crypto.randomUUID();
  response.setHeader('Request-Id', id);
  try {
    if (!(await parts.mayAdminister(request))) notFound(response);
    else await answer(request, response, path, { ...parts, logger: about(parts.logger, id) });
  } catch (error) {
    const status = statusOf(error);
    if (status === 500) parts.logger.error({ request: id, err: error, path }, 'an admin request failed');
    if (response.headersSent) response.destroy();
    else tell(response, status, failure(error));
  }
}

/** A log whose lines say which request they are about. */
function about(logger: Logger, request: string): Logger {
  return {
    debug: (fields, message) => logger.debug({ request, ...fields }, message),
    info: (fields, message) => logger.info({ request, ...fields }, message),
    warn: (fields, message) => logger.warn({ request, ...fields }, message),
    error: (fields, message) => logger.error({ request, ...fields }, message),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: AdminParts,
): Promise<void> {
  const { administration } = parts;
  const query = new URL(request.url ?? '', 'http://relay').searchParams;
  const asked = `${request.method} ${path.startsWith(`${DOCUMENTS}/`) ? `${DOCUMENTS}/` : path}`;
  if (asked === `GET ${STATUS}`) {
    tell(response, 200, parts.status());
    return;
  }
  if (asked === `GET ${DOCUMENTS}`) {
    const after = query.get('after');
    const limit = Number(query.get('limit') ?? '1000');
    if (!Number.isInteger(limit) || limit < 1) throw badRequest('limit', 'take a whole number from 1');
    tell(response, 200, {
      documents: await administration.list(after === null ? undefined : parseDocumentName(after), limit),
    });
    return;
  }
  if (asked === `POST ${REVOCATIONS}`) {
    await parts.revoke(revocationOf(await bodyOf(request, MAX_JSON_BYTES)));
    parts.logger.info({}, 'credentials were revoked');
    response.writeHead(204).end();
    return;
  }
  const name = parseDocumentName(decoded(path.slice(DOCUMENTS.length + 1)));
  switch (asked) {
    case `GET ${DOCUMENTS}/`: {
      const exported = await administration.export(name);
      if (exported === undefined) notFound(response);
      else
        response
          .writeHead(200, {
            'Content-Type': 'application/octet-stream',
            'Cache-Control': 'no-store',
            'Causeway-Kind': exported.kind,
          })
          .end(exported.update);
      return;
    }
    case `PUT ${DOCUMENTS}/`: {
      const kind = request.headers[KIND_HEADER];
      if (typeof kind !== 'string') throw badRequest('Causeway-Kind', 'name the kind of the document in it');
      const update = await bodyOf(request, parts.maxBodyBytes);
      await administration.import(name, { kind: parseDocumentKind(kind), update });
      parts.logger.info({ document: name, bytes: update.length }, 'a document was brought in');
      response.writeHead(204).end();
      return;
    }
    case `POST ${DOCUMENTS}/`:
      if (await administration.compact(name)) response.writeHead(204).end();
      else notFound(response);
      return;
    case `DELETE ${DOCUMENTS}/`: {
      const isGone = await administration.delete(name, query.get('again') !== '1');
      parts.logger.info({ document: name }, 'a document was deleted');
      if (isGone) response.writeHead(204).end();
      else notFound(response);
      return;
    }
    default:
      response.writeHead(405, { Allow: 'GET, PUT, DELETE, POST' }).end();
  }
}

/** More than any revocation. */
const MAX_JSON_BYTES = 16 * 1024;

async function bodyOf(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit)
      throw new CausewayError(
        'decode/limit',
        { what: 'request body', value: bytes, limit },
        `more than ${limit} bytes; send less at once`,
      );
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function revocationOf(body: Uint8Array): Revocation {
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw badRequest('body', 'send JSON');
  }
  const { of, principal, tokenId } = (said ?? {}) as Readonly<Record<string, unknown>>;
  if (of === 'principal' && typeof principal === 'string') return { of, principal };
  if (of === 'token' && typeof tokenId === 'string') return { of, tokenId };
  throw badRequest('body', 'say of which principal or token');
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw badRequest('path', 'encode the name as in a URL');
  }
}

function badRequest(what: string, remedy: string): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what, detail: 'request' },
    `${what} is not understood: ${remedy}`,
  );
}

function statusOf(error: unknown): number {
  if (!(error instanceof CausewayError)) return 500;
  if (CausewayError.is(error, 'decode/limit')) return 413;
  if (CausewayError.is(error, 'protocol/deleted')) return 410;
  if (CausewayError.is(error, 'protocol/kind-mismatch')) return 409;
  if (CausewayError.inFamily(error, 'decode') || CausewayError.inFamily(error, 'protocol')) return 400;
  return CausewayError.inFamily(error, 'storage') ? 503 : 500;
}

function failure(error: unknown): { readonly code: string; readonly message: string } {
  return error instanceof CausewayError
    ? { code: error.code, message: error.message }
    : { code: 'failed', message: 'the relay failed; its log says why' };
}

function tell(response: ServerResponse, status: number, said: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(said)}\n`);
}
