import type { Provider } from '@nestjs/common';
import { RegisterImagesHandler } from './application/commands/register-images/register-images.handler.js';
import { ImageProcessing } from './application/ports/image-processing.port.js';
import { ImportAreas } from './application/ports/import-areas.port.js';
import { ImportQueue } from './application/ports/import-queue.port.js';
import { UnpackedImages } from './application/ports/unpacked-images.port.js';
import { PrefixRegistration } from './application/prefix-registration.js';
import { ListImportsHandler } from './application/queries/list-imports/list-imports.handler.js';
import { ConfiguredImportAreas } from './infrastructure/configured-import-areas.js';
import { ImageChildProgram } from './infrastructure/image-worker/image-child-program.js';
import { ImageWorker } from './infrastructure/image-worker/image-worker.js';
import { PrefixRegistrar } from './infrastructure/prefix-registrar.js';
import { TypeormImageProcessing } from './infrastructure/typeorm-image-processing.js';
import { TypeormImportQueue } from './infrastructure/typeorm-import-queue.js';
import { TypeormUnpackedImages } from './infrastructure/typeorm-unpacked-images.js';
import { ImageObjects } from './infrastructure/unpack/image-objects.js';
import { UnpackPoller } from './infrastructure/unpack/unpack-poller.js';
import { ZipUnpacker } from './infrastructure/unpack/zip-unpacker.js';

const COMMANDS = [RegisterImagesHandler];
const QUERIES = [ListImportsHandler];
const WORKERS = [ImageChildProgram, ImageWorker, ImageObjects, ZipUnpacker, UnpackPoller, PrefixRegistration, PrefixRegistrar];

/** Work in the background: thumbnails and previews, the unpacking of zips, images that lie in the bucket already. */
export const BACKGROUND_PROVIDERS: Provider[] = [
  ...COMMANDS,
  ...QUERIES,
  ...WORKERS,
  { provide: ImportQueue, useClass: TypeormImportQueue },
  { provide: ImportAreas, useClass: ConfiguredImportAreas },
  { provide: ImageProcessing, useClass: TypeormImageProcessing },
  { provide: UnpackedImages, useClass: TypeormUnpackedImages },
];
