import { ClassTable, type DiceClass } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import { OutboxRelay } from '@app/messaging';
import { integerArray, textArray } from '../../../platform/database/binary-arrays.js';
import type { RevisionChange } from '../domain/earlier-labels.js';
import {
  AnnotationStore,
  type FirstRevision,
  type HistoryItem,
  type ImageQuestion,
  type LabelEdit,
  type ReadLabels,
  type WrittenBatch,
} from '../application/ports/annotation-store.port.js';
import { CLASSES_SQL, FIRST_REVISION_SQL, HISTORY_SQL, READ_SQL, REVISIONS_AFTER_SQL } from './annotation-sql.js';
import { answerOf, datasetOf, historyItemOf, revisionChangeOf, writtenOf, type ChangeRow, type LabelRow, type WrittenRow } from './label-row.js';
import { SqlStatements } from './sql-statements.js';
import { writeStatement } from './write-statement.js';

@Injectable()
export class SqlAnnotationStore extends AnnotationStore {
  constructor(
    private readonly sql: SqlStatements,
    private readonly relay: OutboxRelay,
  ) {
    super();
  }

  async read(datasetId: string, images: readonly ImageQuestion[]): Promise<ReadLabels> {
    const rows = await this.sql.run<LabelRow>({ name: 'annotation-read', text: READ_SQL }, [
      ...[datasetId, integerArray(images.map((one) => one.number)), textArray(images.map((one) => one.actor ?? null)), textArray(images.map((one) => one.repeatKey ?? null))],
    ]);
    const first = rows[0];
    if (first === undefined) return { dataset: null, roles: [], images: images.map(() => null) };
    const found = new Map(rows.map((row) => [row.place, row]));
    const rowsInOrder = images.map((_, index) => found.get(index + 1));
    return { dataset: datasetOf(first), roles: rowsInOrder.map((row) => row?.role ?? null), images: rowsInOrder.map((row) => (row === undefined ? null : answerOf(row))) };
  }

  async classes(datasetId: string): Promise<{ revision: number; table: ClassTable } | null> {
    const rows = await this.sql.run<{ revision: number; classes: readonly DiceClass[] }>({ name: 'annotation-classes', text: CLASSES_SQL }, [datasetId]);
    const row = rows[0];
    return row === undefined ? null : { revision: row.revision, table: ClassTable.of(row.classes) };
  }

  async write(datasetId: string, classesRevision: number, edits: readonly LabelEdit[]): Promise<WrittenBatch> {
    const { values, ...statement } = writeStatement(datasetId, classesRevision, edits);
    const rows = await this.sql.run<WrittenRow>(statement, values);
    this.relay.wake();
    const found = new Map(rows.map((row) => [row.place, row]));
    return { usable: rows[0]?.usable === true, written: edits.map((edit, index) => writtenOf(edit, found.get(index + 1))) };
  }

  async revisionsAfter(datasetId: string, number: number, revision: number): Promise<readonly RevisionChange[]> {
    const rows = await this.sql.run<Pick<ChangeRow, 'revision' | 'body'>>({ name: 'annotation-revisions', text: REVISIONS_AFTER_SQL }, [datasetId, number, revision]);
    return rows.map(revisionChangeOf);
  }

  async history(datasetId: string, number: number, page: { beforeSeq: number | null; limit: number }): Promise<readonly HistoryItem[]> {
    const rows = await this.sql.run<ChangeRow>({ name: 'annotation-history', text: HISTORY_SQL }, [datasetId, number, page.beforeSeq, page.limit]);
    return rows.map(historyItemOf);
  }

  async firstRevision(datasetId: string, number: number): Promise<FirstRevision | null> {
    return (await this.sql.run<FirstRevision>({ name: 'annotation-first', text: FIRST_REVISION_SQL }, [datasetId, number]))[0] ?? null;
  }
}
