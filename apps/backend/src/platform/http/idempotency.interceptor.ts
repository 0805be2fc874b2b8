import { createHash } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, concatMap, from, of, switchMap, throwError, type Observable } from 'rxjs';
import type { Principal } from '../auth/principal.js';
import { IdempotencyKeys } from './idempotency-keys.js';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Keeps the answer of a write under the client's key. An error frees the key: the client may try again. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { principal?: Principal }>();
    const header = request.headers['idempotency-key'];
    if (header === undefined || request.principal === undefined) return next.handle();
    if (typeof header !== 'string' || !KEY.test(header)) {
      throw new DomainError('invalid-parameter', 'Idempotency-Key is 1 to 200 visible ASCII characters.', { findings: [{ code: 'invalid-format', pointer: '/header/idempotency-key', message: 'Not a usable key.' }] });
    }
    const slot = { userId: request.principal.userId, route: `${request.method} ${request.url.split('?')[0] ?? ''}`, key: header };
    const hash = createHash('sha256').update(JSON.stringify(request.body ?? null)).digest('hex');
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
