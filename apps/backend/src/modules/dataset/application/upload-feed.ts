import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Principal } from '../../../platform/auth/principal.js';
import type { UploadView } from './ports/upload-sessions.port.js';
import { GetUploadQuery } from './queries/get-upload/get-upload.query.js';

const LOOK_AGAIN_MILLISECONDS = 500;

/** An upload as it goes on, whenever something changed; ends with it. */
@Injectable()
export class UploadFeed {
  constructor(private readonly queries: QueryBus) {}

  async *follow(principal: Principal, uploadId: string, signal: AbortSignal): AsyncIterable<UploadView> {
    let told = 0;
    while (!signal.aborted) {
      const upload = await this.queries.execute(new GetUploadQuery(principal, uploadId));
      if (upload.updatedAt.getTime() !== told) yield upload;
      told = upload.updatedAt.getTime();
      if (upload.state === 'completed' || upload.state === 'refused') return;
      await sleep(LOOK_AGAIN_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  }
}
