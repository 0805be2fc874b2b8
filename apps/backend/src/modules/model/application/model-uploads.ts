import { TASK_OF_FORMAT, type ModelAdapter } from '@app/contracts';
import { newId, type Finding } from '@app/kernel';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { DatasetAccess, DatasetLeavings } from '../../dataset/index.js';
import type { Model } from '../domain/model.js';
import { ModelConflict, ModelNotFound, ModelRefused } from '../domain/model.errors.js';
import { ModelAccess } from './model-access.js';
import { ModelFiles } from './ports/model-files.port.js';
import { ModelInspector } from './ports/model-inspector.port.js';
import { ModelStore, type ModelUpload } from './ports/model-store.port.js';

/** An ONNX file that loads on a CPU in some seconds; a larger one would take the worker's memory. */
export const MAX_MODEL_BYTES = 512 * 1024 * 1024;
const STALE_BATCH = 50;

export interface UploadInput {
  readonly name: string;
  readonly notes: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly adapter: ModelAdapter;
}

export interface OpenedUpload {
  readonly id: string;
  readonly put: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly expiresAt: Date };
}

/** Models that were trained elsewhere: announced with how they are used, put straight into the store, and looked into before they count. */
@Injectable()
export class ModelUploads implements OnModuleInit {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: ModelStore,
    private readonly files: ModelFiles,
    private readonly inspector: ModelInspector,
    private readonly access: ModelAccess,
    private readonly datasets: DatasetAccess,
    private readonly leavings: DatasetLeavings,
  ) {}

  onModuleInit(): void {
    this.leavings.register(async (datasetId) => this.files.remove((await this.models.uploadedObjects(datasetId)).map((one) => one.key)));
  }

  /** Throws `validation-failed` with everything that is wrong. */
  async begin(principal: Principal, datasetId: string, input: UploadInput): Promise<OpenedUpload> {
    const dataset = await this.datasets.require(principal, datasetId, 'train');
    const findings = adapterFindings(input.adapter, dataset);
    if (input.sizeBytes > MAX_MODEL_BYTES) findings.push({ code: 'too-large', pointer: '/size_bytes', message: `A model has ${MAX_MODEL_BYTES} bytes at most.` });
    if (findings.length > 0) throw new ModelRefused('The model cannot be used as declared; every finding is listed.', findings);
    const id = newId();
    const object = { key: this.files.uploadKey(id), sizeBytes: input.sizeBytes, sha256: input.sha256 };
    await this.models.putUpload({ id, datasetId, name: input.name, notes: input.notes, adapter: input.adapter, object, createdBy: principal.userId });
    return { id, put: this.files.presignPut(object) };
  }

  /** A repeat answers the model that the first one made. Throws `state-conflict` before the file is there, `validation-failed` for one that does not do what was declared. */
  async complete(principal: Principal, datasetId: string, id: string): Promise<Model> {
    await this.access.dataset(principal, datasetId, 'train');
    const done = await this.models.find(id);
    if (done?.datasetId === datasetId) return done;
    const upload = await this.models.findUpload(id);
    if (upload?.datasetId !== datasetId) throw new ModelNotFound();
    if ((await this.files.sizeOf(upload.object.key)) !== upload.object.sizeBytes) throw new ModelConflict('The file has not arrived: put it to the address of the upload first.');
    const findings = await this.inspector.inspect(upload.object, upload.adapter as ModelAdapter);
    if (findings.length > 0) {
      await this.forget(upload);
      throw new ModelRefused('The file is no model that can be used as declared; every finding is listed. Announce it anew.', findings);
    }
    await this.unitOfWork.run(() => this.register(upload));
    const model = await this.models.find(id);
    if (model === null) throw new ModelNotFound();
    return model;
  }

  /** Of models that were announced before then and that nobody completed. Answers how many. */
  async sweep(before: Date, mayGoOn: () => Promise<boolean>): Promise<number> {
    for (let count = 0; ; ) {
      const stale = await this.models.staleUploads(before, STALE_BATCH);
      for (const upload of stale) await this.forget(upload);
      count += stale.length;
      if (stale.length < STALE_BATCH || !(await mayGoOn())) return count;
    }
  }

  private async register({ id, datasetId, name, notes, adapter, object, createdBy }: ModelUpload): Promise<void> {
    const { task_type: taskType } = adapter as ModelAdapter;
    await this.models.insert({ id, datasetId, name, source: 'upload', taskType, stage: 'candidate', notes, origin: null, metrics: null, adapter, object, createdBy });
    await this.models.removeUpload(id);
  }

  /** The object first: without the row nobody would look for it. */
  private async forget(upload: ModelUpload): Promise<void> {
    await this.files.remove([upload.object.key]);
    await this.models.removeUpload(upload.id);
  }
}

/** Formats whose outputs can be read wherever the image lies in the input. */
const ANY_FIT: ReadonlySet<ModelAdapter['output_format']> = new Set(['classification/1', 'boxes/1']);

function adapterFindings(adapter: ModelAdapter, dataset: { readonly taskType: string; readonly multiLabel: boolean; readonly classes: readonly { readonly id: number }[] }): Finding[] {
  const findings: Finding[] = [];
  const report = (code: string, pointer: string, message: string): void => void findings.push({ code, pointer: `/adapter/${pointer}`, message });
  if (adapter.task_type !== dataset.taskType) report('task-mismatch', 'task_type', `The dataset is of ${dataset.taskType.replaceAll('_', ' ')}.`);
  if (TASK_OF_FORMAT[adapter.output_format] !== adapter.task_type) report('format-mismatch', 'output_format', 'The format says nothing about this task.');
  if (adapter.task_type === 'image_classification' && adapter.multi_label !== dataset.multiLabel) report('task-mismatch', 'multi_label', `Images of the dataset have ${dataset.multiLabel ? 'several labels' : 'one label'}.`);
  const known = new Set(dataset.classes.map((one) => one.id));
  adapter.classes.forEach(({ id }, index) => {
    if (id !== null && !known.has(id)) report('unknown-class', `classes/${index}/id`, `The dataset has no class ${id}.`);
  });
  const ids = adapter.classes.flatMap(({ id }) => id ?? []);
  if (ids.length === 0) report('no-class', 'classes', 'No output of the model stands for a class of the dataset.');
  if (new Set(ids).size < ids.length) report('duplicate-id', 'classes', 'A class stands in the list twice.');
  const [width, height] = adapter.input_size;
  const isSquare = width === height && adapter.preprocessing.fit === 'contain, black';
  if (!ANY_FIT.has(adapter.output_format) && !isSquare) report('unsupported-fit', 'preprocessing/fit', 'Models of this format see a square, with the image in its middle and black around it.');
  return findings;
}
