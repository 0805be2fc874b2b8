import { keypointsSmallHyperparameters } from '@app/contracts';
import { parseSettings, type TrainableModel } from '../trainable-model.js';
import { KeypointsTask } from './keypoints-task.js';

export const keypointsSmallModel: TrainableModel = {
  id: 'keypoints-small',
  taskTypes: ['pose_estimation'],
  open: (hyperparameters) => {
    const settings = parseSettings(keypointsSmallHyperparameters, hyperparameters);
    return { settings, task: (facts) => new KeypointsTask(facts, settings) };
  },
  objection: ({ objects }) => (objects.some((one) => one.bbox === null) ? 'has an object without a box' : null),
};
