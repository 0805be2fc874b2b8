import type { DatasetRole } from '../../apps/backend/src/platform/auth/access-policy.js';
import type { Scope } from '../../apps/backend/src/platform/auth/principal.js';
import type { People } from './people.js';

/** What a case may use: a fresh private dataset of `owner`, the job of another one, and the people. */
export interface Stage {
  readonly people: People;
  readonly owner: { readonly id: string; readonly token: string };
  readonly dataset: string;
}

export interface DatasetRule {
  /** The least role that may. */
  readonly least: DatasetRole;
  readonly scope: Scope;
  /** A body of the right form; what it says may be impossible, as long as the policy is asked before that is found out. */
  readonly body?: unknown;
  /** Query with its question mark. */
  readonly query?: string;
  /** Values of further path parameters; a UUID or 1 by default. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Puts the dataset into the state that the route needs; may answer path parameters. */
  readonly prepare?: (stage: Stage) => Promise<Readonly<Record<string, string>> | void>;
  /** False where a public dataset does not open it to everybody though reading is enough. */
  readonly openWhenPublic?: false;
  /** Answers without an end: only its head is read. */
  readonly stream?: true;
}

const trashed = async ({ people, owner, dataset }: Stage): Promise<void> => {
  await people.call('DELETE', `datasets/${dataset}`, { token: owner.token });
};

const MODEL_UPLOAD = {
  name: 'from elsewhere',
  size_bytes: 10,
  sha256: 'a'.repeat(64),
  adapter: {
    output_format: 'centers/1',
    task_type: 'object_detection',
    multi_label: false,
    classes: [{ id: 0, name: 'thing' }],
    input_size: [64, 64],
    preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1, mean: 0, deviation: 1 },
  },
};

/** Routes about one dataset. A route of the OpenAPI document that stands neither here nor in OTHER_ROUTES fails the test. */
export const DATASET_RULES: Readonly<Record<string, DatasetRule>> = {
  'GET /api/v1/datasets/{id}': { least: 'viewer', scope: 'read' },
  'PATCH /api/v1/datasets/{id}': { least: 'admin', scope: 'label', body: { name: 'another' } },
  'DELETE /api/v1/datasets/{id}': { least: 'owner', scope: 'label' },
  'POST /api/v1/datasets/{id}/restore': { least: 'owner', scope: 'label', prepare: trashed },
  'GET /api/v1/datasets/{id}/cost': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/cost/forecast': { least: 'viewer', scope: 'read', query: '?action=restore' },
  'GET /api/v1/datasets/{id}/download': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/classes': { least: 'viewer', scope: 'read' },
  'POST /api/v1/datasets/{id}/classes': { least: 'admin', scope: 'label', body: { name: 'another' }, headers: { 'if-match': '"1"' } },
  'PUT /api/v1/datasets/{id}/classes/order': { least: 'admin', scope: 'label', body: { class_ids: [] }, headers: { 'if-match': '"1"' } },
  'PATCH /api/v1/datasets/{id}/classes/{class_id}': { least: 'admin', scope: 'label', parameters: { class_id: '0' }, body: { name: 'another' }, headers: { 'if-match': '"1"' } },
  'DELETE /api/v1/datasets/{id}/classes/{class_id}': { least: 'admin', scope: 'label', parameters: { class_id: '0' }, headers: { 'if-match': '"1"' } },
  'POST /api/v1/datasets/{id}/classes/{class_id}/merge': { least: 'admin', scope: 'label', parameters: { class_id: '0' }, body: { into: 1 }, headers: { 'if-match': '"1"' } },
  'GET /api/v1/datasets/{id}/splits': { least: 'viewer', scope: 'read' },
  'POST /api/v1/datasets/{id}/splits/preview': { least: 'admin', scope: 'label', body: { method: 'auto' } },
  'PUT /api/v1/datasets/{id}/splits': { least: 'admin', scope: 'label', body: { method: 'auto' }, headers: { 'if-match': '"1"' } },
  'GET /api/v1/datasets/{id}/annotations.json': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/meta.json': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/export': { least: 'viewer', scope: 'read', query: '?format=coco&as=file' },
  'GET /api/v1/datasets/{id}/findings': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/events': { least: 'viewer', scope: 'read', stream: true },
  'GET /api/v1/datasets/{id}/members': { least: 'viewer', scope: 'read', openWhenPublic: false },
  'POST /api/v1/datasets/{id}/members': { least: 'owner', scope: 'label', body: { email: 'nobody@vision.test', role: 'viewer' } },
  'PATCH /api/v1/datasets/{id}/members/{user_id}': { least: 'owner', scope: 'label', body: { role: 'viewer' } },
  'DELETE /api/v1/datasets/{id}/members/{user_id}': { least: 'owner', scope: 'label' },
  'GET /api/v1/datasets/{id}/imports': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/images': { least: 'viewer', scope: 'read' },
  'POST /api/v1/datasets/{id}/images': { least: 'admin', scope: 'label' },
  'POST /api/v1/datasets/{id}/images/bulk': { least: 'admin', scope: 'label', body: { ids: [1], action: 'split', split: 'train' } },
  'POST /api/v1/datasets/{id}/images/register': { least: 'admin', scope: 'label', body: { prefix: 'imports/none/' } },
  'GET /api/v1/datasets/{id}/images/uploads': { least: 'admin', scope: 'label' },
  'POST /api/v1/datasets/{id}/images/uploads': { least: 'admin', scope: 'label', body: { files: [{ file_name: 'a.png', size_bytes: 10, sha256: 'a'.repeat(64), content_type: 'image/png' }] } },
  'POST /api/v1/datasets/{id}/images/uploads/complete': { least: 'admin', scope: 'label', body: { ids: ['0192d1a0-0000-7000-8000-000000000000'] } },
  'GET /api/v1/datasets/{id}/images/{image_id}': { least: 'viewer', scope: 'read', parameters: { image_id: '1' } },
  'DELETE /api/v1/datasets/{id}/images/{image_id}': { least: 'admin', scope: 'label', parameters: { image_id: '1' } },
  'POST /api/v1/datasets/{id}/images/{image_id}/restore': { least: 'admin', scope: 'label', parameters: { image_id: '1' } },
  'POST /api/v1/datasets/{id}/annotations/import': { least: 'annotator', scope: 'label' },
  'GET /api/v1/datasets/{id}/annotations/{image_id}': { least: 'viewer', scope: 'read', parameters: { image_id: '1' } },
  'PATCH /api/v1/datasets/{id}/annotations/{image_id}': { least: 'annotator', scope: 'label', parameters: { image_id: '1' }, body: { no_object: true }, headers: { 'if-match': '"1"' } },
  'GET /api/v1/datasets/{id}/annotations/{image_id}/history': { least: 'viewer', scope: 'read', parameters: { image_id: '1' } },
  'POST /api/v1/datasets/{id}/annotations/{image_id}/restore': { least: 'reviewer', scope: 'label', parameters: { image_id: '1' }, body: { revision: 1 }, headers: { 'if-match': '"1"' } },
  'GET /api/v1/datasets/{id}/models': { least: 'viewer', scope: 'read' },
  'POST /api/v1/datasets/{id}/models/uploads': { least: 'admin', scope: 'train', body: MODEL_UPLOAD },
  'POST /api/v1/datasets/{id}/models/uploads/{upload_id}/complete': { least: 'admin', scope: 'train' },
  'GET /api/v1/datasets/{id}/model-runs': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/evaluations': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{id}/model-runs/{run_id}': { least: 'viewer', scope: 'read' },
  'POST /api/v1/datasets/{id}/model-runs/{run_id}/accept': { least: 'reviewer', scope: 'label', body: {} },
  'POST /api/v1/datasets/{id}/model-runs/{run_id}/undo': { least: 'reviewer', scope: 'label' },
  'GET /api/v1/datasets/{id}/images/{image_id}/suggestions': { least: 'viewer', scope: 'read', parameters: { image_id: '1' } },
  'POST /api/v1/datasets/{id}/images/{image_id}/suggestions/reject': { least: 'annotator', scope: 'label', parameters: { image_id: '1' }, body: {} },
  'POST /api/v1/datasets/{dataset_id}/snapshots': { least: 'admin', scope: 'label', body: {} },
  'PATCH /api/v1/datasets/{dataset_id}/snapshots/{version}': { least: 'admin', scope: 'label', body: { note: 'why' } },
  'POST /api/v1/datasets/{dataset_id}/snapshots/{version}/cancel': { least: 'admin', scope: 'label' },
  'DELETE /api/v1/datasets/{dataset_id}/snapshots/{version}': { least: 'admin', scope: 'label' },
  'GET /api/v1/datasets/{dataset_id}/snapshots': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{dataset_id}/snapshots/diff': { least: 'viewer', scope: 'read', query: '?from=1&to=1' },
  'GET /api/v1/datasets/{dataset_id}/snapshots/diff/images': { least: 'viewer', scope: 'read', query: '?from=1&to=1' },
  'POST /api/v1/datasets/{dataset_id}/snapshots/{version}/restore': { least: 'owner', scope: 'label' },
  'GET /api/v1/datasets/{dataset_id}/snapshots/{version}': { least: 'viewer', scope: 'read' },
  'GET /api/v1/datasets/{dataset_id}/snapshots/{version}/download': { least: 'viewer', scope: 'read' },
};

/** Routes that are about no dataset, or about one in the body or behind a job; each with the test that holds its access. */
export const OTHER_ROUTES: Readonly<Record<string, string>> = {
  'GET /api/v1/health/live': 'public',
  'GET /api/v1/health/ready': 'public',
  'GET /api/v1/maintenance/store': 'administrator: store-examination.int-spec.ts',
  'GET /api/v1/admin/clean-ups': 'administrator: clean-ups.int-spec.ts',
  'POST /api/v1/admin/clean-ups/{name}/run': 'administrator: clean-ups.int-spec.ts',
  'GET /api/v1/cost': 'administrator: cost.int-spec.ts',
  'GET /api/v1/maintenance/fsck': 'administrator: fsck.int-spec.ts',
  'POST /api/v1/maintenance/fsck': 'administrator: fsck.int-spec.ts',
  'POST /api/v1/auth/login': 'public',
  'POST /api/v1/auth/refresh': 'by cookie: auth.int-spec.ts',
  'POST /api/v1/auth/logout': 'own session: auth.int-spec.ts',
  'GET /api/v1/me': 'oneself',
  'POST /api/v1/me/password': 'oneself: auth.int-spec.ts',
  'GET /api/v1/users': 'administrator: auth.int-spec.ts',
  'POST /api/v1/users': 'administrator: auth.int-spec.ts',
  'PATCH /api/v1/users/{id}': 'administrator: auth.int-spec.ts',
  'POST /api/v1/users/{id}/reset-password': 'administrator: auth.int-spec.ts',
  'GET /api/v1/api-keys': 'own keys: auth.int-spec.ts',
  'POST /api/v1/api-keys': 'own keys: auth.int-spec.ts',
  'DELETE /api/v1/api-keys/{id}': 'own keys: auth.int-spec.ts',
  'POST /api/v1/datasets/upload': 'everybody, scope label',
  'POST /api/v1/datasets/uploads': 'everybody, scope label',
  'GET /api/v1/datasets/uploads/{upload_id}': 'own uploads: direct-uploads.int-spec.ts',
  'DELETE /api/v1/datasets/uploads/{upload_id}': 'own uploads: direct-uploads.int-spec.ts',
  'POST /api/v1/datasets/uploads/{upload_id}/complete': 'own uploads: direct-uploads.int-spec.ts',
  'POST /api/v1/datasets/create': 'everybody, scope label',
  'POST /api/v1/datasets': 'everybody, scope label',
  'POST /api/v1/datasets/demo': 'everybody, scope label',
  'GET /api/v1/datasets': 'everybody sees what they may: datasets.int-spec.ts',
  'GET /api/v1/maintenance/trash': 'administrator: images-sweep.int-spec.ts',
  'GET /api/v1/uploads/{id}': 'own uploads: datasets.int-spec.ts',
  'GET /api/v1/uploads/{id}/events': 'own uploads: datasets.int-spec.ts',
  'GET /api/v1/models/{id}': 'model of a dataset: models.int-spec.ts',
  'PATCH /api/v1/models/{id}': 'model of a dataset: models.int-spec.ts',
  'DELETE /api/v1/models/{id}': 'model of a dataset: models.int-spec.ts',
  'GET /api/v1/models/{id}/download': 'model of a dataset: models.int-spec.ts',
  'POST /api/v1/models/{id}/evaluate': 'model of a dataset: models.int-spec.ts',
  'POST /api/v1/models/{id}/prelabel': 'model of a dataset: models.int-spec.ts',
  'POST /api/v1/models/{id}/predict': 'model of a dataset: models.int-spec.ts',
  'POST /api/v1/training/start': 'dataset in the body: below',
  'POST /api/v1/training/jobs': 'dataset in the body: below',
  'GET /api/v1/training/jobs': 'everybody sees what they may: below',
  'GET /api/v1/training/models': 'everybody, scope read',
  'GET /api/v1/training/workers': 'administrators and whoever may train: training-queue.int-spec.ts',
  'PATCH /api/v1/training/jobs/{id}': 'job of a dataset: below',
  'GET /api/v1/training/jobs/{id}': 'job of a dataset: below',
  'GET /api/v1/training/jobs/{id}/metrics': 'job of a dataset: below',
  'GET /api/v1/training/jobs/{id}/logs': 'job of a dataset: below',
  'GET /api/v1/training/jobs/{id}/checkpoints': 'job of a dataset: below',
  'GET /api/v1/training/jobs/{id}/examples': 'job of a dataset: below',
  'POST /api/v1/training/jobs/{id}/cancel': 'job of a dataset: below',
  'POST /api/v1/training/jobs/{id}/retry': 'job of a dataset: below',
  'GET /api/v1/training/jobs/{id}/events': 'job of a dataset: below',
};
