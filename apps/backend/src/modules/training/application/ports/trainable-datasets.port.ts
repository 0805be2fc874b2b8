import type { TaskType } from '@app/contracts';
import type { Principal } from '../../../../platform/auth/principal.js';
import type { TrainableFacts } from '../../domain/start-conditions.js';

export interface TrainableDataset extends TrainableFacts {
  readonly id: string;
  readonly name: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
}

/** The datasets as training sees them; the permission is checked on the way. */
export abstract class TrainableDatasets {
  /** Throws `not-found` or `forbidden` where the principal may not train on (or, with `read`, see) the dataset. */
  abstract require(principal: Principal, datasetId: string, action: 'read' | 'train'): Promise<TrainableDataset>;
  /** Whether there is a dataset that the principal may train on. */
  abstract mayTrainSome(principal: Principal): Promise<boolean>;
  /** Ids of all datasets that the principal may see, or null for "all". */
  abstract visibleIds(principal: Principal): Promise<readonly string[] | null>;
}
