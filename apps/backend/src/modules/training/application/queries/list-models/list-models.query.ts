import { Query } from '@nestjs/cqrs';

export interface ModelView {
  readonly id: string;
  readonly title: string;
  readonly taskTypes: readonly string[];
  /** JSON Schema of the hyperparameters, with ranges and defaults. */
  readonly hyperparameters: Readonly<Record<string, unknown>>;
}

export class ListModelsQuery extends Query<readonly ModelView[]> {}
