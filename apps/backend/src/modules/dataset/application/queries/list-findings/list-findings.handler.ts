import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetReader } from '../../dataset-reader.js';
import { DatasetReadModel } from '../../ports/dataset-read-model.port.js';
import { ListFindingsQuery, type NumberedFinding } from './list-findings.query.js';

@QueryHandler(ListFindingsQuery)
export class ListFindingsHandler implements IQueryHandler<ListFindingsQuery> {
  constructor(
    private readonly reader: DatasetReader,
    private readonly readModel: DatasetReadModel,
  ) {}

  async execute({ principal, datasetId, page }: ListFindingsQuery): Promise<readonly NumberedFinding[]> {
    await this.reader.require(principal, datasetId, { action: 'read' });
    return this.readModel.findings(datasetId, page);
  }
}
