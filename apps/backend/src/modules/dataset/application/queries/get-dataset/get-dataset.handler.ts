import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetReader } from '../../dataset-reader.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';
import { GetDatasetQuery } from './get-dataset.query.js';

@QueryHandler(GetDatasetQuery)
export class GetDatasetHandler implements IQueryHandler<GetDatasetQuery> {
  constructor(private readonly reader: DatasetReader) {}

  async execute({ principal, datasetId }: GetDatasetQuery): Promise<DatasetView> {
    return this.reader.require(principal, datasetId, { action: 'read' });
  }
}
