import { randomBytes } from 'node:crypto';
import { request, type ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageWorkbench, jpeg, png, sha256 } from './image-workbench.js';

/** Images as files of a form. */
let bench: ImageWorkbench;
beforeAll(async () => {
  bench = await ImageWorkbench.open();
});
afterAll(() => bench.close());

describe('images through the API', () => {
  it('go in with a result each, in the order of the files; the good ones do, the others say why', async () => {
    const id = await bench.dataset();
    const [first, second] = [png(1), await jpeg(2, 40, 30)];
    const answer = await bench.send(
      id,
      [
        { name: '너구리 사진 #1?50%+ 🦝.png', bytes: first },
        { name: 'photo.jpg', bytes: second, type: 'image/jpeg' },
        { name: 'again.png', bytes: first },
        { name: 'notes.jpg', bytes: Buffer.from('this is no picture at all, only words') },
        { name: 'photo.png', bytes: await jpeg(3) },
        { name: 'said.jpg', bytes: await jpeg(4), type: 'image/png' },
        { name: 'cut.png', bytes: png(5).subarray(0, 20) },
        { name: 'empty.png', bytes: Buffer.alloc(0) },
      ],
      { split: 'train' },
    );
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.results.map((one) => `${one.status} ${one.image_id} ${one.code}`)).toEqual(['stored 1 null', 'stored 2 null', 'duplicate 1 null', ...Array.from({ length: 5 }, () => 'refused null unsupported-image')]);
    expect(answer.body).toMatchObject({ stored: 2, refused: 5 });
    for (const one of answer.results.slice(3)) expect(one.reason !== null && one.hint !== null, one.original_name).toBe(true);
    const image = (await bench.call('GET', `datasets/${id}/images/000001`)).body;
    expect(image).toMatchObject({ id: 1, file_name: 'images/너구리 사진 #1?50%+ 🦝.png', original_name: '너구리 사진 #1?50%+ 🦝.png', width: 8, height: 6, split: 'train', status: 'unlabeled', state: 'ready', revision: 1, sha256: sha256(first), size_bytes: first.length, thumbnail_url: null, preview_url: null });
    const got = await fetch(String(image['url']));
    expect(got.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await got.arrayBuffer()).equals(first)).toBe(true);
    expect(await bench.faults(id)).toEqual([]);
    expect(await bench.rows('select kind, number, seq::int from dataset_changes where dataset_id = $1 order by seq', [id])).toEqual([{ kind: 'image-added', number: 1, seq: 1 }, { kind: 'image-added', number: 2, seq: 2 }]);
    const events = await bench.rows<{ data: { image_id: number; seq: number } }>(`select event->'data' as data from outbox where type = 'vision.dataset.image.added.v1' and event->'data'->>'dataset_id' = $1 order by seq`, [id]);
    expect(events.map((one) => [one.data.image_id, one.data.seq])).toEqual([[1, 1], [2, 2]]);
    expect(await bench.rows('select number from image_processing where dataset_id = $1 order by number', [id])).toEqual([{ number: 1 }, { number: 2 }]);
  });

  it('keep the decomposed name as it was given, and are found by the composed one', async () => {
    const id = await bench.dataset();
    const nfd = '고양이.png'.normalize('NFD');
    const [stored] = (await bench.send(id, [{ name: nfd, bytes: png(20) }])).results;
    expect(stored).toMatchObject({ status: 'stored', original_name: nfd, file_name: 'images/고양이.png' });
    expect((await bench.send(id, [{ name: '고양이.png', bytes: png(21) }])).results[0]).toMatchObject({ status: 'stored', file_name: 'images/고양이-2.png' });
  });

  it('of a name that is taken are kept beside, skipped, or take the place, as asked', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(30) }]);
    expect((await bench.send(id, [{ name: 'a.png', bytes: png(31) }, { name: 'A.PNG', bytes: png(32) }])).results.map((one) => `${one.status} ${one.file_name}`)).toEqual(['stored images/a-2.png', 'stored images/A-3.PNG']);
    expect((await bench.send(id, [{ name: 'a.png', bytes: png(33) }], { on_conflict: 'skip' })).results[0]).toMatchObject({ status: 'skipped', image_id: 1 });
    await bench.rows(`update dataset_images set status = 'labeled', revision = 4, objects = '[{"id":"x"}]' where dataset_id = $1 and number = 1`, [id]);
    const replacement = png(34);
    expect((await bench.send(id, [{ name: 'a.png', bytes: replacement }], { on_conflict: 'replace' })).results[0]).toMatchObject({ status: 'replaced', image_id: 1, file_name: 'images/a.png' });
    const rows = await bench.rows<{ sha256: string; object_key: string }>(`select encode(sha256, 'hex') as sha256, object_key, status, revision, objects from dataset_images where dataset_id = $1 and number = 1`, [id]);
    expect(rows).toMatchObject([{ sha256: sha256(replacement), status: 'labeled', revision: 4, objects: [{ id: 'x' }] }]);
    // The old bytes stay for versions that show them.
    expect(rows[0]?.object_key).not.toBe(`datasets/${id}/images/000001.png`);
    expect(await bench.store.head(`datasets/${id}/images/000001.png`)).not.toBeNull();
    expect((await bench.send(id, [{ name: 'a.png', bytes: png(35, 9, 9) }], { on_conflict: 'replace' })).results[0]).toMatchObject({ status: 'refused', code: 'state-conflict', image_id: 1 });
    await bench.rows(`update dataset_images set status = 'unlabeled' where dataset_id = $1 and number = 1`, [id]);
    expect((await bench.send(id, [{ name: 'a.png', bytes: png(35, 9, 9) }], { on_conflict: 'replace' })).results[0]).toMatchObject({ status: 'replaced', image_id: 1 });
    expect((await bench.call('GET', `datasets/${id}/images/1`)).body).toMatchObject({ width: 9, height: 9 });
    expect((await bench.rows('select kind from dataset_changes where dataset_id = $1 order by seq', [id])).map((row) => row['kind'])).toEqual(['image-added', 'image-added', 'image-added', 'image-replaced', 'image-replaced']);
    expect((await bench.faults(id)).filter((fault) => !fault.includes("is no image's"))).toEqual([]);
  });

  it('sent by 20 at the same moment under one name, and by 20 with the same bytes, give 20 images and one', async () => {
    const id = await bench.dataset();
    const many = await inTurns(20, (index) => bench.send(id, [{ name: 'same.png', bytes: png(100 + index) }]));
    expect(many.every((one) => one.results[0]?.status === 'stored'), JSON.stringify(many.map((one) => one.body))).toBe(true);
    expect(new Set(many.map((one) => one.results[0]?.file_name)).size).toBe(20);
    const bytes = png(200);
    const equal = await inTurns(20, (index) => bench.send(id, [{ name: `twin-${index}.png`, bytes }]));
    expect(equal.map((one) => one.results[0]?.status).sort()).toEqual([...Array.from({ length: 19 }, () => 'duplicate'), 'stored']);
    expect(new Set(equal.map((one) => one.results[0]?.image_id)).size).toBe(1);
    expect(await bench.faults(id)).toEqual([]);
  });

  it('are refused as a whole where the form is wrong, and leave nothing', async () => {
    const id = await bench.dataset();
    expect((await bench.send(id, [{ name: 'a.png', bytes: png(1) }], { on_conflict: 'explode' })).status).toBe(422);
    expect((await bench.send(id, [{ name: 'a.png', bytes: png(1) }], { key: '../x' })).body).toMatchObject({ code: 'validation-failed', errors: [{ code: 'unknown-field', pointer: '/key' }] });
    expect((await bench.send(id, [])).body).toMatchObject({ errors: [{ pointer: '/file', code: 'required' }] });
    expect((await bench.call('POST', `datasets/${id}/images`, {})).status).toBe(415);
    expect((await bench.send('platform-x-00000000', [{ name: 'a.png', bytes: png(1) }])).status).toBe(404);
    expect(await bench.keys(`datasets/${id}/`)).toEqual([]);
  });

  it('of more than a MiB are streamed, and of more than 100 MB refused while the next one goes in', async () => {
    const id = await bench.dataset();
    const large = Buffer.concat([png(300), randomBytes(7_000_000)]);
    const huge = Buffer.concat([png(301), Buffer.alloc(100_000_001)]);
    const answer = await bench.send(id, [{ name: 'large.png', bytes: large }, { name: 'huge.png', bytes: huge }, { name: 'small.png', bytes: png(302) }]);
    expect(answer.results.map((one) => `${one.status} ${one.code}`)).toEqual(['stored null', 'refused too-large', 'stored null']);
    expect(await bench.faults(id)).toEqual([]);
    expect((await bench.send(id, [{ name: 'other.png', bytes: large }])).results[0]).toMatchObject({ status: 'duplicate', image_id: 1 });
    expect(await bench.faults(id)).toEqual([]);
  });

  it('of a client that goes away in the middle: what was whole is in, the rest leaves nothing', async () => {
    const id = await bench.dataset();
    const part = (name: string, bytes: Buffer): Buffer => Buffer.concat([Buffer.from(`--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`), bytes, Buffer.from('\r\n')]);
    const whole = part('whole.png', png(400));
    const broken = part('broken.png', Buffer.concat([png(401), randomBytes(9_000_000)]));
    for (const tenth of [1, 5, 9]) {
      await goAway(id, Buffer.concat([whole, broken.subarray(0, (broken.length * tenth) / 10)]));
      await expect.poll(async () => (await bench.rows('select 1 from dataset_images where dataset_id = $1', [id])).length, { timeout: 20_000 }).toBe(1);
    }
    await expect.poll(() => bench.store.abortStaleUploads(`datasets/${id}/`, new Date(Date.now() + 60_000)), { timeout: 20_000 }).toBe(0);
    await expect.poll(() => bench.faults(id), { timeout: 20_000 }).toEqual([]);
    // Its places are free again.
    expect((await bench.send(id, [{ name: 'after.png', bytes: png(402) }])).status).toBe(200);
  });

  it('are 8 requests of a user at a time; more are told to wait', async () => {
    const id = await bench.dataset();
    const held = Array.from({ length: 8 }, () => holdForm(id));
    const patience = { timeout: 20_000, interval: 100 };
    try {
      await expect.poll(async () => (await bench.send(id, [{ name: 'ninth.png', bytes: png(500) }])).status, patience).toBe(429);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const ninth = await bench.send(id, [{ name: 'ninth.png', bytes: png(500) }]);
      expect(ninth.body).toMatchObject({ code: 'rate-limited', limit: 8 });
      expect(ninth.headers.get('retry-after')).toBe('1');
    } finally {
      for (const one of held) one.end();
    }
    await expect.poll(async () => (await bench.send(id, [{ name: 'ninth.png', bytes: png(500) }])).status, patience).toBe(200);
  });
});

/** Eight at a time, as a client does. */
async function inTurns<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  }));
  return results;
}

const formHeaders = (): Record<string, string> => ({ authorization: `Bearer ${bench.token}`, 'content-type': 'multipart/form-data; boundary=b' });

async function goAway(id: string, bytes: Buffer): Promise<void> {
  const sent = request(`${bench.backend.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { ...formHeaders(), 'content-length': 50_000_000 } });
  sent.on('error', () => undefined);
  await new Promise<void>((resolve) => sent.write(bytes, () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 300));
  sent.destroy();
}

/** A form that does not go on; one that is told to wait comes again, since a probe may have had its place. */
function holdForm(id: string): { end: () => void } {
  let ended = false;
  let sent: ClientRequest | undefined;
  const open = (): void => {
    if (ended) return;
    sent = request(`${bench.backend.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { ...formHeaders(), 'transfer-encoding': 'chunked' } }, (answer) => {
      answer.resume();
      setTimeout(open, 20);
    });
    sent.on('error', () => undefined);
    sent.write('--b\r\ncontent-disposition: form-data; name="on_conflict"\r\n\r\nskip\r\n');
  };
  open();
  return {
    end: () => {
      ended = true;
      sent?.destroy();
    },
  };
}
