import { infiniteQueryOptions } from '@tanstack/react-query';
import { http } from './http.js';
import type { EvaluateRequest, Model, ModelRun, ModelStage, ModelUploadRequest, OpenedModelUpload, Page, PrelabelRequest, SignedUrl } from './types.js';

const PAGE = 50;
/** While one is under way the list looks again by itself. */
const REFRESH_MILLISECONDS = 2_000;
const FIRST = undefined as string | undefined;
const ENDED: ReadonlySet<ModelRun['state']> = new Set(['done', 'undone', 'failed', 'cancelled']);

export const MODEL_STAGES = ['candidate', 'production', 'archived'] as const satisfies readonly ModelStage[];
export const isRunning = (run: ModelRun): boolean => !ENDED.has(run.state);
const pathOf = (datasetId: string): string => `datasets/${encodeURIComponent(datasetId)}`;

export const datasetModelsQuery = (datasetId: string) =>
  infiniteQueryOptions({
    queryKey: ['dataset', datasetId, 'models'],
    queryFn: ({ pageParam, signal }) => http.get<Page<Model>>(`${pathOf(datasetId)}/models`, { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** `model-runs`: what models proposed; `evaluations`: how good they were found to be. */
export const modelRunsQuery = (datasetId: string, kind: 'model-runs' | 'evaluations') =>
  infiniteQueryOptions({
    queryKey: ['dataset', datasetId, kind],
    queryFn: ({ pageParam, signal }) => http.get<Page<ModelRun>>(`${pathOf(datasetId)}/${kind}`, { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state: { data } }) => (data?.pages.some((page) => page.items.some(isRunning)) === true ? REFRESH_MILLISECONDS : false),
  });

export interface ModelWords {
  readonly name?: string;
  readonly notes?: string;
  readonly stage?: ModelStage;
}
export const changeModel = (id: string, change: ModelWords): Promise<unknown> => http.patch(`models/${id}`, change);
export const removeModel = (id: string): Promise<unknown> => http.delete(`models/${id}`);
export const modelDownload = (id: string): Promise<SignedUrl> => http.get<SignedUrl>(`models/${id}/download`);
/** A model from elsewhere: where its file is to be put, and the model once it is there. */
export const beginModelUpload = (datasetId: string, request: ModelUploadRequest): Promise<OpenedModelUpload> => http.postOnce<OpenedModelUpload>(`${pathOf(datasetId)}/models/uploads`, request);
export const completeModelUpload = (datasetId: string, uploadId: string): Promise<Model> => http.post<Model>(`${pathOf(datasetId)}/models/uploads/${uploadId}/complete`);
export const prelabel = (id: string, request: PrelabelRequest): Promise<ModelRun> => http.postOnce<ModelRun>(`models/${id}/prelabel`, request);
export const evaluate = (id: string, request: EvaluateRequest): Promise<ModelRun> => http.postOnce<ModelRun>(`models/${id}/evaluate`, request);
export const acceptRun = (datasetId: string, runId: string, minScore: number): Promise<ModelRun> => http.postOnce<ModelRun>(`${pathOf(datasetId)}/model-runs/${runId}/accept`, { min_score: minScore });
export const undoRun = (datasetId: string, runId: string): Promise<ModelRun> => http.postOnce<ModelRun>(`${pathOf(datasetId)}/model-runs/${runId}/undo`);
/** A run is a job, too. */
export const cancelRun = (runId: string): Promise<unknown> => http.postOnce(`training/jobs/${runId}/cancel`);
