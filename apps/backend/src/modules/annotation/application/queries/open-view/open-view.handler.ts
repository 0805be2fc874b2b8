import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AnnotationReader } from '../../annotation-reader.js';
import { LiveView, type DatasetCut } from '../../ports/live-view.port.js';
import { OpenViewQuery } from './open-view.query.js';

@QueryHandler(OpenViewQuery)
export class OpenViewHandler implements IQueryHandler<OpenViewQuery> {
  constructor(
    private readonly reader: AnnotationReader,
    private readonly view: LiveView,
  ) {}

  async execute({ principal, datasetId }: OpenViewQuery): Promise<DatasetCut> {
    await this.reader.check(principal, datasetId, 'read');
    return this.view.open(datasetId);
  }
}
