import { centersSmallHyperparameters } from '@app/contracts';
import { parseSettings, type TrainableModel } from '../trainable-model.js';
import { DetectionTask } from './detection-task.js';

export const centersSmallModel: TrainableModel = {
  id: 'centers-small',
  taskTypes: ['object_detection'],
  open: (hyperparameters) => {
    const settings = parseSettings(centersSmallHyperparameters, hyperparameters);
    return { settings, task: (facts) => new DetectionTask(facts, settings) };
  },
  objection: ({ objects }) => (objects.some((one) => one.bbox === null) ? 'has an object without a box' : null),
};
