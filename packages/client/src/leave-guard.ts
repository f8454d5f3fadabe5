/**
 * Asks before a page is closed, and only when something would be lost: a change that neither this device's disk nor the
 * relay has. While the disk takes what is written, closing loses nothing and nobody is asked. Leaves out: what the
 * question says, which is the browser's.
 */
import type { Client } from './client.ts';

/**
 * Guards the page until the returned function is called. Listens for `beforeunload` only while something is at risk: pages
 * that listen always are not kept for the back button.
 */
export function guardLeaving(
  client: Pick<Client, 'atRisk' | 'onAtRisk'>,
  page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> = globalThis,
): () => void {
  const ask = (event: Event): void => event.preventDefault();
  const look = (): void => {
    if (client.atRisk > 0) page.addEventListener('beforeunload', ask);
    else page.removeEventListener('beforeunload', ask);
  };
  const stop = client.onAtRisk(look);
  look();
  return () => {
    stop();
    page.removeEventListener('beforeunload', ask);
  };
}
