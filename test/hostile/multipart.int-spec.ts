import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostileBackend, type Answer } from './hostile-backend.js';
import { diceParts, packageWith, zipOf } from './zip-forge.js';

const MAX_UPLOAD_BYTES = 200_000;
const BOUNDARY = 'x-boundary';
let backend: HostileBackend;
let zip: Buffer;

beforeAll(async () => {
  backend = await HostileBackend.start({ MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES), UPLOAD_IDLE_SECONDS: '2' });
  zip = await zipOf(diceParts());
});
afterAll(() => backend.close());

interface FormPart {
  readonly disposition?: string;
  readonly type?: string;
  readonly bytes: Uint8Array | string;
}

const field = (name: string, bytes: Uint8Array | string, type?: string): FormPart => ({ disposition: `form-data; name="${name}"`, bytes, ...(type === undefined ? {} : { type }) });
const file = (bytes: Uint8Array, name = 'file'): FormPart => ({ disposition: `form-data; name="${name}"; filename="d.zip"`, type: 'application/zip', bytes });

function formOf(parts: readonly FormPart[], end = `--${BOUNDARY}--\r\n`): Buffer {
  const pieces = parts.flatMap(({ disposition, type, bytes }) => [
    Buffer.from(`--${BOUNDARY}\r\n${disposition === undefined ? '' : `content-disposition: ${disposition}\r\n`}${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n`),
    Buffer.from(bytes),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(end)]);
}

const post = (body: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> => backend.send('POST', 'datasets/upload', { body, headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers } });

/** Status and code of each form, by its name. */
async function answersTo(forms: Record<string, Buffer>): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const [name, body] of Object.entries(forms)) {
    const answer = await post(body);
    seen[name] = `${answer.status} ${answer.code}`;
  }
  return seen;
}

describe('the form of an upload', () => {
  it('is refused when it cannot be read, and leaves nothing behind', async () => {
    const before = await backend.residue();
    const whole = formOf([file(zip)]);
    const forms = {
      'no end': formOf([file(zip)], ''),
      'cut in the file': whole.subarray(0, 500),
      'cut in the head of the file': whole.subarray(0, 40),
      'no body': Buffer.alloc(0),
      'no parts': Buffer.from(`--${BOUNDARY}--\r\n`),
      'another boundary': Buffer.from(whole.toString('latin1').replaceAll(BOUNDARY, 'y-boundary'), 'latin1'),
      'bytes and no form': Buffer.from('PK\u0003\u0004 just the zip'),
      'a part without a disposition': formOf([{ bytes: zip }]),
    };
    expect(await answersTo(forms)).toEqual({
      'no end': '400 malformed-request',
      'cut in the file': '400 malformed-request',
      'cut in the head of the file': '400 malformed-request',
      'no body': '422 validation-failed',
      'no parts': '422 validation-failed',
      'another boundary': '400 malformed-request',
      'bytes and no form': '400 malformed-request',
      'a part without a disposition': '422 validation-failed',
    });
    expect(await backend.residue()).toEqual(before);
    expect((await post(whole)).status).toBe(201);
  });

  it('is refused when it holds something else than a name, a visibility and a file behind them', async () => {
    const before = await backend.residue();
    const fields = Array.from({ length: 20 }, (_, index) => field(`f${index}`, 'x'));
    const forms = {
      'a field as JSON': formOf([field('name', '{"a":1}', 'application/json'), file(zip)]),
      'a field as broken JSON': formOf([field('name', '{"a"', 'application/json'), file(zip)]),
      'unknown field': formOf([field('owner', 'me'), file(zip)]),
      'a name twice': formOf([field('name', 'one'), field('name', 'two'), file(zip)]),
      '__proto__': formOf([field('__proto__', 'x'), file(zip)]),
      'constructor as a file': formOf([file(zip, 'constructor')]),
      'another file field': formOf([file(zip, 'zip')]),
      'file without a file name': formOf([field('file', 'text')]),
      'many fields': formOf([...fields, file(zip)]),
      'a name of a megabyte': formOf([field('name', 'x'.repeat(1_000_000)), file(zip)]),
      'a name that is not UTF-8': formOf([field('name', Buffer.from([0xff, 0xfe, 0x41])), file(zip)]),
      'a name with U+0000': formOf([field('name', 'a\u0000b'), file(zip)]),
      'visibility': formOf([field('visibility', 'secret'), file(zip)]),
      'a field behind the file': formOf([file(zip), field('name', 'late')]),
      'two files': formOf([file(zip), file(zip)]),
    };
    const seen = await answersTo(forms);
    expect(Object.entries(seen).filter(([, answer]) => !/^(400 malformed-request|422 validation-failed)$/.test(answer))).toEqual([]);
    expect(seen).toMatchObject({ 'a field as JSON': '422 validation-failed', 'a name twice': '422 validation-failed', '__proto__': '400 malformed-request', 'a name that is not UTF-8': '400 malformed-request', 'visibility': '422 validation-failed' });
    expect(await backend.residue()).toEqual(before);
    expect((await post(formOf([field('name', '이름 😀'), field('visibility', 'public'), file(zip)]))).json).toMatchObject({ name: '이름 😀', visibility: 'public' });
  });

  it('is refused by its type, its coding and its size', async () => {
    const before = await backend.residue();
    expect(await backend.send('POST', 'datasets/upload', { body: zip, headers: { 'content-type': 'application/zip' } })).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    expect(await post(formOf([file(zip)]), { 'content-type': 'multipart/form-data' })).toMatchObject({ status: 400, code: 'malformed-request' });
    expect(await post(formOf([file(zip)]), { 'content-encoding': 'gzip' })).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    const large = await packageWith({ name: 'notes.txt', bytes: Buffer.alloc(MAX_UPLOAD_BYTES, 'note') });
    const uploadId = randomUUID();
    expect(await post(formOf([file(large)]), { 'upload-id': uploadId })).toMatchObject({ status: 413, code: 'too-large' });
    expect((await backend.send('GET', `uploads/${uploadId}`)).json).toMatchObject({ state: 'refused', code: 'too-large' });
    expect(await backend.residue()).toEqual(before);
    expect((await post(formOf([file(await packageWith({ name: 'notes.txt', bytes: Buffer.alloc(MAX_UPLOAD_BYTES - 10_000, 'note') }))]))).status).toBe(201);
  });

  it('is given up when its client falls silent, and not while the client is only slow', async () => {
    const before = await backend.residue();
    const whole = formOf([file(zip)]);
    const sendSlowly = async (uploadId: string, bytes: Buffer, pieces: number): Promise<Response> => {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (sent >= bytes.length) return new Promise(() => undefined);
          const piece = bytes.subarray(sent, (sent += Math.ceil(bytes.length / pieces)));
          await new Promise((resolve) => setTimeout(resolve, 300));
          controller.enqueue(piece);
          if (sent >= whole.length) controller.close();
          return undefined;
        },
      });
      const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers: { authorization: `Bearer ${backend.token}`, 'upload-id': uploadId, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }, body, duplex: 'half' };
      return fetch(`${backend.url}/api/v1/datasets/upload`, init);
    };
    const silent = randomUUID();
    const answer = await sendSlowly(silent, whole.subarray(0, 900), 1);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'malformed-request', detail: 'No byte of the file came for 2 seconds.' });
    expect((await backend.send('GET', `uploads/${silent}`)).json['state']).toBe('refused');
    expect(await backend.residue()).toEqual(before);
    expect((await sendSlowly(randomUUID(), whole, 9)).status).toBe(201);
  });

  it('of another route is no body', async () => {
    for (const path of ['users', 'api-keys', 'auth/login', 'me/password', 'training/start']) {
      const answer = await backend.send('POST', path, { body: formOf([field('email', 'a@b.test')]), headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } });
      expect(answer, path).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    }
    await backend.assertAlive();
  });
});
