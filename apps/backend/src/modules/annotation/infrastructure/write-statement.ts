import { booleanArray, bytesArray, integerArray, textArray } from '../../../platform/database/binary-arrays.js';
import type { LabelEdit } from '../application/ports/annotation-store.port.js';
import { CLASS_COLUMNS, EDIT_COLUMNS, WRITE_SQL, WRITE_WITH_CLASSES_SQL, type ColumnKind } from './annotation-sql.js';
import { NO_CLASSES, rowOf, type EditRow } from './edit-row.js';

export interface WriteStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** The statement that writes these edits, with its parameters. */
export function writeStatement(datasetId: string, classesRevision: number | undefined, edits: readonly LabelEdit[]): WriteStatement {
  const rows = edits.map((edit) => rowOf(datasetId, edit));
  const classesChange = rows.some((row) => row.shown !== NO_CLASSES || row.hidden !== NO_CLASSES);
  const values = [datasetId, classesRevision, ...columnsOf(rows, EDIT_COLUMNS), ...(classesChange ? columnsOf(rows, CLASS_COLUMNS) : [])];
  return classesChange ? { name: 'annotation-write-classes', text: WRITE_WITH_CLASSES_SQL, values } : { name: 'annotation-write', text: WRITE_SQL, values };
}

function columnsOf(rows: readonly EditRow[], columns: Partial<Record<keyof EditRow, ColumnKind>>): Buffer[] {
  return Object.entries(columns).map(([name, kind]) => arrayOf(rows.map((row) => row[name as keyof EditRow]), kind));
}

function arrayOf(values: readonly EditRow[keyof EditRow][], kind: ColumnKind): Buffer {
  switch (kind) {
    case 'integer':
      return integerArray(values.map(Number));
    case 'boolean':
      return booleanArray(values.map(Boolean));
    case 'text':
      return textArray(values as readonly (string | null)[]);
    case 'bytes':
      return bytesArray(values as readonly (string | null)[]);
  }
}
