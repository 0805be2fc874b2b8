import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DomainError } from '@app/kernel';
import { inSpanOfTrace } from '@app/observability';
import type { ObjectStore } from '@app/object-store';
import type { AttemptRef, BackendClient, UploadKind, UploadPermit, UploadRequest } from '../backend-client/backend-client.port.js';
import { AttemptFailure, AttemptStopped } from '../jobs/attempt-errors.js';
import { backoffMilliseconds, pause } from '../pause.js';
import { reasonOf, type TrainingLog } from '../training-log.js';
import { sha256Of } from './file-digest.js';
import { putFile } from './presigned-put.js';

export interface StoredObject {
  readonly key: string;
  readonly size_bytes: number;
  readonly sha256: string;
}

export interface UploadOptions {
  readonly firstPauseMilliseconds: number;
  readonly longestPauseMilliseconds: number;
  /** After so long without success the attempt fails, retryable. 30 minutes: longer than a restart of everything. */
  readonly giveUpMilliseconds: number;
  /** Refusals in a row (an address that ran out is asked for anew) before the store's word is taken. */
  readonly maxRefusals: number;
  readonly idleMilliseconds: number;
}

export const DEFAULT_UPLOAD_OPTIONS: UploadOptions = {
  firstPauseMilliseconds: 500,
  longestPauseMilliseconds: 15_000,
  giveUpMilliseconds: 30 * 60_000,
  maxRefusals: 3,
  idleMilliseconds: 30_000,
};

export interface FileToUpload {
  readonly kind: UploadKind;
  readonly epoch: number;
  readonly path: string;
}

type UploadContext = { readonly signal: AbortSignal; readonly log: TrainingLog };
type Step = { readonly done: StoredObject } | { readonly again: string };

/** Brings files into the store through addresses that the backend mints one by one; tries for as long as backend or store are away. */
export class ObjectUploader {
  private readonly options: UploadOptions;

  constructor(
    private readonly backend: Pick<BackendClient, 'requestUpload'>,
    private readonly store: Pick<ObjectStore, 'get'>,
    options: Partial<UploadOptions> = {},
  ) {
    this.options = { ...DEFAULT_UPLOAD_OPTIONS, ...options };
  }

  async upload(attempt: AttemptRef, file: FileToUpload, context: UploadContext): Promise<StoredObject> {
    return inSpanOfTrace(`upload ${file.kind}`, { attributes: { 'vision.epoch': file.epoch } }, () => this.uploadUntilStored(attempt, file, context));
  }

  private async uploadUntilStored(attempt: AttemptRef, file: FileToUpload, context: UploadContext): Promise<StoredObject> {
    const { size: sizeBytes } = await stat(file.path);
    const request: UploadRequest = { kind: file.kind, epoch: file.epoch, sizeBytes, sha256: await sha256Of(createReadStream(file.path)), attemptSuffix: false };
    const upload = new SingleUpload({ attempt, file, backend: this.backend, store: this.store, options: this.options, ...context }, request);
    const deadline = Date.now() + this.options.giveUpMilliseconds;
    for (let failures = 0; ; failures += 1) {
      const step = await upload.tryOnce();
      if ('done' in step) return step.done;
      if (Date.now() > deadline) throw new AttemptFailure('upload-failed', `A file of epoch ${file.epoch} could not be stored: ${step.again}.`, { retryable: true });
      if (failures === 0) context.log.warn(`the upload of ${file.kind}, epoch ${file.epoch}, waits: ${step.again}`);
      const { firstPauseMilliseconds: firstMilliseconds, longestPauseMilliseconds: mostMilliseconds } = this.options;
      await pause(backoffMilliseconds(failures, { firstMilliseconds, mostMilliseconds }), context.signal);
    }
  }
}

interface UploadParts {
  readonly attempt: AttemptRef;
  readonly file: FileToUpload;
  readonly backend: Pick<BackendClient, 'requestUpload'>;
  readonly store: Pick<ObjectStore, 'get'>;
  readonly options: UploadOptions;
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
}

class SingleUpload {
  private refusals = 0;

  constructor(
    private readonly parts: UploadParts,
    private request: UploadRequest,
  ) {}

  async tryOnce(): Promise<Step> {
    this.parts.signal.throwIfAborted();
    const permit = await this.permit();
    if (permit === null) return { again: 'the backend does not answer' };
    const { path } = this.parts.file;
    try {
      const { signal, options } = this.parts;
      const outcome = await putFile({ ...permit, path, sizeBytes: this.request.sizeBytes, signal, idleMilliseconds: options.idleMilliseconds });
      switch (outcome.kind) {
        case 'stored':
          return this.done(permit);
        case 'taken':
          return await this.taken(permit);
        case 'refused':
          return this.refused(outcome.status);
        case 'again':
          return { again: `the store answered ${outcome.status}` };
      }
    } catch (error) {
      this.parts.signal.throwIfAborted();
      if (error instanceof AttemptFailure) throw error;
      this.parts.log.debug(`${permit.key}: ${reasonOf(error)}`);
      return { again: 'the store cannot be reached' };
    }
  }

  private done(permit: UploadPermit): Step {
    return { done: { key: permit.key, size_bytes: this.request.sizeBytes, sha256: this.request.sha256 } };
  }

  private async permit(): Promise<UploadPermit | null> {
    try {
      return await this.parts.backend.requestUpload(this.parts.attempt, this.request);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'stale-attempt' || error.code === 'not-found') throw new AttemptStopped('stale-attempt');
      if (error.code === 'unavailable' || error.code === 'internal' || error.code === 'rate-limited') return null;
      throw new AttemptFailure('upload-refused', `The backend does not take a file of epoch ${this.request.epoch}: ${error.detail}`, { retryable: false, cause: error });
    }
  }

  /** An earlier attempt (or a lost answer) stored the same epoch. The same bytes are as good as stored; others keep their name. */
  private async taken(permit: UploadPermit): Promise<Step> {
    const { body } = await this.parts.store.get(permit.key, { signal: this.parts.signal });
    if ((await sha256Of(body as AsyncIterable<Uint8Array>)) === this.request.sha256) return this.done(permit);
    if (this.request.attemptSuffix) throw new AttemptFailure('upload-refused', `The name for a file of epoch ${this.request.epoch} is taken by another content.`, { retryable: false });
    this.parts.log.warn(`epoch ${this.request.epoch} (${this.request.kind}) differs from what an earlier attempt stored; both are kept`);
    this.request = { ...this.request, attemptSuffix: true };
    return { again: 'the name is taken' };
  }

  private refused(status: number): Step {
    this.refusals += 1;
    if (this.refusals > this.parts.options.maxRefusals) {
      const code = status === 401 || status === 403 ? 'storage-auth' : 'upload-refused';
      throw new AttemptFailure(code, `The object store refuses uploads to the addresses that the backend gives out (status ${status}).`, { retryable: false });
    }
    return { again: `the store refused the address (status ${status})` };
  }
}
