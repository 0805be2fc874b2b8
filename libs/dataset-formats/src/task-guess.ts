import type { TaskType } from '@app/dice-format';
import type { ImportedImage } from './model.js';

/** Any size will do: it is asked what there is, not where. */
const ANY_SIZE = { width: 1000, height: 1000 };

/** Which task the labels of a source have what it takes for: the most specific one. */
export class TaskGuess {
  private boxes = false;
  private outlines = false;
  private keypoints = false;
  private layers = false;
  private empty = false;
  private several = false;

  take(image: ImportedImage): void {
    const objects = image.objectsIn(ANY_SIZE);
    this.empty ||= image.noObject;
    this.several ||= objects.length > 1;
    for (const { bbox, segmentation, keypoints, layer } of objects) {
      this.boxes ||= bbox !== undefined;
      this.outlines ||= segmentation !== undefined;
      this.keypoints ||= keypoints !== undefined;
      this.layers ||= layer !== undefined;
    }
  }

  get taskType(): TaskType {
    if (this.layers) return 'semantic_segmentation';
    if (this.keypoints) return 'pose_estimation';
    if (this.outlines) return 'instance_segmentation';
    return this.boxes || this.empty ? 'object_detection' : 'image_classification';
  }

  /** Whether an image of a classification has several classes. */
  get multiLabel(): boolean {
    return this.taskType === 'image_classification' && this.several;
  }
}
