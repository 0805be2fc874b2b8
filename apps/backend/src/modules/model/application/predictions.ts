import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import type { ModelObject } from '../domain/model.js';
import { ModelRefused } from '../domain/model.errors.js';
import { ModelAccess } from './model-access.js';
import { ModelRegistry } from './model-registry.js';
import { ImagePredictor, type ImageAnswer } from './ports/image-predictor.port.js';
import { ModelFiles } from './ports/model-files.port.js';
import { RunStore } from './ports/run-store.port.js';

export const MAX_IMAGE_BYTES = 20 * 1000 * 1000;

/** An image of the model's dataset, or bytes that a client sent. */
export type PredictedImage = { readonly imageId: number } | { readonly bytes: Uint8Array };

export interface PredictQuestion {
  readonly image: PredictedImage;
  readonly minScore: number;
}

/** Asks a model about one image, now. */
@Injectable()
export class Predictions {
  constructor(
    private readonly access: ModelAccess,
    private readonly registry: ModelRegistry,
    private readonly files: ModelFiles,
    private readonly runs: RunStore,
    private readonly predictor: ImagePredictor,
  ) {}

  /** Throws `unavailable` when no worker answers in time, `unsupported-image` for what cannot be decoded. */
  async ask(principal: Principal, modelId: string, read: () => Promise<PredictQuestion>): Promise<ImageAnswer> {
    const model = await this.access.model(principal, modelId, 'label');
    // The body is not read before it is known that they may.
    const { image, minScore } = await read();
    const usable = await this.registry.usable(model);
    if ('imageId' in image) return this.predictor.ask({ model: usable, image: messageOf(await this.imageOf(model.datasetId, model.id, image.imageId)), min_score: minScore });
    if (image.bytes.byteLength > MAX_IMAGE_BYTES) throw new DomainError('too-large', `An image has ${MAX_IMAGE_BYTES} bytes at most here.`);
    const staged = await this.files.stage(image.bytes);
    try {
      return await this.predictor.ask({ model: usable, image: messageOf(staged), min_score: minScore });
    } finally {
      // What stays behind is swept like every abandoned upload.
      await this.files.remove([staged.key]).catch(() => undefined);
    }
  }

  private async imageOf(datasetId: string, modelId: string, number: number): Promise<ModelObject> {
    const [found] = await this.runs.images(datasetId, { imageIds: [number], modelId }, { after: 0, limit: 1 });
    if (found === undefined) throw new ModelRefused('The image cannot be looked at.', [{ code: 'not-found', pointer: '/image_id', message: 'The dataset has no such image, or its bytes are still inside the uploaded zip.' }]);
    return found;
  }
}

const messageOf = ({ key, sizeBytes, sha256 }: ModelObject): { key: string; size_bytes: number; sha256: string } => ({ key, size_bytes: sizeBytes, sha256 });
