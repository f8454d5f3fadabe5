/** The page at /admin/, for those who run the relay: its files, which hold no data. What it shows it asks for (admin-http.ts). */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

const FOLDER = new URL('../assets/status/', import.meta.url);

const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/admin/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/admin/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/admin/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
};

/** Nothing but its own files, and what it asks this relay for; nobody may show it within a page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

export function isStatusPage(path: string): boolean {
  return path === '/admin' || path in FILES;
}

/** Answers a request for one of its files. */
export function sendStatusPage(response: ServerResponse, path: string): void {
  const found = FILES[path];
  if (found === undefined) {
    response.writeHead(308, { Location: '/admin/' }).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': found.type,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-cache',
  });
  // Small, and asked for by hand.
  response.end(readFileSync(new URL(found.file, FOLDER)));
}
