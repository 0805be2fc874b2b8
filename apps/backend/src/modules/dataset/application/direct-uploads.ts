import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { AccessPolicy } from '../../../platform/auth/access-policy.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { missingParts, plannedParts, type PlannedPart } from './direct-upload-parts.js';
import { DirectUploadSessions, type DirectUpload } from './ports/direct-upload-sessions.port.js';
import { DirectUploadStorage, type ArrivedPart, type PartUrl } from './ports/direct-upload-storage.port.js';

export interface DirectUploadView {
  readonly upload: DirectUpload;
  readonly partCount: number;
  readonly arrived: readonly ArrivedPart[];
  /** A page of those that are missing, each with a URL for it. */
  readonly missing: readonly (PlannedPart & PartUrl)[];
  /** The number behind which the next page begins; null: this was the last. */
  readonly nextAfter: number | null;
}

export interface PartPage {
  readonly after: number;
  readonly limit: number;
}

/** Direct uploads as their uploader sees them. */
@Injectable()
export class DirectUploads {
  constructor(
    private readonly sessions: DirectUploadSessions,
    private readonly storage: DirectUploadStorage,
  ) {}

  /** Throws `not-found` for anybody else's. */
  async require(principal: Principal, id: string): Promise<DirectUpload> {
    AccessPolicy.assertScope(principal, 'label');
    const upload = await this.sessions.find(id);
    if (upload?.userId !== principal.userId) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return upload;
  }

  async view(upload: DirectUpload, page: PartPage): Promise<DirectUploadView> {
    return this.shown(upload, page, upload.state === 'open' ? await this.storage.arrived(upload.id, upload.multipartId) : null);
  }

  /** `found`: the parts that arrived; of a new upload that is known without a question. */
  shown(upload: DirectUpload, page: PartPage, found: readonly ArrivedPart[] | null): DirectUploadView {
    const planned = plannedParts(upload);
    // No multipart upload: it was put together, and only `complete` is left.
    if (found === null) return { upload, partCount: planned.length, arrived: [], missing: [], nextAfter: null };
    const behind = missingParts(planned, found).filter((part) => part.number > page.after);
    const shown = behind.slice(0, page.limit);
    const missing = shown.map((part) => ({ ...part, ...this.storage.presignPart(upload.id, { ...part, multipartId: upload.multipartId }) }));
    return { upload, partCount: planned.length, arrived: found, missing, nextAfter: behind.length > shown.length ? (shown.at(-1)?.number ?? null) : null };
  }
}
