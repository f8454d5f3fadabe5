/**
 * Which web pages may reach a relay from somebody's browser. A browser says with every WebSocket which page opened it, so a
 * page that nobody invited is turned away before it has said a word; without this, any page could speak to a relay on the
 * visitor's own machine. Programs that are no browsers send no origin, or any: for them there are tokens.
 */

/** Origins such as `https://notes.example.org`; a star for every page there is. */
export type AllowedOrigins = readonly string[];

/**
 * Whether a page of this origin may connect to the relay that it found at `host`. `isLocal`: its browser is on this machine, with
 * no proxy between. Then the relay's own pages are those of a loopback name: a stranger's name that was made to point at this
 * machine is not one.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: AllowedOrigins,
  isLocal: boolean,
): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  const page = hostOf(origin);
  if (page === undefined || host === undefined) return false;
  // The relay's own pages, and while one develops, those of another port of this machine.
  if (isLoopbackHost(page) && isLoopbackHost(host)) return true;
  return page === host && !isLocal;
}

/** Undefined for what is no origin of a page, such as `null`. */
function hostOf(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined;
  const { protocol, host } = new URL(origin);
  return protocol === 'http:' || protocol === 'https:' ? host : undefined;
}

/** With a port or without. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    host === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  );
}
