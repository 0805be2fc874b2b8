import { foldFileName, numberedFileName } from '../domain/image-name.js';
import { refusal, type FileResult, type VerifiedImage } from './image-facts.js';
import type { ImageRow, ImageRows } from './ports/image-rows.port.js';

export interface PlannedImage {
  readonly image: VerifiedImage;
  /** Free in the dataset. */
  readonly fileName: string;
  /** The image whose bytes it takes the place of. */
  readonly replaces: ImageRow | null;
}

/** Known at once, or when the planned one of this index is written. */
type Outcome = { readonly now: FileResult } | { readonly planned: number; readonly sameBytesAs?: string };

/** Suffixes that are tried before one made of the bytes. */
const NUMBERED_NAMES = 50;

/** Decides on each image of one intake: in, in under another name, in the place of another, or not. Under the dataset's lock. */
export class ImageIntakePlan {
  readonly planned: PlannedImage[] = [];
  private readonly outcomes: Outcome[] = [];
  /** By folded name; null: by an image of this intake. */
  private readonly holders = new Map<string, ImageRow | null>();
  private readonly looked = new Set<string>();
  /** Of a name that comes again and again: where to go on. */
  private readonly nextSuffix = new Map<string, number>();
  private readonly planOfSha256 = new Map<string, number>();
  private readonly replaced = new Set<number>();

  private constructor(
    private readonly rows: ImageRows,
    private readonly datasetId: string,
    private readonly known: Map<string, { readonly number: number; readonly fileName: string }>,
  ) {}

  static async make(rows: ImageRows, datasetId: string, images: readonly VerifiedImage[]): Promise<ImageIntakePlan> {
    const plan = new ImageIntakePlan(rows, datasetId, new Map(await rows.bySha256(datasetId, images.map((one) => one.sha256))));
    await plan.look(images.map((one) => one.fileName));
    for (const image of images) plan.outcomes.push(await plan.decide(image));
    return plan;
  }

  /** The results of all, in their order, from those of the planned ones. */
  results(ofPlanned: readonly FileResult[]): readonly FileResult[] {
    return this.outcomes.map((outcome) => {
      if ('now' in outcome) return outcome.now;
      const written = ofPlanned[outcome.planned];
      if (written === undefined) throw new Error('an intake wrote fewer images than were planned');
      return outcome.sameBytesAs === undefined ? written : { ...written, status: 'duplicate', originalName: outcome.sameBytesAs };
    });
  }

  private async decide(image: VerifiedImage): Promise<Outcome> {
    const { originalName } = image;
    const known = this.known.get(image.sha256);
    if (known !== undefined) return { now: { status: 'duplicate', originalName, imageId: known.number, fileName: known.fileName } };
    const twin = this.planOfSha256.get(image.sha256);
    if (twin !== undefined) return { planned: twin, sameBytesAs: originalName };
    const holder = this.holders.get(foldFileName(image.fileName));
    if (holder === undefined) return this.plan({ image, fileName: image.fileName, replaces: null });
    if (image.onConflict === 'keep_both') return this.plan({ image, fileName: await this.freeName(image), replaces: null });
    if (holder === null || this.replaced.has(holder.number)) return { now: refusal(originalName, TWICE) };
    if (image.onConflict === 'skip') return { now: { status: 'skipped', originalName, imageId: holder.number, fileName: holder.fileName, reason: 'There is an image of this name.' } };
    return this.replace(image, holder);
  }

  private replace(image: VerifiedImage, holder: ImageRow): Outcome {
    const isLabeled = holder.status !== 'unlabeled' || holder.noObject;
    if (isLabeled && (holder.width !== image.width || holder.height !== image.height)) {
      const reason = `The image that is there has labels and ${holder.width} x ${holder.height} pixels; this one has ${image.width} x ${image.height}, so that they would not fit.`;
      return { now: { ...refusal(image.originalName, { code: 'state-conflict', reason, hint: 'Keep both, or remove the image that is there first.' }), imageId: holder.number, fileName: holder.fileName } };
    }
    this.replaced.add(holder.number);
    // A later file with the bytes that go away now is no duplicate.
    this.known.delete(holder.sha256);
    return this.plan({ image, fileName: holder.fileName, replaces: holder });
  }

  private plan(planned: PlannedImage): Outcome {
    const index = this.planned.push(planned) - 1;
    this.planOfSha256.set(planned.image.sha256, index);
    if (planned.replaces === null) this.holders.set(foldFileName(planned.fileName), null);
    return { planned: index };
  }

  private async freeName({ fileName, sha256 }: VerifiedImage): Promise<string> {
    const key = foldFileName(fileName);
    const from = this.nextSuffix.get(key) ?? 2;
    const numbered = Array.from({ length: NUMBERED_NAMES }, (_, index) => numberedFileName(fileName, from + index));
    // The bytes are in the dataset once at most, so that a name made of them is free.
    const candidates = [...numbered, numberedFileName(fileName, sha256.slice(0, 16)), numberedFileName(fileName, sha256)];
    await this.look(candidates);
    const index = candidates.findIndex((one) => !this.holders.has(foldFileName(one)));
    this.nextSuffix.set(key, from + (index < NUMBERED_NAMES ? index + 1 : 0));
    return candidates[index] ?? fileName;
  }

  /** Notes who holds these names. */
  private async look(fileNames: readonly string[]): Promise<void> {
    const unknown = fileNames.filter((one) => !this.looked.has(foldFileName(one)));
    if (unknown.length === 0) return;
    for (const holder of await this.rows.byName(this.datasetId, unknown)) this.holders.set(foldFileName(holder.fileName), holder);
    for (const one of unknown) this.looked.add(foldFileName(one));
  }
}

const TWICE = { code: 'already-exists', reason: 'Two files of this upload have this name.', hint: 'Send one after the other, or with on_conflict=keep_both.' } as const;
