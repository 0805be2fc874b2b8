import type { WrittenFile } from '@app/dataset-formats';
import { objectKeys } from '@app/object-store';
import type { CutLabels } from '../../annotation/index.js';
import type { OpenedExport } from '../application/ports/export-archive.port.js';

/** A file of an export. Texts are read twice, bytes are small, objects lie in the bucket. */
export type ExportEntry =
  | { readonly kind: 'text'; readonly name: string; readonly open: () => AsyncIterable<Uint8Array> }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'object'; readonly name: string; readonly key: string; readonly sizeBytes: number; readonly crc32: number };

const encoder = new TextEncoder();
export const REPORT_FILE = 'export-report.json';

/** Label files, then images, and what got lost last: it is known when all was read. One thing is read of the cut at a time. */
export async function* exportEntries(opened: OpenedExport): AsyncIterable<ExportEntry> {
  yield* labelEntries(opened);
  if (opened.withImages) yield* imageEntries(opened);
  yield { kind: 'bytes', name: REPORT_FILE, bytes: encoder.encode(`${JSON.stringify(reportOf(opened), null, 2)}\n`) };
}

export async function* labelEntries({ cut, writer }: OpenedExport): AsyncIterable<ExportEntry> {
  if (writer !== null) {
    for await (const file of writer.files()) yield entryOf(file);
    return;
  }
  for await (const { number, png } of cut.masks()) yield { kind: 'bytes', name: objectKeys.mask(cut.facts.datasetId, number).slice(objectKeys.dataset(cut.facts.datasetId).length), bytes: png };
  yield { kind: 'text', name: 'annotations.json', open: () => cut.annotations() };
  yield { kind: 'bytes', name: 'meta.json', bytes: await cut.meta() };
}

function entryOf(file: WrittenFile): ExportEntry {
  if (file.kind === 'whole') return { kind: 'bytes', name: file.name, bytes: encoder.encode(file.text) };
  return { kind: 'text', name: file.name, open: () => encoded(file.open()) };
}

async function* encoded(text: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  for await (const chunk of text) yield encoder.encode(chunk);
}

async function* imageEntries({ cut, writer }: OpenedExport): AsyncIterable<ExportEntry> {
  const pathOf = writer?.imagePaths() ?? ((image: { readonly fileName: string }) => image.fileName);
  const names = new Map(cut.facts.classes.map((one) => [one.id, one.name]));
  for await (const labels of cut.labels()) {
    const { objectKey, crc32, sizeBytes } = labels;
    const name = pathOf({ id: labels.number, fileName: labels.fileName, split: labels.split, classNames: classNamesOf(labels, names) });
    if (name === null) continue;
    if (objectKey === null || crc32 === null) throw new Error('an image whose bytes were looked for is not there');
    yield { kind: 'object', name, key: objectKey, sizeBytes, crc32 };
  }
}

const classNamesOf = ({ objects }: CutLabels, names: ReadonlyMap<number, string>): string[] => objects.flatMap(({ class_id: id }) => names.get(id) ?? []);

function reportOf({ cut, report, format, writer }: OpenedExport): Record<string, unknown> {
  const { datasetId, name, taskType, changeSeq, classes } = cut.facts;
  const classMap = classes.map((one, index) => ({ id: one.id, name: one.name, index }));
  const counts = writer === null ? {} : { images: report.images, objects: report.objects };
  return { format, dataset_id: datasetId, dataset_name: name, task_type: taskType, change_seq: changeSeq, ...counts, class_map: classMap, losses: report.losses };
}
