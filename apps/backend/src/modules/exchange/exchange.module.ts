import { Module } from '@nestjs/common';
import { AnnotationModule } from '../annotation/index.js';
import { DatasetModule } from '../dataset/index.js';
import { ExportsController } from './api/http/exports.controller.js';
import { ImportsController } from './api/http/imports.controller.js';
import { ImportAnnotationsHandler } from './application/commands/import-annotations/import-annotations.handler.js';
import { ExportArchive } from './application/ports/export-archive.port.js';
import { LabelFiles } from './application/ports/label-files.port.js';
import { OpenExportHandler } from './application/queries/open-export/open-export.handler.js';
import { BucketLabelFiles } from './infrastructure/bucket-label-files.js';
import { ZipExportArchive } from './infrastructure/zip-export-archive.js';

/** Datasets in the formats of other tools: out, and in onto images that are there. */
@Module({
  imports: [DatasetModule, AnnotationModule],
  controllers: [ExportsController, ImportsController],
  providers: [OpenExportHandler, ImportAnnotationsHandler, { provide: LabelFiles, useClass: BucketLabelFiles }, { provide: ExportArchive, useClass: ZipExportArchive }],
})
export class ExchangeModule {}
