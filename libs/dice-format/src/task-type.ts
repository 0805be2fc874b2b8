export const TASK_TYPES = ['image_classification', 'object_detection', 'instance_segmentation', 'semantic_segmentation', 'pose_estimation'] as const;
export type TaskType = (typeof TASK_TYPES)[number];

const ALIASES: ReadonlyMap<string, TaskType> = new Map<string, TaskType>([
  ...TASK_TYPES.map((task) => [task, task] as const),
  ['classification', 'image_classification'],
  ['cls', 'image_classification'],
  ['detection', 'object_detection'],
  ['det', 'object_detection'],
  ['segmentation', 'instance_segmentation'],
  ['pose', 'pose_estimation'],
  ['keypoints', 'pose_estimation'],
]);

/** The task that a name or an alias means; `seg` depends on whether the package has masks. */
export function taskTypeOf(name: unknown, hasMasks: boolean): TaskType | undefined {
  if (name === 'seg') return hasMasks ? 'semantic_segmentation' : 'instance_segmentation';
  return typeof name === 'string' ? ALIASES.get(name) : undefined;
}

/** The task's name and every alias that may mean it. */
export function taskTypeNames(task: TaskType): string[] {
  const names = [...ALIASES].filter(([, meant]) => meant === task).map(([name]) => name);
  return task === 'instance_segmentation' || task === 'semantic_segmentation' ? [...names, 'seg'] : names;
}
