import { MODEL_CATALOGUE } from '@app/contracts';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { ListModelsQuery, type ModelView } from './list-models.query.js';

@QueryHandler(ListModelsQuery)
export class ListModelsHandler implements IQueryHandler<ListModelsQuery> {
  async execute(): Promise<readonly ModelView[]> {
    return MODEL_CATALOGUE.map((model) => ({
      id: model.id,
      title: model.title,
      taskTypes: model.taskTypes,
      hyperparameters: z.toJSONSchema(model.hyperparameters, { io: 'input' }),
    }));
  }
}
