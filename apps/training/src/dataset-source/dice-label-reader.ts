import { readTrainingLabels } from '@app/dice-format';
import { LabelReader, type LabeledImage, type TrainingLabels } from './label-reader.port.js';

/** Labels of a DICE label file. */
export class DiceLabelReader extends LabelReader {
  async read(annotations: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<TrainingLabels> {
    const { taskType, multiLabel, splitConfig, classes, images } = await readTrainingLabels(annotations, { signal });
    const labeled = [...images].flatMap(([fileName, image]): LabeledImage[] => {
      // One class of several is asked for: an image that shows none of them teaches nothing. With several labels an image "of none" does.
      const isUsable = image.labeled && (multiLabel || taskType !== 'image_classification' || image.classIds.length > 0);
      return isUsable ? [{ id: image.id, datasetPath: fileName, fileName, split: image.split, classIds: image.classIds, annotations: image.annotations, maskFile: image.maskFile }] : [];
    });
    return { taskType, multiLabel, splitConfig, classes, images: labeled };
  }
}
