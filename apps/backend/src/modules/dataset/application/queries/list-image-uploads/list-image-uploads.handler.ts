import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { boundedMap } from '../../bounded-map.js';
import { DatasetAccess } from '../../dataset-access.js';
import { ImageStorage } from '../../ports/image-storage.port.js';
import { ImageUploads } from '../../ports/image-uploads.port.js';
import { ListImageUploadsQuery, type OpenUpload } from './list-image-uploads.query.js';

const AT_ONCE = 8;

@QueryHandler(ListImageUploadsQuery)
export class ListImageUploadsHandler implements IQueryHandler<ListImageUploadsQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly uploads: ImageUploads,
    private readonly storage: ImageStorage,
  ) {}

  async execute({ principal, datasetId, page }: ListImageUploadsQuery): Promise<readonly OpenUpload[]> {
    await this.access.check(principal, datasetId, 'manage');
    const open = await this.uploads.listOpen({ datasetId, userId: principal.userId }, page);
    return boundedMap(open, AT_ONCE, async (upload) => {
      const hasArrived = (await this.storage.stagedSize(upload.id)) !== null;
      return { ...upload, put: hasArrived ? null : this.storage.presignStaged(upload.id, upload) };
    });
  }
}
