/**
 * Serves the files of a built web app: the folder that `--app` names. What may be cached for ever is told by its folder:
 * build tools put files named by their content under `assets/`. Everything else, above all index.html and the service
 * worker, is asked for again each time (and mostly answered with 304), or a new version would never arrive.
 *
 * Paths without a file ending are the app's own routes and get index.html.
 */
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { CausewayError } from '@causeway/core';
import send from 'send';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, path: string) => void;

const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/** Throws `storage/failed` when there is no app in the folder. */
export function appFiles(folder: string): RequestHandler {
  const root = resolve(folder);
  if (!existsSync(join(root, 'index.html'))) {
    throw new CausewayError(
      'storage/failed',
      { what: root, detail: 'no index.html' },
      `there is no app in ${root} (no index.html): build it, name another folder, or start without one`,
    );
  }
  return (request, response, path) => {
    const isRoute = extname(path) === '';
    serve(request, response, { root, path: isRoute ? '/index.html' : path });
  };
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { root, path }: { readonly root: string; readonly path: string },
): void {
  send(request, path, { root, cacheControl: false, dotfiles: 'ignore', index: false })
    .on('headers', (headed: ServerResponse) => {
      headed.setHeader('Cache-Control', path.startsWith('/assets/') ? FOR_EVER : ASK_AGAIN);
      headed.setHeader('X-Content-Type-Options', 'nosniff');
    })
    .on('directory', () => notFound(response))
    .on('error', (error: { readonly status?: number }) => {
      if (error.status === undefined || error.status === 404) notFound(response);
      else response.writeHead(error.status).end();
    })
    .pipe(response);
}

export function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('not found\n');
}
