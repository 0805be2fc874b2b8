import type { Provider, Type } from '@nestjs/common';
import { DirectUploadsController } from './api/http/direct-uploads.controller.js';
import { AbortDirectUploadHandler } from './application/commands/abort-direct-upload/abort-direct-upload.handler.js';
import { BeginDirectUploadHandler } from './application/commands/begin-direct-upload/begin-direct-upload.handler.js';
import { CompleteDirectUploadHandler } from './application/commands/complete-direct-upload/complete-direct-upload.handler.js';
import { DirectUploads } from './application/direct-uploads.js';
import { DirectUploadSessions } from './application/ports/direct-upload-sessions.port.js';
import { DirectUploadStorage } from './application/ports/direct-upload-storage.port.js';
import { GetDirectUploadHandler } from './application/queries/get-direct-upload/get-direct-upload.handler.js';
import { ZipValidation } from './application/zip-validation.js';
import { BucketDirectUploadStorage } from './infrastructure/bucket-direct-upload-storage.js';
import { TypeormDirectUploadSessions } from './infrastructure/typeorm-direct-upload-sessions.js';
import { ZipValidator } from './infrastructure/zip-validator.js';

/** Zips straight to the bucket. */
export const DIRECT_UPLOAD_CONTROLLERS: Type[] = [DirectUploadsController];

export const DIRECT_UPLOAD_PROVIDERS: Provider[] = [
  BeginDirectUploadHandler,
  CompleteDirectUploadHandler,
  AbortDirectUploadHandler,
  GetDirectUploadHandler,
  DirectUploads,
  ZipValidation,
  ZipValidator,
  { provide: DirectUploadSessions, useClass: TypeormDirectUploadSessions },
  { provide: DirectUploadStorage, useClass: BucketDirectUploadStorage },
];
