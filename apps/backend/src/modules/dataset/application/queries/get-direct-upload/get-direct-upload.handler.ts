import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DirectUploads, type DirectUploadView } from '../../direct-uploads.js';
import { GetDirectUploadQuery } from './get-direct-upload.query.js';

@QueryHandler(GetDirectUploadQuery)
export class GetDirectUploadHandler implements IQueryHandler<GetDirectUploadQuery> {
  constructor(private readonly uploads: DirectUploads) {}

  async execute({ principal, uploadId, page }: GetDirectUploadQuery): Promise<DirectUploadView> {
    return this.uploads.view(await this.uploads.require(principal, uploadId), page);
  }
}
