import { Global, Module } from '@nestjs/common';
import { CursorCodec } from '../paging/cursor-codec.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IdempotencyKeys } from './idempotency-keys.js';

@Global()
@Module({ providers: [CursorCodec, IdempotencyKeys, IdempotencyInterceptor], exports: [CursorCodec, IdempotencyKeys, IdempotencyInterceptor] })
export class HttpModule {}
