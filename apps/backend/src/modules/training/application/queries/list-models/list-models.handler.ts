import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { TrainableModels } from '../../trainable-models.js';
import { ListModelsQuery, type ModelView } from './list-models.query.js';

@QueryHandler(ListModelsQuery)
export class ListModelsHandler implements IQueryHandler<ListModelsQuery> {
  constructor(private readonly models: TrainableModels) {}

  async execute(): Promise<readonly ModelView[]> {
    return this.models.all.map((model) => ({
      id: model.id,
      title: model.title,
      taskTypes: model.taskTypes,
      hyperparameters: z.toJSONSchema(model.hyperparameters, { io: 'input' }),
    }));
  }
}
