import type { TaskType } from '../../../api/types.js';
import type { ToolName } from '../../../engine/index.js';

/** What can be drawn in each task. */
export const TOOLS: Readonly<Record<TaskType, readonly ToolName[]>> = {
  image_classification: ['select'],
  object_detection: ['select', 'box'],
  instance_segmentation: ['select', 'polygon'],
  semantic_segmentation: ['brush', 'eraser', 'fill', 'polygon'],
  pose_estimation: ['select', 'keypoints'],
};

/** What is in the hand at the begin of a visit: whoever opens the labeler came to draw. Null: the editor's own. */
export const firstTool = (task: TaskType): ToolName | null => (task === 'semantic_segmentation' ? 'brush' : (TOOLS[task].find((one) => one !== 'select') ?? null));
