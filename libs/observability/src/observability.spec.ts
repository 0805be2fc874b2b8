import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, installShutdown, NestLogger } from './index.js';

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
