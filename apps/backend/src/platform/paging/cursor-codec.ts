import { createHmac, timingSafeEqual } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BackendConfig } from '../../config/backend-config.js';

const TAG_BYTES = 16;
const positionSchema = z.object({ key: z.string().max(600), id: z.string().max(200) });
export type Position = z.infer<typeof positionSchema>;

/**
 * Where a page ended, as opaque text. Signed together with who asks and what for, so that a cursor made up, of somebody else or of another
 * query is refused.
 */
@Injectable()
export class CursorCodec {
  private readonly key: Buffer;

  constructor(config: BackendConfig) {
    this.key = createHmac('sha256', config.jwtSecret).update('page-cursor').digest();
  }

  encode(position: Position, scope: readonly unknown[]): string {
    const body = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.tag(body, scope), body]).toString('base64url');
  }

  /** Throws `invalid-parameter`. */
  decode(text: string, scope: readonly unknown[]): Position {
    const bytes = Buffer.from(text, 'base64url');
    const [tag, body] = [bytes.subarray(0, TAG_BYTES), bytes.subarray(TAG_BYTES)];
    if (tag.length !== TAG_BYTES || !timingSafeEqual(tag, this.tag(body, scope))) {
      throw new DomainError('invalid-parameter', 'The cursor does not belong to this list.', { findings: [{ code: 'invalid-cursor', pointer: '/query/cursor', message: 'Ask for the first page again.' }] });
    }
    return positionSchema.parse(JSON.parse(body.toString('utf8')));
  }

  private tag(body: Buffer, scope: readonly unknown[]): Buffer {
    return createHmac('sha256', this.key).update(JSON.stringify(scope)).update('\0').update(body).digest().subarray(0, TAG_BYTES);
  }
}
