import { instanceSmallHyperparameters } from '@app/contracts';
import { parseSettings, type TrainableModel } from '../trainable-model.js';
import { InstanceTask } from './instance-task.js';

export const instanceSmallModel: TrainableModel = {
  id: 'instance-small',
  taskTypes: ['instance_segmentation'],
  open: (hyperparameters) => {
    const settings = parseSettings(instanceSmallHyperparameters, hyperparameters);
    return { settings, task: (facts) => new InstanceTask(facts, settings) };
  },
  objection: ({ objects }) => {
    if (objects.some((one) => one.bbox === null)) return 'has an object without a box';
    return objects.some((one) => !one.isCrowd && (one.polygons ?? []).length === 0) ? 'has an object without a mask' : null;
  },
};
