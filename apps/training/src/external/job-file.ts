import type { TrainerJob, TrainingGrant } from '@app/contracts';
import type { DatasetFolder } from './dataset/dataset-folder.js';

export interface JobFacts {
  readonly grant: Pick<TrainingGrant, 'job_id' | 'attempt' | 'model' | 'task_type' | 'hyperparameters' | 'snapshot'>;
  readonly epochs: number;
  readonly layout: 'dice' | 'yolo';
  readonly modelFormat: string;
  readonly resumeEpoch: number | null;
}

/** Folders and files of a trainer's own folder. */
export const JOB_FILE = 'job.json';
export const DATASET_FOLDER = 'dataset';
export const OUTPUT_FOLDER = 'output';
export const TEMPORARY_FOLDER = 'tmp';
export const RESUME_FILE = 'resume.ckpt';

const inDataset = (name: string): string => `${DATASET_FOLDER}/${name}`;

/** What job.json says. */
export function trainerJob({ grant, epochs, layout, modelFormat, resumeEpoch }: JobFacts, dataset: DatasetFolder): TrainerJob {
  const { seed } = grant.hyperparameters;
  return {
    version: 1,
    job_id: grant.job_id,
    attempt: grant.attempt,
    model: grant.model,
    task_type: grant.task_type,
    multi_label: dataset.multiLabel,
    classes: dataset.classes.map(({ id, name }, index) => ({ index, id, name })),
    epochs,
    seed: typeof seed === 'number' ? seed : 1,
    hyperparameters: grant.hyperparameters,
    dataset: {
      layout,
      folder: DATASET_FOLDER,
      description: dataset.description === null ? null : inDataset(dataset.description),
      train_list: inDataset(dataset.trainList),
      val_list: inDataset(dataset.valList),
      train_images: dataset.trainImages,
      val_images: dataset.valImages,
      split: dataset.split,
      snapshot_version: grant.snapshot.version,
      snapshot_sha256: grant.snapshot.sha256,
    },
    output_folder: OUTPUT_FOLDER,
    resume: resumeEpoch === null ? null : { epoch: resumeEpoch, checkpoint: RESUME_FILE },
    model_format: modelFormat,
  };
}
