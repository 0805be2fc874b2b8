import { codecOf, counted, LossReport, type FormatCodec } from '@app/dataset-formats';
import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AnnotationReader, LiveView, type DatasetCut } from '../../../../annotation/index.js';
import { exportedDataset } from '../../exported-dataset.js';
import { ExportArchive, type OpenedExport } from '../../ports/export-archive.port.js';
import { OpenExportQuery, type ExportRequest, type ExportStream } from './open-export.query.js';

/** What nobody will make of a name of a dataset. */
const NOT_IN_NAMES = /[^\p{L}\p{N}._-]+/gu;

/** Reading labels is for everybody who may see the dataset; taking its images along is for who manages it. */
@QueryHandler(OpenExportQuery)
export class OpenExportHandler implements IQueryHandler<OpenExportQuery> {
  constructor(
    private readonly reader: AnnotationReader,
    private readonly view: LiveView,
    private readonly archive: ExportArchive,
  ) {}

  async execute({ principal, datasetId, request }: OpenExportQuery): Promise<ExportStream> {
    const { taskType } = await this.reader.check(principal, datasetId, request.images ? 'manage' : 'read');
    const codec = codecOf(request.format);
    checkRequest(request, codec, taskType);
    const cut = await this.view.open(datasetId);
    try {
      if (request.images) await checkImages(cut);
      return this.stream(cut, codec, request);
    } catch (error) {
      await cut.close();
      throw error;
    }
  }

  private stream(cut: DatasetCut, codec: FormatCodec, { format, images, as }: ExportRequest): ExportStream {
    const report = new LossReport();
    const writer = codec.writer?.(counted(exportedDataset(cut), codec.holds(cut.facts.taskType), report), report) ?? null;
    const opened: OpenedExport = { cut, writer, report, format, withImages: images };
    const name = `${cut.facts.name.replace(NOT_IN_NAMES, '_').slice(0, 80)}-${format}`;
    const close = (): Promise<void> => cut.close();
    if (as === 'zip') return { chunks: this.archive.zip(opened), contentType: 'application/zip', fileName: `${name}.zip`, close };
    const extension = codec.singleFile?.split('.').at(-1) ?? 'json';
    return { chunks: this.archive.file(opened), contentType: extension === 'xml' ? 'application/xml' : 'application/json', fileName: `${name}.${extension}`, close };
  }
}

function checkRequest({ format, images, as }: ExportRequest, codec: FormatCodec, taskType: FormatCodec['tasks'][number]): void {
  if (!codec.tasks.includes(taskType)) throw refused('/query/format', 'task-not-carried', `The format ${format} has no place for ${taskType}.`);
  if (as === 'file' && (codec.singleFile === null || images)) throw refused('/query/as', 'not-one-file', `This export in ${format} is more than one file: ask for a zip.`);
}

function refused(pointer: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, message, pointer }] });
}

/** Said before the first byte: an answer that has begun cannot be refused any more. */
async function checkImages(cut: DatasetCut): Promise<void> {
  for await (const images of cut.images()) {
    if (images.some(({ objectKey, crc32 }) => objectKey === null || crc32 === null)) throw new DomainError('unavailable', 'Some images of the dataset are still being read.', { retryAfterSeconds: 5 });
  }
}
