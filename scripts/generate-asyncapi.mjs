// Writes docs/asyncapi.json from libs/contracts; `--check` fails when the committed file is stale. Needs a build.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const TARGET = new URL('../docs/asyncapi.json', import.meta.url);
const { ALL_EVENTS, ALL_RPCS, cloudEventSchema, messageRejectedV1, workerHeartbeatV1, workerHelloV1 } = await import('../dist/backend/libs/contracts/src/index.js');

const schemaOf = (schema, io = 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};
const envelopeOf = (data) => ({ ...schemaOf(cloudEventSchema.omit({ data: true })), properties: { ...schemaOf(cloudEventSchema).properties, data: schemaOf(data) } });
const idOf = (subject) => subject.replace(/^vision\./, '').replace(/[.-](\w)/g, (_, letter) => letter.toUpperCase());

const channels = {};
const operations = {};
for (const event of ALL_EVENTS) {
  const id = idOf(event.subject);
  channels[id] = {
    address: event.subject,
    summary: event.summary,
    description: `JetStream stream ${event.stream}, at least once; Nats-Msg-Id is the event's id.`,
    messages: { event: { contentType: 'application/cloudevents+json', payload: envelopeOf(event.data) } },
  };
  operations[`send${id[0].toUpperCase()}${id.slice(1)}`] = { action: 'send', channel: { $ref: `#/channels/${id}` } };
}
for (const plain of [workerHeartbeatV1, workerHelloV1, { ...messageRejectedV1, subject: messageRejectedV1.subjects[0] }]) {
  const id = idOf(plain.subject.replace('*', 'app'));
  channels[id] = { address: plain.subject, summary: plain.summary, messages: { event: { contentType: 'application/json', payload: schemaOf(plain.data) } } };
  operations[`send${id[0].toUpperCase()}${id.slice(1)}`] = { action: 'send', channel: { $ref: `#/channels/${id}` } };
}
for (const rpc of ALL_RPCS) {
  const id = idOf(rpc.subject);
  channels[id] = {
    address: rpc.subject,
    summary: rpc.summary,
    description: 'Core NATS request/reply. The answer is {ok: true, data} or {ok: false, code, detail, errors}.',
    messages: { request: { contentType: 'application/json', payload: schemaOf(rpc.request, 'input') }, reply: { contentType: 'application/json', payload: schemaOf(rpc.reply) } },
  };
  operations[`answer${id[0].toUpperCase()}${id.slice(1)}`] = {
    action: 'receive',
    channel: { $ref: `#/channels/${id}` },
    messages: [{ $ref: `#/channels/${id}/messages/request` }],
    reply: { channel: { $ref: `#/channels/${id}` }, messages: [{ $ref: `#/channels/${id}/messages/reply` }] },
  };
}

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
const text = `${JSON.stringify({ asyncapi: '3.0.0', info: { title: 'Vision Platform events', version, license: { name: 'Apache-2.0' } }, channels, operations }, null, 2)}\n`;
if (process.argv.includes('--check')) {
  const committed = await readFile(TARGET, 'utf8').catch(() => '');
  if (committed !== text) {
    process.stderr.write('docs/asyncapi.json is stale: run `npm run asyncapi` and commit it.\n');
    process.exit(1);
  }
} else {
  await writeFile(TARGET, text);
}
