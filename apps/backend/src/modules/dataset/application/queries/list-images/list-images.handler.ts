import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import { signImage } from '../../image-signing.js';
import { ImageList } from '../../ports/image-list.port.js';
import { ImageUrls } from '../../ports/image-urls.port.js';
import { ListImagesQuery, type SignedImagePage } from './list-images.query.js';

@QueryHandler(ListImagesQuery)
export class ListImagesHandler implements IQueryHandler<ListImagesQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly list: ImageList,
    private readonly urls: ImageUrls,
  ) {}

  async execute({ principal, datasetId, filter, page }: ListImagesQuery): Promise<SignedImagePage> {
    await this.access.check(principal, datasetId, 'read');
    const isFiltered = Object.values(filter).some((value) => value !== undefined);
    const [{ images, next }, total] = await Promise.all([this.list.page(datasetId, filter, page), isFiltered ? null : this.list.count(datasetId)]);
    return { images: images.map((image) => signImage(this.urls, datasetId, image)), next, total };
  }
}
