import type { TaskType } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { cnnSmallModel } from './classification/cnn-small-model.js';
import { centersSmallModel } from './detection/centers-small-model.js';
import { instanceSmallModel } from './instance/instance-small-model.js';
import { keypointsSmallModel } from './keypoints/keypoints-small-model.js';
import { unetSmallModel } from './semantic/unet-small-model.js';
import type { TrainableModel } from './trainable-model.js';

/** A new model is a folder with its task and a line here. */
const MODELS: readonly TrainableModel[] = [cnnSmallModel, centersSmallModel, instanceSmallModel, keypointsSmallModel, unetSmallModel];

export const TRAINABLE_TASKS: readonly TaskType[] = [...new Set(MODELS.flatMap((model) => model.taskTypes))];

export const modelsFor = (taskType: TaskType): readonly TrainableModel[] => MODELS.filter((model) => model.taskTypes.includes(taskType));

/** Throws `validation-failed` where this engine has no such model for the task. */
export function modelFor(taskType: TaskType, id: string): TrainableModel {
  const model = modelsFor(taskType).find((one) => one.id === id);
  if (model === undefined) throw new DomainError('validation-failed', `This engine has no model ${JSON.stringify(id.slice(0, 60))} for ${taskType}.`);
  return model;
}
