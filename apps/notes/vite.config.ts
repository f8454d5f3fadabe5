import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const RELAY = process.env['CAUSEWAY_RELAY'] ?? 'http://127.0.0.1:4600';

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      // The user decides when a new version takes the page: see ui/update-notice.tsx.
      registerType: 'prompt',
      manifest: {
        name: 'Causeway Notes',
        short_name: 'Notes',
        description: 'Notes for several people, with a connection or without.',
        start_url: '/',
        display: 'standalone',
        background_color: '#f3f4f1',
        theme_color: '#f3f4f1',
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg,png}'],
        // Everything else of this origin is the relay's.
        navigateFallback: 'index.html',
        navigateFallbackDenylist: [/^\/(sync|healthz|yjs)/],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  // The packages' TypeScript sources: no build between an edit in them and the page.
  resolve: { conditions: ['causeway-source', ...defaultClientConditions], dedupe: ['yjs', 'y-protocols'] },
  server: { proxy: { '/sync': { target: RELAY, ws: true }, '/healthz': RELAY } },
});
