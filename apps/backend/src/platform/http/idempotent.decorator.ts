import { SetMetadata, UseInterceptors, applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IDEMPOTENT_ROUTE, type IdempotentOptions } from './idempotent-route.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

const IDEMPOTENCY_HEADER = ApiHeader({ name: 'Idempotency-Key', required: false, description: 'any text of 1 to 200 visible ASCII characters; a repeat within a day gets the first answer', schema: { type: 'string', maxLength: 200 } });

/** A repeat with the same `Idempotency-Key` and body gets the first answer and does nothing. */
export const Idempotent = (options: IdempotentOptions = { atomic: true }): MethodDecorator =>
  applyDecorators(
    SetMetadata(IDEMPOTENT_ROUTE, options),
    UseInterceptors(IdempotencyInterceptor),
    IDEMPOTENCY_HEADER,
  );

/** The same promise, kept by the route itself: the key is stored with what it wrote. */
export const IdempotentByItself = (): MethodDecorator => applyDecorators(SetMetadata(IDEMPOTENT_ROUTE, true), IDEMPOTENCY_HEADER);
