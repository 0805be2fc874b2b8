import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';

/** Requests of one user that bring images, at a time and process (design/api.md). */
export const UPLOADS_AT_ONCE = 8;

@Injectable()
export class UploadSlots {
  private readonly held = new Map<string, number>();

  /** Throws `rate-limited` when all of the user's are taken. */
  async hold<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const held = this.held.get(userId) ?? 0;
    if (held >= UPLOADS_AT_ONCE) {
      throw new DomainError('rate-limited', `${UPLOADS_AT_ONCE} image uploads at a time are the most. Wait for one to end.`, { retryAfterSeconds: 1, extensions: { limit: UPLOADS_AT_ONCE } });
    }
    this.held.set(userId, held + 1);
    try {
      return await work();
    } finally {
      const left = (this.held.get(userId) ?? 1) - 1;
      if (left === 0) this.held.delete(userId);
      else this.held.set(userId, left);
    }
  }
}
