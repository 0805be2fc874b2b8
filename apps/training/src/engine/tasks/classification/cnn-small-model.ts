import { cnnSmallHyperparameters } from '@app/contracts';
import { parseSettings, type TrainableModel } from '../trainable-model.js';
import { ClassificationTask } from './classification-task.js';

export const cnnSmallModel: TrainableModel = {
  id: 'cnn-small',
  taskTypes: ['image_classification'],
  open: (hyperparameters) => {
    const settings = parseSettings(cnnSmallHyperparameters, hyperparameters);
    return { settings, task: (facts) => new ClassificationTask(facts, settings) };
  },
  objection: ({ classIndices }, { multiLabel }) => (multiLabel || classIndices.length === 1 ? null : `has ${classIndices.length} classes where one is asked for`),
};
