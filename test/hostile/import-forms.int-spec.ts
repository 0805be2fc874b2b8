import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostileBackend } from './hostile-backend.js';

const BOUNDARY = 'x-boundary';
let backend: HostileBackend;
let dataset = '';

beforeAll(async () => {
  backend = await HostileBackend.start({ UPLOAD_IDLE_SECONDS: '2' });
  const made = await backend.send('POST', 'datasets/create', { body: JSON.stringify({ name: 'forms', task_type: 'object_detection', classes: [{ name: 'cat' }] }), headers: { 'content-type': 'application/json' } });
  dataset = String(made.json['id']);
});
afterAll(() => backend.close());

const part = (head: string, body: string | Uint8Array): Buffer => Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${head === '' ? '' : `content-disposition: ${head}\r\n`}\r\n`), Buffer.from(body), Buffer.from('\r\n')]);
const field = (name: string, text: string): Buffer => part(`form-data; name="${name}"`, text);
const file = (bytes: string | Uint8Array, name = 'file', fileName = 'a.json'): Buffer => part(`form-data; name="${name}"; filename="${fileName}"`, bytes);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);
const COCO = JSON.stringify({ images: [], annotations: [], categories: [] });
const HEADERS = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
const path = (query = ''): string => `datasets/${dataset}/annotations/import${query}`;

describe('the form of an import of labels', () => {
  it('is refused when it cannot be read, and leaves nothing behind', async () => {
    const before = await backend.residue();
    const forms: Record<string, Buffer> = {
      'no end': file(COCO),
      'cut in the file': Buffer.concat([file(COCO), END]).subarray(0, 120),
      'no body': Buffer.alloc(0),
      'no parts': END,
      'no file': Buffer.concat([field('class_mapping', '{}'), END]),
      'another field': Buffer.concat([field('mapping', '{}'), file(COCO), END]),
      'a file of another name': Buffer.concat([file(COCO, 'labels'), END]),
      'a field behind the file': Buffer.concat([file(COCO), field('class_mapping', '{}'), END]),
      'two files': Buffer.concat([file(COCO), file(COCO), END]),
      'the mapping twice': Buffer.concat([field('class_mapping', '{}'), field('class_mapping', '{}'), file(COCO), END]),
      'a mapping of a megabyte': Buffer.concat([field('class_mapping', `{"${'x'.repeat(1_100_000)}":1}`), file(COCO), END]),
      'a mapping with a key twice': Buffer.concat([field('class_mapping', '{"a":1,"a":2}'), file(COCO), END]),
      '__proto__ as a class': Buffer.concat([field('class_mapping', '{"__proto__":{"a":1}}'), file(COCO), END]),
    };
    const seen: Record<string, string> = {};
    for (const [name, body] of Object.entries(forms)) {
      const answer = await backend.send('POST', path(), { body, headers: HEADERS });
      seen[name] = `${answer.status} ${answer.code}`;
    }
    expect(seen).toEqual({
      'no end': '400 malformed-request',
      'cut in the file': '400 malformed-request',
      'no body': '422 validation-failed',
      'no parts': '422 validation-failed',
      'no file': '422 validation-failed',
      'another field': '422 validation-failed',
      'a file of another name': '422 validation-failed',
      'a field behind the file': '422 validation-failed',
      'two files': '422 validation-failed',
      'the mapping twice': '422 validation-failed',
      'a mapping of a megabyte': '422 validation-failed',
      'a mapping with a key twice': '400 malformed-json',
      '__proto__ as a class': '422 validation-failed',
    });
    expect(await backend.residue()).toEqual(before);
    await backend.assertAlive();
  });

  it('takes names of files that lead nowhere', async () => {
    for (const name of ['../../etc/passwd', 'a\u0001.json', `${'x'.repeat(5000)}.json`, 'con', '.json', '\u202egnp.json', '%2e%2e%2f.json']) {
      const answer = await backend.send('POST', path('?format=coco'), { body: Buffer.concat([file(COCO, 'file', name), END]), headers: HEADERS });
      expect([name.slice(0, 20), answer.status, answer.code]).toEqual([name.slice(0, 20), 422, 'validation-failed']);
    }
    await backend.assertAlive();
  });

  it('is given up when its client falls silent: its place is free again', async () => {
    const silent = (): Promise<Response> => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(file(COCO).subarray(0, 110)),
        pull: () => new Promise(() => undefined),
      });
      const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers: { authorization: `Bearer ${backend.token}`, ...HEADERS }, body, duplex: 'half' };
      return fetch(`${backend.url}/api/v1/${path()}`, init);
    };
    const answers = await Promise.all([silent(), silent(), silent(), silent()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([400, 400, 400, 429]);
    const after = await backend.send('POST', path(), { body: Buffer.concat([file(COCO), END]), headers: HEADERS });
    expect(after.status).toBe(422);
  });
});
