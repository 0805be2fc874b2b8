import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatasetChangeLog, ImportQueue, type DatasetChange } from '../../apps/backend/src/modules/dataset/index.js';
import { UnitOfWork } from '../../apps/backend/src/platform/database/unit-of-work.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { People } from './people.js';

let backend: BackendUnderTest;
let people: People;
let owner: Awaited<ReturnType<People['makeUser']>>;

beforeAll(async () => {
  backend = await startBackend();
  people = new People(backend);
  await people.logInAdmin();
  owner = await people.makeUser('owner');
});
afterAll(() => backend.close());

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A reader of server-sent events, by fetch as the page has to do it. */
class Stream {
  private text = '';
  private readonly told: Told[] = [];
  private readonly stop = new AbortController();
  ended: Promise<void> = Promise.resolve();

  async open(dataset: string, token: string, lastEventId?: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    const answer = await fetch(`${backend.url}/api/v1/datasets/${dataset}/events`, { headers, signal: this.stop.signal });
    if (answer.status === 200 && answer.body !== null) this.ended = this.read(answer.body).catch(() => undefined);
    return answer.status;
  }

  async until(count: number): Promise<readonly Told[]> {
    for (const deadline = Date.now() + 10_000; this.told.length < count; await new Promise((resolve) => setTimeout(resolve, 20))) {
      if (Date.now() > deadline) throw new Error(`${this.told.length} of ${count} events came: ${JSON.stringify(this.told)}`);
    }
    return this.told;
  }

  close(): void {
    this.stop.abort();
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      this.text += decoder.decode(chunk, { stream: true });
      for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
        this.take(this.text.slice(0, end));
        this.text = this.text.slice(end + 2);
      }
    }
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
    const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
    if (id !== undefined && event !== undefined && data !== undefined) this.told.push({ id, event, data: JSON.parse(data) as Record<string, unknown> });
  }
}

/** As a command does it. */
async function change(dataset: string, changes: readonly DatasetChange[]): Promise<void> {
  const log = backend.app.get(DatasetChangeLog, { strict: false });
  await backend.app.get(UnitOfWork, { strict: false }).run(async () => {
    await log.lock(dataset);
    await log.append(dataset, owner.id, changes);
  });
}

const annotated = (number: number, revision: number): DatasetChange => ({ kind: 'annotated', number, revision, body: { changes: [] } });

describe('the events of a dataset', () => {
  it('come in the order of their positions, and go on behind the last one seen', async () => {
    const dataset = await people.createDataset(owner.token);
    const first = new Stream();
    expect(await first.open(dataset, owner.token)).toBe(200);
    expect(await first.until(1)).toMatchObject([{ id: '0', event: 'position', data: { seq: 0, missed: false } }]);
    await change(dataset, [{ kind: 'image-added', number: 1, body: {} }, annotated(1, 2)]);
    const told = await first.until(3);
    expect(told.slice(1).map((one) => [one.id, one.event, one.data['image_id'], one.data['revision']])).toEqual([
      ['1', 'image-added', 1, null],
      ['2', 'annotated', 1, 2],
    ]);
    first.close();
    await change(dataset, [annotated(1, 3), annotated(1, 4)]);
    const second = new Stream();
    await second.open(dataset, owner.token, '2');
    expect((await second.until(2)).map((one) => [one.id, one.data['revision']])).toEqual([
      ['3', 3],
      ['4', 4],
    ]);
    second.close();
  });

  it('say so when a reader missed too much, or comes from another life of the database', async () => {
    const dataset = await people.createDataset(owner.token);
    await change(dataset, Array.from({ length: 10_002 }, (_, index) => annotated(1, index + 2)));
    for (const from of ['1', '99999']) {
      const stream = new Stream();
      await stream.open(dataset, owner.token, from);
      expect((await stream.until(1))[0]).toMatchObject({ id: '10002', event: 'position', data: { missed: true } });
      stream.close();
    }
  });

  it('tell of imports as they go on', async () => {
    const dataset = await people.createDataset(owner.token);
    const queue = backend.app.get(ImportQueue, { strict: false });
    const stream = new Stream();
    await stream.open(dataset, owner.token);
    await stream.until(1);
    const unitOfWork = backend.app.get(UnitOfWork, { strict: false });
    // Of a kind that the backend under test does not take up: it has no image worker.
    await unitOfWork.run(() => queue.add({ datasetId: dataset, kind: 'unpack-zip', requestedBy: owner.id, detail: {}, total: 10 }));
    const told = await stream.until(2);
    expect(told[1]).toMatchObject({ event: 'import', data: { kind: 'unpack-zip', total: 10 } });
    stream.close();
  });

  it('end when the backend stops, which does not wait for readers to go', async () => {
    const other = await startBackend();
    try {
      const others = new People(other);
      await others.logInAdmin();
      const answer = await fetch(`${other.url}/api/v1/datasets/${await others.createDataset(others.admin)}/events`, { headers: { authorization: `Bearer ${others.admin}` } });
      const read = (async (): Promise<string> => {
        let text = '';
        for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
        return text;
      })();
      await other.app.close();
      expect(await read).toContain('retry: ');
    } finally {
      await other.close();
    }
  });

  it('end when the permission is taken away, and are not for strangers', async () => {
    const dataset = await people.createDataset(owner.token);
    const friend = await people.makeUser('friend');
    expect(await new Stream().open(dataset, friend.token)).toBe(404);
    await people.call('POST', `datasets/${dataset}/members`, { token: owner.token, body: { email: friend.email, role: 'viewer' } });
    const stream = new Stream();
    expect(await stream.open(dataset, friend.token)).toBe(200);
    await stream.until(1);
    await people.call('DELETE', `datasets/${dataset}/members/${friend.id}`, { token: owner.token });
    await stream.ended;
    await change(dataset, [annotated(1, 2)]);
    expect(await stream.until(1)).toHaveLength(1);
  });
});
