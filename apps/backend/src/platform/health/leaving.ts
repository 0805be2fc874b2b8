import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/**
 * How far this process is with its end. While it is leaving it answers everything, but says that it is not ready and keeps no connection, so that whoever
 * balances load goes elsewhere; what comes when it is closing is refused, to be tried again.
 */
@Injectable()
export class Leaving {
  private stage: 'stays' | 'leaves' | 'closes' = 'stays';

  get isLeaving(): boolean {
    return this.stage !== 'stays';
  }

  get isClosing(): boolean {
    return this.stage === 'closes';
  }

  begin(): void {
    this.stage = 'leaves';
  }

  close(): void {
    this.stage = 'closes';
  }
}

/** Fastify's own refusal while it closes (`return503OnClosing`) is no problem document and names no time to come back. */
export function installLeaving(fastify: FastifyInstance, leaving: Leaving): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    if (leaving.isLeaving) void reply.header('connection', 'close');
    done(leaving.isClosing ? new DomainError('unavailable', 'This process is about to stop.', { retryAfterSeconds: 1 }) : undefined);
  });
}
