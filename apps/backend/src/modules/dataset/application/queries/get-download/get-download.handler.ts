import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetReader } from '../../dataset-reader.js';
import { UploadStorage } from '../../ports/upload-storage.port.js';
import { GetDownloadQuery, type Download } from './get-download.query.js';

@QueryHandler(GetDownloadQuery)
export class GetDownloadHandler implements IQueryHandler<GetDownloadQuery> {
  constructor(
    private readonly reader: DatasetReader,
    private readonly storage: UploadStorage,
  ) {}

  async execute({ principal, datasetId }: GetDownloadQuery): Promise<Download> {
    const dataset = await this.reader.require(principal, datasetId, { action: 'read' });
    if (dataset.upload === null) throw new DomainError('state-conflict', 'This dataset did not come as a zip. Make a version of it and download that.');
    if (dataset.status !== 'ready') throw new DomainError('state-conflict', 'The zip of this dataset is still being validated.', { retryAfterSeconds: 5 });
    return this.storage.presignDownload(dataset.upload.key, `${datasetId}.zip`);
  }
}
