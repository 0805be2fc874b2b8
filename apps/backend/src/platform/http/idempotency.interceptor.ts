import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, concatMap, from, of, switchMap, throwError, type Observable } from 'rxjs';
import type { Principal } from '../auth/principal.js';
import { idempotencyKeyOf, requestHashOf } from './idempotency-header.js';
import { IdempotencyKeys } from './idempotency-keys.js';

/** Keeps the answer of a write under the client's key. An error frees the key: the client may try again. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { principal?: Principal }>();
    const header = request.headers['idempotency-key'];
    if (header === undefined || request.principal === undefined) return next.handle();
    const slot = { userId: request.principal.userId, route: `${request.method} ${request.url.split('?')[0] ?? ''}`, key: idempotencyKeyOf(header) };
    const hash = requestHashOf(request.body);
    const reply = http.getResponse<FastifyReply>();
    return from(this.keys.claim(slot, hash)).pipe(
      switchMap((stored) => {
        if (stored !== null) {
          reply.header('idempotent-replay', 'true');
          return of(stored.body);
        }
        return next.handle().pipe(
          concatMap(async (body: unknown) => {
            await this.keys.store(slot, body ?? null);
            return body;
          }),
          catchError((error: unknown) => from(this.keys.release(slot)).pipe(switchMap(() => throwError(() => error)))),
        );
      }),
    );
  }
}
