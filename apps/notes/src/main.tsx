/** Puts the app together: the client, the shelf and the settings with the browser's clock, dice, storage and address. */
import { createClient } from '@causeway/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { newProfile } from './model/profile.ts';
import { createSettings, type Settings, type TextStore } from './model/settings.ts';
import { SearchIndex } from './sync/search-index.ts';
import { Shelf } from './sync/shelf.ts';
import { App } from './ui/app.tsx';
import './styles/base.css';
import './styles/shell.css';
import './styles/places.css';
import './styles/list.css';
import './styles/note.css';
import './styles/prose.css';
import './styles/status.css';
import './styles/palette.css';

const settings = createSettings(localStore(), newProfile(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0));
const client = createClient({ url: syncUrl(), connect: !settings.offline.value });
const search = new SearchIndex(client);
const shelf = new Shelf(client, search.follow);

follow(settings);
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <App client={client} shelf={shelf} search={search} settings={settings} />
  </StrictMode>,
);

/** What the settings do outside React. */
function follow({ theme, offline }: Settings): void {
  const show = (): void => {
    document.documentElement.dataset['theme'] = theme.value;
  };
  const connect = (): void => {
    if (offline.value) client.disconnect();
    else client.connect();
  };
  show();
  theme.subscribe(show);
  offline.subscribe(connect);
}

/** The relay serves this page and the sync endpoint at one origin. */
function syncUrl(): string {
  const url = new URL('/sync', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Undefined where the browser forbids it: reading the property alone may throw. */
function localStore(): TextStore | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
