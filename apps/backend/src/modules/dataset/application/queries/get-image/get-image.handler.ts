import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import { signImage, type SignedImage } from '../../image-signing.js';
import { ImageList } from '../../ports/image-list.port.js';
import { ImageUrls } from '../../ports/image-urls.port.js';
import { GetImageQuery } from './get-image.query.js';

@QueryHandler(GetImageQuery)
export class GetImageHandler implements IQueryHandler<GetImageQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly list: ImageList,
    private readonly urls: ImageUrls,
  ) {}

  async execute({ principal, datasetId, number }: GetImageQuery): Promise<SignedImage> {
    await this.access.check(principal, datasetId, 'read');
    const image = await this.list.find(datasetId, number);
    if (image === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return signImage(this.urls, datasetId, image);
  }
}
