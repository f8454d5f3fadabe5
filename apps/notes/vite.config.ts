import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const RELAY = process.env['CAUSEWAY_RELAY'] ?? 'http://127.0.0.1:4600';

export default defineConfig({
  plugins: [react()],
  // The packages' TypeScript sources: no build between an edit in them and the page.
  resolve: { conditions: ['causeway-source', ...defaultClientConditions], dedupe: ['yjs', 'y-protocols'] },
  server: { proxy: { '/sync': { target: RELAY, ws: true }, '/healthz': RELAY } },
});
