import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { LabelObject } from '../../../domain/label-object.js';
import { objectAnswer } from '../../annotation-answer.js';
import { AnnotationReader } from '../../annotation-reader.js';
import { ClassCatalogue } from '../../class-catalogue.js';
import { AnnotationStore } from '../../ports/annotation-store.port.js';
import { ListHistoryQuery, type RevisionView } from './list-history.query.js';

@QueryHandler(ListHistoryQuery)
export class ListHistoryHandler implements IQueryHandler<ListHistoryQuery> {
  constructor(
    private readonly reader: AnnotationReader,
    private readonly classes: ClassCatalogue,
    private readonly store: AnnotationStore,
  ) {}

  async execute({ principal, image: { datasetId, number }, page }: ListHistoryQuery): Promise<readonly RevisionView[]> {
    const { taskType, classesRevision } = await this.reader.check(principal, datasetId, 'read');
    await this.reader.labels(datasetId, number);
    const { table } = await this.classes.of(datasetId, classesRevision);
    const shown = (object: LabelObject | null): RevisionView['changes'][number]['after'] => (object === null ? null : objectAnswer(object, { taskType, classes: table }));
    const items = await this.store.history(datasetId, number, page);
    const views = items.map((item): RevisionView => ({ ...item, changes: item.changes.map(({ id, before, after }) => ({ id, before: shown(before), after: shown(after) })) }));
    return items.length < page.limit ? [...views, ...(await this.first(datasetId, number))] : views;
  }

  /** What the image came with: the beginning of the chain. */
  private async first(datasetId: string, number: number): Promise<RevisionView[]> {
    const first = await this.store.firstRevision(datasetId, number);
    return first === null ? [] : [{ ...first, seq: null, revision: 1, kind: 'added', reason: null, changes: [], status: null, noObject: null }];
  }
}
