import { Injectable } from '@nestjs/common';
import type { InitialModel } from '../domain/inference-order.js';

/** What must be known of a model to begin a training with its weights. */
export interface KnownModel extends InitialModel {
  readonly datasetId: string;
  readonly taskType: string;
  /** What it was trained as, such as `cnn-small`; null where it was trained elsewhere. */
  readonly architecture: string | null;
}

export interface ModelSource {
  find(modelId: string): Promise<KnownModel | null>;
}

/** The models that trainings may begin with. The module that keeps them says so here; this one does not know it. */
@Injectable()
export class InitialModels {
  private source: ModelSource | null = null;

  register(source: ModelSource): void {
    this.source = source;
  }

  async find(modelId: string): Promise<KnownModel | null> {
    return this.source === null ? null : this.source.find(modelId);
  }
}
