import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetCreatedV1, imageAddedV1 } from '@app/contracts';
import { visionNatsUsers } from '@app/local-services';
import { encodeEvent, ensureStreams, makeEvent, NatsLink, type TypedEvent } from '@app/messaging';
import { startTestNats, type TestNats } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The example of docs/events.md, run as it stands there, as the outside user that the platform has for it. */
const PASSWORDS = { backend: 'backend-password', training: 'training-password', consumer: 'consumer-password' };
const SOMEBODY = '0192d1a0-0000-7000-8000-000000000000';
let nats: TestNats;
let link: NatsLink;
let folder: string;

beforeAll(async () => {
  nats = await startTestNats({ users: visionNatsUsers(PASSWORDS) });
  link = new NatsLink({ url: nats.urlFor('backend'), name: 'test-backend', inboxPrefix: '_INBOX_backend' });
  await link.whenConnected();
  await ensureStreams(await link.manager());
  folder = await mkdtemp(join(tmpdir(), 'vision-example-'));
});
afterAll(async () => {
  await link.close();
  await nats.close();
  await rm(folder, { recursive: true, force: true });
});

async function startConsumer(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['examples/nats-consumer/consumer.mjs', imageAddedV1.stream, imageAddedV1.subject, file], { env: { ...process.env, NATS_URL: nats.urlFor('consumer') }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('following')) resolve();
    });
    child.once('exit', () => reject(new Error(`the example ended: ${said}`)));
  });
  return child;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

const ids = async (file: string): Promise<string[]> => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { id: string }).id);

async function untilCount(file: string, count: number): Promise<string[]> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await ids(file);
    if (found.length >= count) return found;
  }
  return ids(file);
}

describe('the example of an outside consumer', () => {
  it('does its effect once for each event, over repeats, a kill and a restart, and hears of its subject only', async () => {
    const file = join(folder, 'effects.ndjson');
    const dataset = 'platform-example-0123abcd';
    const events = Array.from({ length: 60 }, (_, index) =>
      makeEvent({
        definition: imageAddedV1,
        source: 'urn:vision:test',
        subject: dataset,
        data: { dataset_id: dataset, image_id: index + 1, file_name: `images/${index}.png`, sha256: 'a'.repeat(64), width: 1, height: 1, replaced: false, added_by: SOMEBODY, seq: index + 1 },
      }),
    );
    const send = async (some: readonly TypedEvent<unknown>[], round: string): Promise<void> => {
      // Another message id for the same event: the broker does not recognise the repeat, the consumer has to.
      for (const event of some) await link.jetstream().publish(event.type, encodeEvent(event), { msgID: `${event.id}-${round}` });
    };
    const first = await startConsumer(file);
    await send(events.slice(0, 30), 'first');
    await untilCount(file, 10);
    await end(first, 'SIGKILL');
    await send(events, 'second');
    await send([makeEvent({ definition: datasetCreatedV1, source: 'urn:vision:test', subject: dataset, data: { dataset_id: dataset, task_type: 'object_detection', created_by: SOMEBODY } })], 'other');
    const second = await startConsumer(file);
    const found = await untilCount(file, 60);
    await end(second, 'SIGTERM');
    expect([...found].sort()).toEqual(events.map((event) => event.id).sort());
  });
});
