import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// In development the page comes from Vite and the API from a site on this address.
const site = process.env.AURORASOC_SITE ?? 'http://localhost:8443';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // Inlined files would be `data:` addresses, which the page's policy refuses.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/api': site, '/login': site } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
