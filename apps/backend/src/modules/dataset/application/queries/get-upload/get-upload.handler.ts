import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { UploadSessions, type UploadView } from '../../ports/upload-sessions.port.js';
import { GetUploadQuery } from './get-upload.query.js';

@QueryHandler(GetUploadQuery)
export class GetUploadHandler implements IQueryHandler<GetUploadQuery> {
  constructor(private readonly sessions: UploadSessions) {}

  async execute({ principal, uploadId }: GetUploadQuery): Promise<UploadView> {
    const upload = await this.sessions.find(uploadId);
    if (upload?.userId !== principal.userId) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return upload;
  }
}
