import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, installShutdown, NestLogger, passwordsIn } from './index.js';

function capture(): { stream: Writable; text: () => string } {
  const chunks: string[] = [];
  return { stream: new Writable({ write: (chunk: Buffer, _encoding, done) => (chunks.push(chunk.toString()), done()) }), text: () => chunks.join('') };
}

describe('createLogger', () => {
  it.each(['json', 'readable'] as const)('writes no secret as %s', (format) => {
    const { stream, text } = capture();
    const logger = createLogger({ name: 'test', format, stream });
    logger.info({ password: 'canary1', req: { headers: { authorization: 'Bearer canary2canary2' } }, user: { token: 'canary3' } }, 'get https://h/k?X-Amz-Signature=canary4&x=1');
    logger.error({ err: new Error('nats://backend:canary5@host refused, Bearer canary6canary6') }, 'failed');
    expect(text()).not.toContain('canary');
    expect(text()).toContain('&x=1');
    expect(text()).toContain('nats://backend:[secret]@host refused');
  });

  it('writes no value that it was told is secret, no key or token by its form, and no field of an error but what finds a mistake', () => {
    const { stream, text } = capture();
    const logger = createLogger({ name: 'test', format: 'json', stream, secrets: ['canary-of-the-configuration', 'abc'] });
    const failed = Object.assign(new Error('duplicate key', { cause: new Error('the real reason') }), { code: '23505', parameters: ['canary7'], query: 'insert' });
    logger.error({ err: failed }, 'lost canary-of-the-configuration, vk_canary8canary8, eyJhbGciOiJIUzI1NiJ9.canary9canary9.canary10; abc stays');
    expect(text()).not.toContain('canary');
    expect(text()).toContain('abc stays');
    const line = JSON.parse(text()) as { err: { stack: string } };
    expect(line.err).toMatchObject({ type: 'Error', message: 'duplicate key', code: '23505' });
    expect(line.err.stack).toContain('caused by: Error: the real reason');
    expect(Object.keys(line.err).sort()).toEqual(['code', 'message', 'stack', 'type']);
  });

  it('knows the passwords of addresses in both their forms', () => {
    expect(passwordsIn('postgres://u:p%40ss%2Fword@h/db', 'nats://a:one1@x:1,nats://b:two2@y:2', 'nothing')).toEqual(['p%40ss%2Fword', 'p@ss/word', 'one1', 'one1', 'two2', 'two2']);
  });

  it('writes JSON with level, time, name and message, and hides lower levels', () => {
    const { stream, text } = capture();
    const logger = createLogger({ name: 'test', format: 'json', level: 'warn', stream });
    logger.info('hidden');
    new NestLogger(logger).warn('seen', 'Context');
    expect(JSON.parse(text())).toMatchObject({ level: 'warn', name: 'test', msg: 'seen', context: 'Context' });
  });
});

describe('installShutdown', () => {
  it('runs the steps in order, goes on after a failing and a hanging one, and exits once', async () => {
    const seen: string[] = [];
    const codes: number[] = [];
    const shutdown = installShutdown({
      steps: [
        { name: 'a', run: () => seen.push('a') },
        { name: 'broken', run: () => { throw new Error('no'); } },
        { name: 'hanging', run: () => new Promise(() => undefined), budgetMilliseconds: 20 },
        { name: 'b', run: () => seen.push('b') },
      ],
      exit: (code) => codes.push(code),
    });
    await Promise.all([shutdown.stop('test'), shutdown.stop('again', 3)]);
    shutdown.uninstall();
    expect(seen).toEqual(['a', 'b']);
    expect(codes).toEqual([0]);
  });
});
