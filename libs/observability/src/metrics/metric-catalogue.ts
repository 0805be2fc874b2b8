/** Which process tells it. */
export type MeasuredApp = 'backend' | 'training';

/** What a label may say: one of these, or at most so many different values, after which every new one is `other`. Ids are never label values. */
export type LabelBound = readonly string[] | number;

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly apps: readonly MeasuredApp[];
  readonly labels: Readonly<Record<string, LabelBound>>;
  /** Of a histogram: upper bounds, seconds. */
  readonly buckets?: readonly number[];
}

const BOTH = ['backend', 'training'] as const satisfies readonly MeasuredApp[];
const BACKEND = ['backend'] as const satisfies readonly MeasuredApp[];
const TRAINING = ['training'] as const satisfies readonly MeasuredApp[];

/** Routes of the API, consumers and lanes are named by code and by the operator: some hundred at most. */
const MOST_ROUTES = 300;
const MOST_CONSUMERS = 50;
const MOST_LANES = 30;

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
/** A save is promised in 50 ms (docs of the labeler), so the steps are fine there. */
const SAVE_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 5];

/**
 * Every metric of ours by its name; units stand in the names (https://prometheus.io/docs/practices/naming/). Dashboard, alerts and documentation are checked against
 * this list. What Node itself tells (`process_...`, `nodejs_...`) comes beside it.
 */
export const METRICS = {
  vision_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the first byte of a request to the last of its answer, by template of the route.',
    apps: BACKEND,
    labels: { method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'], route: MOST_ROUTES, status: ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] },
    buckets: REQUEST_SECONDS,
  },
  vision_annotation_save_duration_seconds: {
    type: 'histogram',
    help: "Time that a labeler's save takes (PATCH of the annotations of one image).",
    apps: BACKEND,
    labels: { outcome: ['saved', 'conflict', 'refused', 'failed'] },
    buckets: SAVE_SECONDS,
  },
  vision_outbox_unpublished: { type: 'gauge', help: 'Rows of the outbox that the broker has not confirmed. Every replica tells the same: take the maximum.', apps: BACKEND, labels: {} },
  vision_outbox_oldest_seconds: { type: 'gauge', help: 'Age of the oldest of them; 0 without one.', apps: BACKEND, labels: {} },
  vision_dead_letters: { type: 'gauge', help: 'Messages that no consumer could use, as far as the broker keeps them (7 days). Every replica tells the same.', apps: BACKEND, labels: {} },
  vision_broker_connected: { type: 'gauge', help: 'Whether this process has a connection to NATS.', apps: BOTH, labels: {} },
  vision_messages_handled_total: {
    type: 'counter',
    help: 'Deliveries of events by what became of them.',
    apps: BOTH,
    labels: { consumer: MOST_CONSUMERS, outcome: ['ack', 'retry', 'dead-letter'] },
  },
  vision_message_handling_seconds: { type: 'histogram', help: 'Time that a consumer takes for one delivery.', apps: BOTH, labels: { consumer: MOST_CONSUMERS }, buckets: REQUEST_SECONDS },
  vision_inbox_claims_total: { type: 'counter', help: 'Events that consumers claimed: new ones, and duplicates that took no second effect.', apps: BACKEND, labels: { outcome: ['new', 'duplicate'] } },
  vision_training_queue_pending: {
    type: 'gauge',
    help: 'Training jobs that wait for a worker, by the pool of workers that they ask for. Every replica tells the same: take the maximum.',
    apps: BACKEND,
    labels: { lane: MOST_LANES },
  },
  vision_training_queue_oldest_seconds: { type: 'gauge', help: 'How long the oldest of them waits; 0 without one.', apps: BACKEND, labels: { lane: MOST_LANES } },
  vision_training_jobs: {
    type: 'gauge',
    help: 'Training jobs by state: the open ones now, the ended ones of the last 24 hours.',
    apps: BACKEND,
    labels: { state: ['requested', 'preparing', 'queued', 'verifying', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] },
  },
  vision_training_workers: { type: 'gauge', help: 'Workers that said hello of late.', apps: BACKEND, labels: { state: ['busy', 'free'] } },
  vision_snapshot_bytes_total: { type: 'counter', help: 'Bytes of version zips: moved through this process, or copied inside the store.', apps: BACKEND, labels: { how: ['moved', 'copied'] } },
  vision_snapshot_zips_total: { type: 'counter', help: 'Version zips that were made, by whether they began with a copy of another one.', apps: BACKEND, labels: { how: ['whole', 'extended'] } },
  vision_store_operations_total: {
    type: 'counter',
    help: 'Requests to the object store by the price class of R2 and by operation.',
    apps: BOTH,
    labels: { class: ['A', 'B', 'free'], operation: 40 },
  },
  vision_training_images_total: { type: 'counter', help: 'Images that the engine has seen in training steps.', apps: TRAINING, labels: {} },
  vision_training_images_per_second: { type: 'gauge', help: 'Pace of the training in progress as of its last step; 0 without one.', apps: TRAINING, labels: {} },
  vision_training_epochs_total: { type: 'counter', help: 'Epochs that were finished.', apps: TRAINING, labels: {} },
  vision_training_attempts_total: { type: 'counter', help: 'Attempts that ended, by how.', apps: TRAINING, labels: { outcome: ['completed', 'failed', 'cancelled', 'stale-attempt', 'worker-stopped'] } },
  vision_training_busy: { type: 'gauge', help: 'Whether this worker works on a job.', apps: TRAINING, labels: {} },
  vision_scrape_failures_total: { type: 'counter', help: 'Times that what is asked for at a scrape could not be read; its metrics are absent then.', apps: BOTH, labels: { source: 20 } },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
export type LabelsOf<N extends MetricName> = { readonly [L in keyof (typeof METRICS)[N]['labels']]: string };
type NamesOfType<T extends MetricDefinition['type']> = { [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never }[MetricName];
export type CounterName = NamesOfType<'counter'>;
export type GaugeName = NamesOfType<'gauge'>;
export type HistogramName = NamesOfType<'histogram'>;
