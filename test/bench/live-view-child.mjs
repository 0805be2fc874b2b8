// One reading of annotations.json in a process of its own, so that its highest memory is its own: `stream` as the product does it, or `stringify`: all rows
// queried, objects made of them, one JSON.stringify. Arguments: way, database URL, dataset. Answers JSON on stdout.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';

const [way, url, id] = process.argv.slice(2);
const backend = (path) => import(new URL(`../../dist/backend/${path}`, import.meta.url));

async function openSource() {
  const { DataSource } = await import('typeorm');
  const { dataSourceOptions } = await backend('apps/backend/src/platform/database/database.module.js');
  return new DataSource(dataSourceOptions({ url, poolSize: 4 })).initialize();
}

async function stream(source) {
  const cut = await new SqlLiveView(source).open(id);
  let bytes = 0;
  for await (const chunk of cut.annotations()) bytes += chunk.length;
  await cut.close();
  return bytes;
}

async function stringify(source) {
  const classes = await source.query('select class_id, name, color, details from dataset_classes where dataset_id = $1 order by position', [id]);
  const names = new Map(classes.map((one) => [one.class_id, one.name]));
  const rows = await source.query(`select number, file_name, width, height, depth, split, status, no_object, objects from dataset_images where dataset_id = $1 and removed_seq is null and state = 'ready' order by number`, [id]);
  const images = rows.map((row) => ({
    ...{ id: row.number, file_name: row.file_name, width: row.width, height: row.height, depth: row.depth, split: row.split },
    annotations: row.objects.map((object) => withDerivedFields(bodyOfLive(object), names.get(object.class_id))),
    metadata: { status: row.status, ...(row.no_object ? { no_object: true } : {}) },
  }));
  return Buffer.from(JSON.stringify({ classes, images })).length;
}

// What a server has done before: code and a connection are there.
const { SqlLiveView } = await backend('apps/backend/src/modules/annotation/infrastructure/live-view/sql-live-view.js');
const { bodyOfLive, withDerivedFields } = await backend('libs/dice-format/src/index.js');
const source = await openSource();
await source.query('select 1');
const start = performance.now();
const bytes = way === 'stream' ? await stream(source) : await stringify(source);
const milliseconds = performance.now() - start;
await source.destroy();
const megabytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;
process.stdout.write(JSON.stringify({ bytes, milliseconds, megabytes }));
