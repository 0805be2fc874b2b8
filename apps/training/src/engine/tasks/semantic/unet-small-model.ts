import { unetSmallHyperparameters } from '@app/contracts';
import { parseSettings, type TrainableModel } from '../trainable-model.js';
import { SemanticTask } from './semantic-task.js';

export const unetSmallModel: TrainableModel = {
  id: 'unet-small',
  taskTypes: ['semantic_segmentation'],
  open: (hyperparameters) => {
    const settings = parseSettings(unetSmallHyperparameters, hyperparameters);
    return { settings, task: (facts) => new SemanticTask(facts, settings) };
  },
  objection: () => null,
};
