// One export as COCO in a process of its own, so that its highest memory is its own: `stream` as the product does it, or `stringify`: all rows queried, objects
// made of them, one JSON.stringify. Arguments: way, database URL, dataset. Answers JSON on stdout.
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
  const { codecOf, counted, LossReport } = formats;
  const report = new LossReport();
  const codec = codecOf('coco');
  const writer = codec.writer(counted(exportedDataset(cut), codec.holds(cut.facts.taskType), report), report);
  let [bytes, annotations] = [0, 0];
  for await (const chunk of new ZipExportArchive(null).file({ cut, writer, report, format: 'coco', withImages: false })) bytes += chunk.length;
  annotations = report.objects;
  await cut.close();
  return { bytes, annotations };
}

async function stringify(source) {
  const classes = await source.query('select class_id, name, details from dataset_classes where dataset_id = $1 order by position', [id]);
  const categoryOf = new Map(classes.map((one, index) => [one.class_id, index + 1]));
  const rows = await source.query(`select number, file_name, width, height, split, objects from dataset_images where dataset_id = $1 and removed_seq is null and state = 'ready' order by number`, [id]);
  const images = rows.map((row) => ({ id: row.number, file_name: row.file_name.replace('images/', ''), width: row.width, height: row.height, split: row.split }));
  const annotations = rows.flatMap((row) => row.objects.map((object) => ({ image_id: row.number, category_id: categoryOf.get(object.class_id), bbox: object.bbox, area: object.bbox[2] * object.bbox[3], segmentation: [], iscrowd: 0 })));
  annotations.forEach((one, index) => (one.id = index + 1));
  return { bytes: Buffer.from(JSON.stringify({ images, annotations, categories: classes.map((one, index) => ({ id: index + 1, name: one.name })) })).length, annotations: annotations.length };
}

// What a server has done before: code and a connection are there.
const { SqlLiveView } = await backend('apps/backend/src/modules/annotation/infrastructure/live-view/sql-live-view.js');
const { exportedDataset } = await backend('apps/backend/src/modules/exchange/application/exported-dataset.js');
const { ZipExportArchive } = await backend('apps/backend/src/modules/exchange/infrastructure/zip-export-archive.js');
const formats = await backend('libs/dataset-formats/src/index.js');
const source = await openSource();
await source.query('select 1');
const start = performance.now();
const { bytes, annotations } = way === 'stream' ? await stream(source) : await stringify(source);
const milliseconds = performance.now() - start;
await source.destroy();
const megabytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;
process.stdout.write(JSON.stringify({ bytes, annotations, milliseconds, megabytes }));
