import type { HashedImage } from './content-hash.js';
import type { DiceReportDataset, DiceReportImage } from './dice-report.js';

/** An image of the finished package: what is reported, and what only the hash needs. */
export interface BuiltImage {
  readonly image: DiceReportImage;
  readonly noObject: boolean;
  readonly digest: string;
}

export function totalsOf(built: Iterable<BuiltImage>): Pick<DiceReportDataset, 'numImages' | 'numLabeled' | 'splits'> & { readonly perClass: ReadonlyMap<number, number> } {
  const splits = { train: 0, val: 0, test: 0, unassigned: 0 };
  const perClass = new Map<number, number>();
  let [numImages, numLabeled] = [0, 0];
  for (const { image } of built) {
    numImages += 1;
    numLabeled += Number(image.status !== 'unlabeled');
    splits[image.split ?? 'unassigned'] += 1;
    for (const id of image.classIds) perClass.set(id, (perClass.get(id) ?? 0) + 1);
  }
  return { numImages, numLabeled, splits, perClass };
}

export function* hashedImages(built: Iterable<BuiltImage>): Generator<HashedImage> {
  for (const { image, noObject, digest } of built) yield { ...image, noObject, labelsDigest: digest };
}

export function* reportedImages(built: Iterable<BuiltImage>): Generator<DiceReportImage> {
  for (const { image } of built) yield image;
}
