/** Puts the page together: two clients of the relay that serves it, and the note that the address names. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../styles/base.css';
import './page.css';
import { TwoDevices } from './page.tsx';
import { Pair } from './pair.ts';

const APART = '#apart';

const url = new URL('/sync', location.href);
url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
const pair = new Pair(url.href);
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
document.title = 'Two devices · Causeway';
createRoot(root).render(
  <StrictMode>
    <TwoDevices pair={pair} apart={APART} />
  </StrictMode>,
);
// A link to the page apart is a page like new.
addEventListener('hashchange', () => {
  if (location.hash === APART) location.reload();
});
await start();

async function start(): Promise<void> {
  const isApart = location.hash === APART;
  const known = /^#([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  const id = known ?? crypto.randomUUID();
  if (!isApart && known === undefined) history.replaceState(null, '', `#${id}`);
  const opened = await pair.open(`two-devices/${id}`);
  if (isApart) await pair.goApart(opened);
}
