import type { components, operations } from './openapi.generated.js';

/**
 * The API's shapes under short names. They come from docs/openapi.json by way of openapi.generated.ts, so that a change of the API that this
 * page does not follow is an error of the type check.
 */
type Body<Response> = Response extends { readonly content: { readonly 'application/json': infer Json } } ? Json : never;
type Success = 200 | 201 | 202;
type Answer<Operation extends keyof operations> = {
  [Status in keyof operations[Operation]['responses'] & Success]: Body<operations[Operation]['responses'][Status]>;
}[keyof operations[Operation]['responses'] & Success];

export type User = Answer<'AuthController_me_v1'>;
export type SessionAnswer = Answer<'AuthController_logIn_v1'>;
export type CreatedUser = Answer<'UsersController_create_v1'>;
export type ApiKey = Answer<'ApiKeysController_list_v1'>['items'][number];
export type CreatedApiKey = Answer<'ApiKeysController_create_v1'>;

export type Dataset = Answer<'DatasetsController_get_v1'>;
export type DatasetClass = Dataset['classes'][number];
export type TaskType = Dataset['task_type'];
export type UploadView = Answer<'UploadsController_get_v1'>;
/** Images, their labels, and who may do what with them. */
export type ImagePage = Answer<'ImagesController_list_v1'>;
export type Member = Answer<'MembersController_list_v1'>['items'][number];
export type Role = Member['role'];
export type SignedUrl = Answer<'DatasetsController_download_v1'>;

/** An image of a dataset, with its signed addresses. */
export type ImageItem = Answer<'ImagesController_list_v1'>['items'][number];
export type ImageLabels = Answer<'AnnotationsController_get_v1'>;
export type ClassList = Answer<'ClassesController_list_v1'>;
export type LabelClass = ClassList['classes'][number];

export type BackgroundWork = Answer<'DatasetsController_imports_v1'>['items'][number];
export type ImportReport = Answer<'ImportsController_import_v1'>;
export type ExchangeFormat = ImportReport['format'];
export type StoreExamination = Answer<'StoreHealthController_store_v1'>;
/** What the store costs, what an action will, and what is removed by the clock. */
export type Cost = Answer<'CostController_dataset_v1'>;
export type ActionForecast = Answer<'CostController_forecast_v1'>;
export type CleanUpList = Answer<'CleanUpsController_list_v1'>;
export type CleanUp = CleanUpList['items'][number];
export type CleanUpRun = Answer<'CleanUpsController_run_v1'>;
export type Splits = Answer<'SplitsController_get_v1'>;
export type SplitPlan = Answer<'SplitsController_preview_v1'>;
export type SplitRule = NonNullable<operations['SplitsController_preview_v1']['requestBody']>['content']['application/json'];

/** Versions, and what differs between two. */
export type Version = Answer<'SnapshotsController_get_v1'>;
export type DiffTotals = Answer<'CompareController_totals_v1'>;
export type ImageDiff = Answer<'CompareController_images_v1'>['items'][number];
export type ObjectDiff = ImageDiff['objects'][number];
export type RestoreResult = Answer<'CompareController_restore_v1'>;

export type TrainingModel = Answer<'TrainingController_models_v1'>['items'][number];
export type JobDetails = Answer<'TrainingController_get_v1'>;
export type Job = Answer<'TrainingController_list_v1'>['items'][number];
export type JobState = Job['state'];
export type Worker = Answer<'TrainingController_workers_v1'>['items'][number];
export type EpochMetrics = JobDetails['metrics'][number];
export type Checkpoint = JobDetails['checkpoints'][number];
/** Trained and uploaded models, what they are used for, and what they propose. */
export type Model = Answer<'DatasetModelsController_list_v1'>['items'][number];
export type ModelStage = Model['stage'];
/** How a model's file is used: classes, size of its input, preprocessing, format of its outputs. */
export type ModelAdapter = NonNullable<Model['adapter']>;
export type ModelUploadRequest = NonNullable<operations['DatasetModelsController_begin_v1']['requestBody']>['content']['application/json'];
export type OpenedModelUpload = Answer<'DatasetModelsController_begin_v1'>;
export type ModelRun = Answer<'ModelRunsController_list_v1'>['items'][number];
export type ImageSuggestion = Answer<'SuggestionsController_list_v1'>['items'][number];
export type PrelabelRequest = NonNullable<operations['ModelsController_prelabel_v1']['requestBody']>['content']['application/json'];
export type EvaluateRequest = NonNullable<operations['ModelsController_evaluate_v1']['requestBody']>['content']['application/json'];
/** A validation image: what people say of it, and what the model says. */
export type ValidationExample = Answer<'ExamplesController_list_v1'>['items'][number];
export type LogLine = Answer<'TrainingController_logs_v1'>['items'][number];
/** A `progress` event of a job's stream. */
export type ProgressUpdate = Pick<Job, 'epoch' | 'epochs' | 'progress' | 'phase' | 'images_per_second' | 'seconds_left'>;

/** RFC 9457. Other codes than the API's are this page's own (no network), or a newer server's. */
export type ProblemDocument = Partial<Omit<components['schemas']['Problem'], 'code'>> & { readonly status: number; readonly code: string; readonly detail: string; readonly current?: unknown };
export type Finding = NonNullable<Dataset['warnings']>[number];

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

export type DatasetSort = NonNullable<NonNullable<operations['DatasetsController_list_v1']['parameters']['query']>['sort']>;
export type Scope = NonNullable<operations['ApiKeysController_create_v1']['requestBody']>['content']['application/json']['scopes'][number];

// The same words as values, for choices and checks; the type check holds them to be all and no more.
export const TASK_TYPES = ['image_classification', 'object_detection', 'instance_segmentation', 'semantic_segmentation', 'pose_estimation'] as const satisfies readonly TaskType[];
export const JOB_STATES = ['requested', 'preparing', 'queued', 'verifying', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] as const satisfies readonly JobState[];
export const SCOPES = ['read', 'label', 'train', 'admin'] as const satisfies readonly Scope[];
export const DATASET_SORTS = ['newest', 'oldest', 'name'] as const satisfies readonly DatasetSort[];
type Nothing<Left extends never> = Left;
export type LeftOut = Nothing<Exclude<TaskType, (typeof TASK_TYPES)[number]> | Exclude<JobState, (typeof JOB_STATES)[number]> | Exclude<Scope, (typeof SCOPES)[number]> | Exclude<DatasetSort, (typeof DATASET_SORTS)[number]>>;
