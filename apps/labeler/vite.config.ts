import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { FakeApi } from './dev/fake-api.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `vite dev apps/labeler --mode fake` answers the API from memory: for work on the pages without a backend. Never part of a build. */
function fakeApi(): Plugin {
  return {
    name: 'fake-api',
    apply: 'serve',
    configureServer(server) {
      const api = new FakeApi();
      server.middlewares.use((request, response, next) => {
        if (!api.handle(request, response)) next();
      });
    },
  };
}

export default defineConfig(({ mode }) => ({
  root: here('.'),
  resolve: { alias: { '@app/kernel': here('../../libs/kernel/src/index.ts') } },
  plugins: [react(), ...(mode === 'fake' ? [fakeApi()] : [])],
  build: {
    outDir: here('../../dist/labeler'),
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would be data: addresses, which the page's content policy refuses for anything but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5173, proxy: { '/api': { target: process.env['API_URL'] ?? 'http://127.0.0.1:3000', changeOrigin: false } } },
}));
