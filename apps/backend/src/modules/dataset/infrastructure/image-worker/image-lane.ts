import type { Finding } from '@app/kernel';
import { objectKeys } from '@app/object-store';
import type { ImageProcessing, ImageToProcess } from '../../application/ports/image-processing.port.js';
import { Flight } from '../flight.js';
import { ImageChild, type ChildAnswer, type ImageChildOptions } from './image-child.js';
import { costFinding, faultFinding } from './image-findings.js';

/** Taken at once: at worst they take their turns within the lease. */
const TAKEN = 8;
/** In flight at a time: one is read, one decoded, one written. */
const IN_FLIGHT = 3;
/** Of the originals in flight; a larger one goes alone. */
const MAX_BYTES_IN_FLIGHT = 64_000_000;
/** A process may die over an image for a reason of the machine's, such as a suspend or an administrator; not three times. */
const MOST_STRIKES = 3;
const LONGEST_PAUSE_SECONDS = 300;

export interface LaneOptions {
  readonly queue: ImageProcessing;
  readonly childOptions: () => ImageChildOptions;
  readonly onTrouble: (sentence: string) => void;
}

/** One child and the images that it is fed. */
export class ImageLane {
  private child: ImageChild | null = null;
  private lastId = 0;

  constructor(private readonly options: LaneOptions) {}

  /** Of the child in use; null between two. */
  get pid(): number | null {
    return this.child?.isGone === false ? (this.child.pid ?? null) : null;
  }

  /** Takes some images from the queue and settles each. Answers how many it took. */
  async round(): Promise<number> {
    const images = await this.options.queue.claim(TAKEN);
    const flight = new Flight(IN_FLIGHT, MAX_BYTES_IN_FLIGHT);
    for (const image of images) {
      await flight.room(image.sizeBytes);
      const child = await this.freshChild(flight);
      flight.add(image.sizeBytes, this.settleWhenDone(image, child));
    }
    await flight.landed();
    return images.length;
  }

  async stop(): Promise<void> {
    await this.child?.stop();
    this.child = null;
  }

  private async settleWhenDone(image: ImageToProcess, child: ImageChild): Promise<void> {
    await this.settle(image, await child.process(this.jobOf(image)));
  }

  private async freshChild(flight: Flight): Promise<ImageChild> {
    if (this.child?.isBloated === true) {
      await flight.landed();
      await this.stop();
    }
    if (this.child === null || this.child.isGone) this.child = new ImageChild(this.options.childOptions());
    return this.child;
  }

  private jobOf(image: ImageToProcess): Parameters<ImageChild['process']>[0] {
    this.lastId += 1;
    const { datasetId, number, key, sizeBytes, sha256, crc32, width, height } = image;
    return { id: this.lastId, key, sizeBytes, sha256, crc32, width, height, thumbnailKey: objectKeys.thumbnail(datasetId, number), previewKey: objectKeys.preview(datasetId, number) };
  }

  private async settle(image: ImageToProcess, answer: ChildAnswer): Promise<void> {
    const { queue } = this.options;
    switch (answer.kind) {
      case 'made':
        return queue.made(image, answer);
      case 'broken':
        return queue.broken(image, faultFinding(image, answer));
      case 'postponed':
        this.tell(image, answer.message);
        return queue.postpone(image, { afterSeconds: pauseAfter(image.attempts), strike: false });
      case 'died':
        return this.settleDeath(image, answer);
    }
  }

  private async settleDeath(image: ImageToProcess, { decoding, cause, verdict }: Extract<ChildAnswer, { kind: 'died' }>): Promise<void> {
    this.tell(image, `the process ended (${cause}${verdict === null ? '' : `, ${verdict}`}${decoding ? ', while it was decoded' : ''})`);
    const finding = decoding ? this.verdictOver(image, verdict) : null;
    if (finding !== null) return this.options.queue.broken(image, finding);
    return this.options.queue.postpone(image, { afterSeconds: decoding ? 0 : pauseAfter(image.attempts), strike: decoding });
  }

  private verdictOver(image: ImageToProcess, verdict: 'time' | 'memory' | null): Finding | null {
    return verdict !== null || image.strikes + 1 >= MOST_STRIKES ? costFinding(image, verdict) : null;
  }

  private tell(image: ImageToProcess, sentence: string): void {
    this.options.onTrouble(`image ${image.number} of ${image.datasetId}: ${sentence}`);
  }
}

/** Seconds: 1, 2, 4 ... */
function pauseAfter(attempts: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, 2 ** Math.min(attempts - 1, 20));
}
