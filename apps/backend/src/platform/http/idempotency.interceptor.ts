import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import type { Principal } from '../auth/principal.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { idempotencyKeyOf, requestHashOf } from './idempotency-header.js';
import { IDEMPOTENT_ROUTE, type IdempotentOptions } from './idempotent-route.js';
import { IdempotencyKeys, type IdempotencyClaim, type IdempotencySlot } from './idempotency-keys.js';

/**
 * Keeps the answer of a write under the client's key, in the unit of work of its effect: a process that is killed between the two leaves neither. An
 * error frees the key: the client may try again.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly keys: IdempotencyKeys,
    private readonly unitOfWork: UnitOfWork,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { principal?: Principal }>();
    const header = request.headers['idempotency-key'];
    if (header === undefined || request.principal === undefined) return next.handle();
    const options = this.reflector.get<IdempotentOptions | undefined>(IDEMPOTENT_ROUTE, context.getHandler());
    const slot = { userId: request.principal.userId, route: `${request.method} ${request.url.split('?')[0] ?? ''}`, key: idempotencyKeyOf(header) };
    const hash = requestHashOf(request.body);
    const reply = http.getResponse<FastifyReply>();
    return from(this.answer({ slot, hash, reply, atomic: options?.atomic ?? true }, next));
  }

  private async answer(run: { readonly slot: IdempotencySlot; readonly hash: string; readonly reply: FastifyReply; readonly atomic: boolean }, next: CallHandler): Promise<unknown> {
    const claim = await this.keys.claim(run.slot, run.hash);
    if ('body' in claim) {
      void run.reply.header('idempotent-replay', 'true');
      return claim.body;
    }
    try {
      return run.atomic ? await this.unitOfWork.run(() => this.workAndStore(claim, next)) : await this.workAndStore(claim, next);
    } catch (error) {
      await this.keys.release(claim);
      throw error;
    }
  }

  private async workAndStore(claim: IdempotencyClaim, next: CallHandler): Promise<unknown> {
    const body: unknown = (await firstValueFrom(next.handle(), { defaultValue: null })) ?? null;
    await this.keys.store(claim, body);
    return body;
  }
}
