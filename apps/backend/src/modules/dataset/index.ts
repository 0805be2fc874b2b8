export { DatasetModule } from './dataset.module.js';
export { DatasetAccess, DatasetImages } from './application/dataset-access.js';
export { DatasetLeavings, type RemoveLeavings } from './application/dataset-leavings.js';
export { ImagePutBack, type ImagePlace } from './application/image-put-back.js';
export { ImageIntake, type IntakeRequest } from './application/image-intake.js';
export type { ConflictRule, FileResult, ImageSplit, VerifiedImage } from './application/image-facts.js';
export { splitRuleFields } from './api/http/dto/split.schemas.js';
export { ImportPoller } from './application/import-poller.js';
export { ImportQueue, type ImportJob, type ImportProgress, type ImportStep } from './application/ports/import-queue.port.js';
export { DatasetChangeLog, type ChangeKind, type CounterChange, type DatasetChange, type LockedDataset } from './application/ports/dataset-change-log.port.js';
export type { DatasetFacts, DatasetImageView, DatasetView, NamedImageView } from './application/ports/dataset-read-model.port.js';

/**
 * One row an image, written by two modules (docs/adr/0009): the Dataset module writes what is of the file, the Annotation module what is of the
 * labels (revision, objects, no_object, status, class_ids, object_count, next_object_number, labels_digest, labeled_*, reviewed_*). An image
 * belongs to the dataset while `removed_seq is null`. `dataset_image_classes` says which images show a class.
 */
export const IMAGE_TABLE = 'dataset_images';
export const IMAGE_CLASS_TABLE = 'dataset_image_classes';
export const CHANGE_TABLE = 'dataset_changes';
export const CLASS_TABLE = 'dataset_classes';
export const DATASET_TABLE = 'datasets';
