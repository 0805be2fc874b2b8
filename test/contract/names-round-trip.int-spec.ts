import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import { writeDice } from '@app/dice-format';
import iconv from 'iconv-lite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { png } from './image-workbench.js';
import { People } from './people.js';
import { untilQuiet } from './until-quiet.js';

/** File names of all kinds, from the upload through the list to the export. */
let backend: BackendUnderTest;
let people: People;
let pool: pg.Pool;

beforeAll(async () => {
  backend = await startBackend();
  people = new People(backend);
  await people.logInAdmin();
  pool = new pg.Pool({ connectionString: backend.databaseUrl, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await backend.close();
});

const NAMES = ['한글 이름.png', '너구리(복사본) 2.png', 'a b  c.png', 'percent%20#?&+=.png', "quote';--.png", '🦝.png', 'ÀÉÎ.png', '数据.png', 'x'.repeat(200) + '.png'];

async function listed(dataset: string): Promise<string[]> {
  const names: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { body: { items: { file_name: string }[]; next_cursor: string | null } } = await people.call('GET', `datasets/${dataset}/images?limit=3${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`, { token: people.admin });
    names.push(...page.body.items.map((one) => one.file_name));
    cursor = page.body.next_cursor;
  }
  return names.sort();
}

async function exported(dataset: string): Promise<string[]> {
  const answer = await people.call<{ images: { file_name: string }[] }>('GET', `datasets/${dataset}/annotations.json`, { token: people.admin });
  expect(answer.status).toBe(200);
  return answer.body.images.map((one) => one.file_name).sort();
}

const expectedOf = (names: readonly string[]): string[] => names.map((name) => `images/${name.normalize('NFC')}`).sort();

describe('names of images', () => {
  it('that come one by one are the same in the list and in the export, whichever form of Unicode they came in', async () => {
    const dataset = await people.createDataset(people.admin);
    const form = new FormData();
    NAMES.forEach((name, index) => form.append('file', new Blob([png(index + 1) as Buffer<ArrayBuffer>], { type: 'image/png' }), index % 2 === 0 ? name.normalize('NFD') : name));
    const sent = await people.call<{ results: { status: string }[] }>('POST', `datasets/${dataset}/images`, { token: people.admin, form });
    expect(sent.body.results.map((one) => one.status)).toEqual(NAMES.map(() => 'stored'));
    expect(await listed(dataset)).toEqual(expectedOf(NAMES));
    expect(await exported(dataset)).toEqual(expectedOf(NAMES));
  });

  it.each(['utf-8', 'cp949'] as const)('in a zip without the flag of UTF-8 are read as %s', async (encoding) => {
    const names = ['너구리.png', '똠방각하 펲시콜라.png', 'plain.png'];
    const upload = await people.call<{ id: string }>('POST', 'datasets/upload', { token: people.admin, form: formOf(await unflagged(names, encoding)) });
    expect(upload.status).toBe(201);
    await untilQuiet(pool);
    expect(await listed(upload.body.id)).toEqual(expectedOf(names));
    expect(await exported(upload.body.id)).toEqual(expectedOf(names));
  });
});

function formOf(zip: Buffer): FormData {
  const form = new FormData();
  form.set('file', new Blob([zip as Buffer<ArrayBuffer>]), 'dataset.zip');
  return form;
}

/** As older tools write zips: names in the code page of their machine, and nothing that says so. */
async function unflagged(names: readonly string[], encoding: string): Promise<Buffer> {
  const encoded = names.map((name) => iconv.encode(`images/${name}`, encoding));
  const standIns = encoded.map((bytes, index) => `images/${String(index).padStart(bytes.length - 'images/.png'.length, 'q')}.png`);
  const pictures = names.map((_, index) => png(100 + index));
  const made = '2026-01-01T00:00:00Z';
  const { annotations, meta } = writeDice({
    ...{ datasetId: 'names', name: 'names', taskType: 'image_classification', multiLabel: false, version: 1, createdAt: made, lastModifiedAt: made },
    classes: [{ id: 0, name: 'thing', color: '#E6194B', details: {} }],
    images: pictures.map((bytes, index) => ({
      ...{ id: index + 1, fileName: `images/${names[index] ?? ''}`, sha256: createHash('sha256').update(bytes).digest('hex'), width: 8, height: 6, depth: 3 },
      ...{ split: null, status: 'labeled', noObject: false, annotations: [{ class_id: 0 }] },
    })),
  });
  const texts = [{ name: 'annotations.json', bytes: Buffer.from(annotations) }, { name: 'meta.json', bytes: Buffer.from(meta) }];
  const entries = [...pictures.map((bytes, index) => ({ name: standIns[index] ?? '', bytes })), ...texts];
  const chunks: Uint8Array[] = [];
  for await (const chunk of plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] }))).stream()) chunks.push(chunk);
  const zip = Buffer.concat(chunks);
  standIns.forEach((name, index) => replaceName(zip, Buffer.from(name), encoded[index] ?? Buffer.alloc(0)));
  return zip;
}

/** In the local header and in the directory; the flag stands 24 and 38 bytes before the name. */
function replaceName(zip: Buffer, name: Buffer, encoded: Buffer): void {
  for (let at = zip.indexOf(name); at >= 0; at = zip.indexOf(name, at + 1)) {
    encoded.copy(zip, at);
    const isLocal = zip.readUInt32LE(at - 30) === 0x04034b50;
    const flagAt = isLocal ? at - 24 : at - 38;
    zip.writeUInt16LE(zip.readUInt16LE(flagAt) & ~0x0800, flagAt);
  }
}
