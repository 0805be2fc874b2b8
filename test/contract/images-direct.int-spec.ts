import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { Clock } from '@app/kernel';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SweepImageUploadsCommand } from '../../apps/backend/src/modules/dataset/application/commands/sweep-image-uploads/sweep-image-uploads.command.js';
import { ImageWorkbench, jpeg, png, sha256, type Put } from './image-workbench.js';

/** Images straight to the bucket: announce, put, complete (abuse cases C1 to C9, C12, C15 and F-09, F-14 of design/reliability.md). */
let bench: ImageWorkbench;
beforeAll(async () => {
  bench = await ImageWorkbench.open();
});
afterAll(() => bench.close());

const put = (to: Put, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<Response> => fetch(to.url, { method: 'PUT', headers: { ...without(to.headers, 'content-length'), ...headers }, body: bytes as Uint8Array<ArrayBuffer> });
const without = (headers: Record<string, string>, name: string): Record<string, string> => Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

function present<T>(value: T | null | undefined): T {
  if (value == null) throw new Error('expected a value');
  return value;
}

async function announced(id: string, file: { name: string; bytes: Uint8Array; type?: string }, options: Record<string, unknown> = {}): Promise<{ id: string; put: Put }> {
  const [one] = await bench.announce(id, [file], options);
  return { id: present(one?.id), put: present(one?.put) };
}

describe('an image put straight to the bucket', () => {
  it('is announced, put and completed; a repeat gives the same, and nothing is left in staging', async () => {
    const id = await bench.dataset();
    const files = [{ name: '너구리.jpg', bytes: await jpeg(1, 40, 30), type: 'image/jpeg' }, { name: 'b.png', bytes: png(2) }, { name: 'c.svg', bytes: png(3) }, { name: 'd.gif', bytes: png(4), type: 'image/gif' }];
    const answers = await bench.announce(id, files, { split: 'val' });
    expect(answers.map((one) => one.result?.status ?? 'to put')).toEqual(['to put', 'to put', 'refused', 'refused']);
    for (const [index, one] of answers.slice(0, 2).entries()) {
      const answer = present(one.put);
      expect(new URL(answer.url).searchParams.get('X-Amz-Expires')).toBe('3600');
      expect((await put(answer, present(files[index]).bytes)).status).toBe(200);
    }
    const ids = answers.slice(0, 2).map((one) => present(one.id));
    const first = await bench.complete(id, ids);
    expect(first.results.map((one) => `${one.status} ${one.image_id} ${one.file_name}`)).toEqual(['stored 1 images/너구리.jpg', 'stored 2 images/b.png']);
    expect((await bench.complete(id, ids)).body).toEqual(first.body);
    expect((await bench.call('GET', `datasets/${id}/images/1`)).body).toMatchObject({ width: 40, height: 30, split: 'val', sha256: sha256(present(files[0]).bytes) });
    expect(await bench.faults(id)).toEqual([]);
    for (const one of ids) expect(await bench.keys(`staging/${one}/`)).toEqual([]);
    expect((await bench.announce(id, files))[0]).toMatchObject({ id: null, put: null, result: { status: 'duplicate', image_id: 1 } });
  });

  it('C1, C2: its URL is for one PUT of one key and nothing else', async () => {
    const id = await bench.dataset();
    const bytes = png(10);
    const one = await announced(id, { name: 'a.png', bytes });
    for (const method of ['GET', 'DELETE', 'HEAD']) expect((await fetch(one.put.url, { method })).status, method).toBe(403);
    expect((await fetch(`${one.put.url}&acl`, { method: 'PUT', headers: without(one.put.headers, 'content-length'), body: new Uint8Array(bytes) })).status).toBe(403);
    const elsewhere = one.put.url.replace(`staging/${one.id}/image`, `datasets/${id}/images/000001.png`);
    expect((await put({ ...one.put, url: elsewhere }, bytes)).status).toBe(403);
    expect((await put({ ...one.put, url: one.put.url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=7200') }, bytes)).status).toBe(403);
    const nibble = one.put.url.endsWith('0') ? '1' : '0';
    expect((await put({ ...one.put, url: one.put.url.slice(0, -1) + nibble }, bytes)).status).toBe(403);
    expect(await bench.keys('staging/' + one.id)).toEqual([]);
  });

  it('C4, C5, C6, C7: of another type, size or content, or with more headers, is refused by the store', async () => {
    const id = await bench.dataset();
    const bytes = png(20);
    const one = await announced(id, { name: 'a.png', bytes });
    expect((await put(one.put, bytes, { 'content-type': 'text/html' })).status).toBe(403);
    const other = png(21);
    expect(other.length).toBe(bytes.length);
    expect((await put(one.put, other)).status).toBe(400);
    expect((await put(one.put, Buffer.concat([bytes, bytes]))).status).toBe(403);
    expect((await put(one.put, bytes.subarray(1))).status).toBe(403);
    expect([400, 403, 411]).toContain(await putChunked(one.put, bytes));
    const more: Record<string, string>[] = [{ 'x-amz-copy-source': `/vision-images/datasets/${id}/x` }, { 'x-amz-acl': 'public-read' }, { 'x-amz-storage-class': 'GLACIER' }, { 'x-amz-tagging': 'a=b' }];
    for (const header of more) {
      expect((await put(one.put, bytes, header)).status, JSON.stringify(header)).toBe(403);
    }
    expect(await bench.keys(`staging/${one.id}/`)).toEqual([]);
    expect((await put(one.put, bytes)).status).toBe(200);
    expect((await bench.complete(id, [one.id])).results[0]).toMatchObject({ status: 'stored' });
  });

  it('C8: whose URL is used again, before or after it is completed, stays what it was', async () => {
    const id = await bench.dataset();
    const bytes = png(30);
    const one = await announced(id, { name: 'a.png', bytes });
    await put(one.put, bytes);
    expect((await put(one.put, bytes)).status).toBe(412);
    await bench.complete(id, [one.id]);
    expect((await put(one.put, png(31))).status).toBe(400);
    // The same bytes may be put again: they stay in staging, from where nothing is served, until they are swept.
    expect((await put(one.put, bytes)).status).toBe(200);
    expect((await bench.complete(id, [one.id])).results[0]).toMatchObject({ status: 'stored', image_id: 1 });
    expect((await bench.call('GET', `datasets/${id}/images`)).body['total']).toBe(1);
    expect(await bench.faults(id)).toEqual([]);
  });

  it('C9: completed with nothing there is pending; with what is no image, refused; another id, or one of another, is not there', async () => {
    const id = await bench.dataset();
    const bytes = png(40);
    const one = await announced(id, { name: 'a.png', bytes });
    expect((await bench.complete(id, [one.id])).results[0]).toMatchObject({ status: 'pending', code: 'state-conflict' });
    await put(one.put, bytes);
    expect((await bench.complete(id, [one.id])).results[0]).toMatchObject({ status: 'stored' });
    const words = await announced(id, { name: 'words.png', bytes: Buffer.from('only words, and enough of them to be read as a header') });
    await put(words.put, Buffer.from('only words, and enough of them to be read as a header'));
    const lied = await announced(id, { name: 'lied.png', bytes: await jpeg(41) });
    await put(lied.put, await jpeg(41));
    const refused = await bench.complete(id, [words.id, lied.id]);
    expect(refused.results.map((result) => `${result.status} ${result.code}`)).toEqual(['refused unsupported-image', 'refused unsupported-image']);
    expect((await bench.complete(id, [words.id, lied.id])).body).toEqual(refused.body);
    expect(await bench.keys(`staging/${words.id}/`)).toEqual([]);
    expect((await bench.complete(id, [randomUUID()])).status).toBe(404);
    const elsewhere = await bench.dataset();
    expect((await bench.complete(elsewhere, [one.id])).status).toBe(404);
    const late = await announced(id, { name: 'late.png', bytes: png(42) });
    await put(late.put, png(42));
    // One that is not there, and nothing of the others happens.
    expect((await bench.complete(id, [late.id, randomUUID()])).status).toBe(404);
    expect((await bench.call('GET', `datasets/${id}/images`)).body['total']).toBe(1);
    await bench.rows('update image_uploads set user_id = $2 where id = $1', [late.id, randomUUID()]);
    expect((await bench.complete(id, [late.id])).status).toBe(404);
  });

  it('C14: has no signature in the database, whatever the client asked to be kept', async () => {
    const id = await bench.dataset();
    const listed = [{ file_name: 'a.png', size_bytes: 10, sha256: 'ab'.repeat(32), content_type: 'image/png' }];
    await bench.call('POST', `datasets/${id}/images/uploads`, { files: listed }, { 'idempotency-key': 'one' });
    await bench.send(id, [{ name: 'a.png', bytes: png(50) }]);
    await bench.call('POST', `datasets/${id}/images/1/restore`, undefined, { 'idempotency-key': 'two' });
    for (const table of ['idempotency_keys', 'image_uploads', 'outbox', 'dataset_changes']) expect(await bench.rows(`select 1 from ${table} as t where t::text like '%X-Amz-Signature%'`), table).toEqual([]);
  });

  it('C12: comes in batches of 200 at most', async () => {
    const id = await bench.dataset();
    const file = { file_name: 'a.png', content_type: 'image/png', size_bytes: 1, sha256: sha256(Buffer.from('x')) };
    expect((await bench.call('POST', `datasets/${id}/images/uploads`, { files: Array.from({ length: 201 }, () => file) })).status).toBe(422);
    expect((await bench.call('POST', `datasets/${id}/images/uploads/complete`, { ids: Array.from({ length: 201 }, () => randomUUID()) })).status).toBe(422);
    expect((await bench.call('POST', `datasets/${id}/images/uploads`, { files: [{ ...file, key: 'x', sha256: 'ZZ' }] })).body['errors']).toMatchObject([{ pointer: '/files/0/sha256' }, { code: 'unknown-field', pointer: '/files/0/key' }]);
  });

  it('is listed until it is completed, by pages, with whether it arrived and a new URL, for who announced it', async () => {
    const id = await bench.dataset();
    const files = Array.from({ length: 5 }, (_, index) => ({ name: `${index}.png`, bytes: png(60 + index) }));
    const answers = await bench.announce(id, files);
    await put(present(answers[1]?.put), present(files[1]).bytes);
    const first = (await bench.call('GET', `datasets/${id}/images/uploads?limit=3`)).body as { items: { id: string; arrived: boolean; file_name: string; put: Put | null }[]; next_cursor: string };
    expect(first.items.map((one) => `${one.file_name} ${one.arrived} ${one.put === null}`)).toEqual(['0.png false false', '1.png true true', '2.png false false']);
    const second = (await bench.call('GET', `datasets/${id}/images/uploads?limit=3&cursor=${first.next_cursor}`)).body as typeof first;
    expect(second.items.map((one) => one.file_name)).toEqual(['3.png', '4.png']);
    expect(second.next_cursor).toBeNull();
    await put(present(first.items[0]?.put), present(files[0]).bytes);
    await bench.complete(id, first.items.map((one) => one.id));
    expect(((await bench.call('GET', `datasets/${id}/images/uploads`)).body as typeof first).items.map((one) => one.file_name)).toEqual(['2.png', '3.png', '4.png']);
  });

  it('completed by many requests at once becomes one image', async () => {
    const id = await bench.dataset();
    const files = Array.from({ length: 10 }, (_, index) => ({ name: 'same.png', bytes: png(80 + index) }));
    const answers = await bench.announce(id, files);
    await Promise.all(answers.map((one, index) => put(present(one.put), present(files[index]).bytes)));
    const ids = answers.map((one) => present(one.id));
    ids.push(present(ids[0]));
    const all = await Promise.all(Array.from({ length: 6 }, () => bench.complete(id, ids)));
    for (const one of all) expect(one.body).toEqual(all[0]?.body);
    expect(all[0]?.results.map((one) => one.status)).toEqual(Array.from({ length: 11 }, () => 'stored'));
    expect(await bench.faults(id)).toEqual([]);
  });

  it('C15: that nobody completes is swept after a day, with what was put for it', async () => {
    const id = await bench.dataset();
    const kept = await announced(id, { name: 'kept.png', bytes: png(90) });
    const old = await announced(id, { name: 'old.png', bytes: png(91) });
    await put(kept.put, png(90));
    await put(old.put, png(91));
    const sweep = (): Promise<number> => bench.backend.app.get(CommandBus).execute(new SweepImageUploadsCommand());
    await sweep();
    expect(await bench.keys(`staging/${old.id}/`)).toHaveLength(1);
    await bench.rows(`update image_uploads set created_at = now() + interval '1 minute' where id = $1`, [kept.id]);
    const clock = vi.spyOn(bench.backend.app.get(Clock), 'now').mockReturnValue(new Date(Date.now() + 24 * 3_600_000 + 10_000));
    expect(await sweep()).toBeGreaterThan(0);
    clock.mockRestore();
    expect(await bench.keys(`staging/${old.id}/`)).toEqual([]);
    expect(await bench.keys(`staging/${kept.id}/`)).toHaveLength(1);
    expect((await bench.complete(id, [old.id])).status).toBe(404);
    expect((await bench.complete(id, [kept.id])).results[0]).toMatchObject({ status: 'stored' });
  });

  it('comes 400 times in batches without one failure', async () => {
    const id = await bench.dataset();
    let stored = 0;
    for (let from = 0; from < 400; from += 200) {
      const files = await Promise.all(Array.from({ length: 200 }, async (_, index) => ({ name: `DSC_${from + index}.jpg`, bytes: await jpeg(10_000 + from + index), type: 'image/jpeg' })));
      const answers = await bench.announce(id, files);
      for (let at = 0; at < answers.length; at += 16) await Promise.all(answers.slice(at, at + 16).map((one, index) => put(present(one.put), present(files[at + index]).bytes)));
      const { results } = await bench.complete(id, answers.map((one) => present(one.id)));
      stored += results.filter((one) => one.status === 'stored').length;
    }
    expect(stored).toBe(400);
    expect(await bench.faults(id)).toEqual([]);
  }, 180_000);
});

/** Without a length. */
function putChunked(to: Put, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(to.url, { method: 'PUT', headers: { ...without(to.headers, 'content-length'), 'transfer-encoding': 'chunked' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}
