// Follows the events of the platform with the plain `nats` client, and does something exactly once for each.
//
//   NATS_URL=nats://consumer:PASSWORD@127.0.0.1:PORT node examples/nats-consumer/consumer.mjs VISION_ANNOTATION vision.annotation.image.annotated.v1 effects.ndjson
//
// JetStream delivers at least once: after a crash, or an acknowledgement that was lost, an event comes again. Here the effect is a line in a
// file, and the id of the event is in that line: effect and memory are one write, so neither can be there without the other. With a database it
// would be one transaction: your change, and a row in a table of ids.
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { AckPolicy, connect, DeliverPolicy } from 'nats';

const [stream, subject, file] = process.argv.slice(2);
if (stream === undefined || subject === undefined || file === undefined || process.env.NATS_URL === undefined) {
  console.error('usage: NATS_URL=... node consumer.mjs STREAM SUBJECT FILE');
  process.exit(2);
}

/** Ids whose effect took place. A line that was cut by a crash is no effect: it is taken back. */
function remembered(path) {
  if (!existsSync(path)) return new Set();
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return new Set(whole.split('\n').filter(Boolean).map((line) => JSON.parse(line).id));
}

const done = remembered(file);
const out = openSync(file, 'a');

function once(event) {
  if (done.has(event.id)) return;
  appendFileSync(out, `${JSON.stringify({ id: event.id, type: event.type, data: event.data })}\n`);
  fsyncSync(out);
  done.add(event.id);
}

const url = new URL(process.env.NATS_URL);
const connection = await connect({ servers: url.host, user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password), maxReconnectAttempts: -1, waitOnFirstConnect: true });
const manager = await connection.jetstreamManager();
// The broker remembers under this name how far we are: a consumer that was away reads on from there.
const durable = process.env.DURABLE ?? 'example';
await manager.consumers.add(stream, { durable_name: durable, filter_subject: subject, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All });
const messages = await (await connection.jetstream().consumers.get(stream, durable)).consume({ max_messages: 100 });
process.once('SIGTERM', () => messages.stop());
console.error(`following ${subject}`);

for await (const message of messages) {
  once(message.json());
  message.ack();
}
closeSync(out);
await connection.drain();
