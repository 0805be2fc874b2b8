import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@app/local-services';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { headersOfBackend } from './page-server.js';

const NGINX = process.env['NGINX_BIN'] ?? 'nginx';
const STORE = 'https://account.r2.example';
const isThere = spawnSync(NGINX, ['-v'], { env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } }).status === 0;
if (!isThere) process.stdout.write('SKIPPED: the page behind nginx, because there is no nginx (set NGINX_BIN).\n');

describe.skipIf(!isThere)('the configuration of the page’s image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vision-nginx-'));
  let port: number;
  let server: ChildProcess;
  let api: Server;

  beforeAll(async () => {
    port = await freePort();
    const apiPort = await freePort();
    api = createServer((request, response) => response.writeHead(200, { 'content-security-policy': "default-src 'none'", 'cache-control': 'no-store' }).end(String(request.headers['x-forwarded-for'])));
    await new Promise<void>((done) => void api.listen(apiPort, '127.0.0.1', done));
    // As root nginx gives its work to another user.
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'html/assets'), { recursive: true });
    writeFileSync(join(folder, 'html/index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(folder, 'html/assets/app-1a2b.js'), 'export {};');
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, { port, apiPort }));
    server = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'ignore', env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } });
    await vi.waitFor(async () => expect((await get('/healthz')).status).toBe(204), { timeout: 10_000 });
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    if (server.exitCode === null) await once(server, 'exit');
    await new Promise((done) => api.close(done));
    rmSync(folder, { recursive: true, force: true });
  });
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);

  it('sends the headers that the backend sends, with every answer', async () => {
    const expected = await headersOfBackend({ storeOrigin: STORE, isBehindHttps: false });
    for (const path of ['/', '/datasets/1', '/assets/app-1a2b.js', '/assets/gone.js']) {
      const { headers } = await get(path);
      expect(Object.fromEntries([...expected.keys()].map((name) => [name, headers.get(name)]))).toEqual(Object.fromEntries(expected));
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('server')).toBe('nginx');
    }
  });

  it('serves the page for paths of its own, never for a file that is missing', async () => {
    for (const path of ['/', '/index.html', '/datasets/1/images']) {
      const answer = await get(path);
      expect([path, answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([path, 200, 'no-cache', '<!doctype html><title>page</title>']);
    }
    expect((await get('/assets/app-1a2b.js')).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const gone = await get('/assets/app-gone.js');
    expect([gone.status, gone.headers.get('cache-control')]).toEqual([404, null]);
  });

  it('hands the API on where compose says so, with its own headers and none of the page', async () => {
    const answer = await get('/api/v1/anything.json');
    expect([answer.status, answer.headers.get('content-security-policy'), answer.headers.get('cache-control')]).toEqual([200, "default-src 'none'", 'no-store']);
    expect(answer.headers.get('x-frame-options')).toBeNull();
    expect(await answer.text()).toBe('127.0.0.1');
  });
});

/** As the image's own nginx.conf includes conf.d, after its start has filled the templates in. */
function configuration(folder: string, { port, apiPort }: { readonly port: number; readonly apiPort: number }): string {
  mkdirSync(join(folder, 'vision.d'));
  writeFileSync(join(folder, 'vision.d/api.conf'), readFileSync('docker/compose/api.conf', 'utf8').replace('backend:3000', `127.0.0.1:${apiPort}`));
  const rendered = ['headers', 'default'].map((name) =>
    readFileSync(`docker/labeler/${name}.conf.template`, 'utf8')
      .replaceAll('${STORE_ORIGIN}', STORE)
      .replaceAll('${STRICT_TRANSPORT_SECURITY}', '')
      .replace('listen 8080;', `listen 127.0.0.1:${port};`)
      .replace('/etc/nginx/vision.d', join(folder, 'vision.d'))
      .replace('/usr/share/nginx/html', join(folder, 'html')),
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`);
  return `pid ${folder}/nginx.pid; error_log stderr; events {}\nhttp { access_log off; ${temporary.join(' ')} types { text/html html; text/javascript js; }\n${rendered.join('\n')}\n}\n`;
}
