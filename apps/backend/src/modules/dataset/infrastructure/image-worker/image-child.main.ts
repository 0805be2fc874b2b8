import { setPriority } from 'node:os';
import { S3ObjectStore, StoreMeter, type ObjectStore } from '@app/object-store';
import { toChildSchema, type FromChild, type ImageJob } from './image-child-messages.js';
import { processImage } from './process-image.js';

/** The process that decodes: what a hostile image does to a decoder ends this process only. Its parent kills it when it takes too long or too much. */
const BEAT_MILLISECONDS = 100;
/** Requests wait for nobody; thumbnails do. */
const NICENESS = 10;
/** A store that does not answer is told to the parent soon; the image waits there. */
const STORE_TRIES = 2;
const STORE_TIMEOUT_MILLISECONDS = 10_000;

let store: ObjectStore | null = null;
let decoding: Promise<unknown> = Promise.resolve();
let decodingFrom: NodeJS.CpuUsage | null = null;

const tell = (message: FromChild): void => void process.send?.(message, undefined, undefined, () => undefined);

/** Counts nothing itself: its parent writes counts down, and this process may die at any image. */
class ToldMeter extends StoreMeter {
  override count({ operation, kind, key }: Parameters<StoreMeter['count']>[0]): void {
    if (kind === 'sent' || kind === 'refused') tell({ kind: 'asked', operation, answer: kind, key });
  }
}

/** One after the other, with the time that it computes. */
function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const turn = decoding.then(async () => {
    decodingFrom = process.cpuUsage();
    try {
      return await work();
    } finally {
      decodingFrom = null;
    }
  });
  decoding = turn.catch(() => undefined);
  return turn;
}

function decodingSeconds(): number {
  if (decodingFrom === null) return 0;
  const { user, system } = process.cpuUsage(decodingFrom);
  return (user + system) / 1e6;
}

async function run(job: ImageJob, opened: ObjectStore): Promise<void> {
  const outcome = await processImage(job, { store: opened, oneAtATime, onPhase: (phase) => tell({ kind: 'phase', id: job.id, phase }) });
  tell({ kind: 'outcome', id: job.id, outcome });
}

setPriority(NICENESS);
setInterval(() => tell({ kind: 'alive', residentBytes: process.memoryUsage.rss(), decodingSeconds: decodingSeconds() }), BEAT_MILLISECONDS);
process.on('message', (raw) => {
  const message = toChildSchema.parse(raw);
  if (message.kind === 'open') store = new S3ObjectStore({ ...message.store, meter: new ToldMeter(), maxAttempts: STORE_TRIES, requestTimeoutMilliseconds: STORE_TIMEOUT_MILLISECONDS });
  else if (message.kind === 'stop') process.exit(0);
  else if (store !== null) void run(message.job, store);
});
// The parent is gone: nobody takes the results, and another will process the images. It may have gone while this process was loading, untold.
process.on('disconnect', () => process.exit(0));
if (!process.connected) process.exit(0);
