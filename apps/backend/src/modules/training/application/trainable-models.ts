import { MODEL_CATALOGUE, modelOfTrainer, type ModelDefinition, type Trainer } from '@app/contracts';

/** What can be trained: the built-in models, then the operator's own trainers. */
export class TrainableModels {
  readonly all: readonly ModelDefinition[];
  private readonly external: ReadonlyMap<string, Trainer>;

  constructor(trainers: readonly Trainer[]) {
    this.all = [...MODEL_CATALOGUE, ...trainers.map(modelOfTrainer)];
    this.external = new Map(trainers.map((one) => [one.id, one]));
  }

  /** Built-in models run on every worker. */
  isBuiltIn(model: string): boolean {
    return !this.external.has(model);
  }

  /** Extension of the files of this model. A trainer that was taken out of the file has models all the same: theirs are ONNX or their keys say it. */
  formatOf(model: string): string {
    return this.external.get(model)?.model_format ?? 'onnx';
  }
}
