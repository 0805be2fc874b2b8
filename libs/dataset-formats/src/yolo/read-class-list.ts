import { isSplit } from '../text/split-names.js';
import type { ReadNotes } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import { smallText, type SourceFile } from '../source-tree.js';

/** classes.csv of an export without images: image, class, split. */
export async function* readClassList(file: SourceFile, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const [, ...rows] = csvRows(await smallText(file));
  for (const [index, [name = '', className = '', split = '']] of rows.entries()) {
    if (name === '' || className === '') {
      notes.findings.error('invalid-line', `Line ${index + 2}: it has no image or no class.`, { entry: file.path });
      continue;
    }
    notes.classes.count(className);
    yield { name, split: isSplit(split) ? split : null, status: 'labeled', noObject: false, place: { entry: file.path }, objectsIn: () => [{ className }] };
  }
}

/** RFC 4180. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
