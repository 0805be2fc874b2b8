import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import { signImage } from '../../image-signing.js';
import { ImageList } from '../../ports/image-list.port.js';
import { ImageUrls } from '../../ports/image-urls.port.js';
import { ListHardestImagesQuery, type SignedHardestPage } from './list-hardest-images.query.js';

@QueryHandler(ListHardestImagesQuery)
export class ListHardestImagesHandler implements IQueryHandler<ListHardestImagesQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly list: ImageList,
    private readonly urls: ImageUrls,
  ) {}

  async execute({ principal, datasetId, filter, page }: ListHardestImagesQuery): Promise<SignedHardestPage> {
    await this.access.check(principal, datasetId, 'read');
    const { images, next } = await this.list.hardest(datasetId, filter, page);
    return { images: images.map((image) => ({ ...signImage(this.urls, datasetId, image), uncertainty: image.uncertainty })), next };
  }
}
