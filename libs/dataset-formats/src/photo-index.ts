import { isImagePath } from './source-tree.js';
import type { ImportedImage } from './model.js';
import { stemOf } from './text/unique-stems.js';

/** Images that are masks of others, by the folders that formats keep them in. */
const MASK_FOLDERS = /(^|\/)(SegmentationClass|SegmentationObject|Masks|Scribbles|masks|panoptic_[a-z0-9]+)\//;

export const isPhotoPath = (path: string): boolean => isImagePath(path) && !MASK_FOLDERS.test(path);

/** Finds the image file that a source's labels speak of. */
export class PhotoIndex {
  private readonly paths = new Set<string>();
  /** Ends of paths, and the same without extensions; the first path that has one keeps it. */
  private readonly byEnd = new Map<string, string>();
  private readonly byStem = new Map<string, string>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) if (isPhotoPath(path)) this.add(path);
  }

  pathOf({ name, stemOnly, place }: ImportedImage): string | undefined {
    if (place.entry !== undefined && this.paths.has(place.entry)) return place.entry;
    const wanted = name.normalize('NFC').replace(/^(\.?\/)+/, '');
    const index = stemOnly === true ? this.byStem : this.byEnd;
    for (let end: string | undefined = wanted; end !== undefined; end = withoutFirst(end)) {
      const path = index.get(end);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  private add(path: string): void {
    this.paths.add(path);
    for (let end: string | undefined = path; end !== undefined; end = withoutFirst(end)) {
      if (!this.byEnd.has(end)) this.byEnd.set(end, path);
      if (!this.byStem.has(stemOf(end))) this.byStem.set(stemOf(end), path);
    }
  }
}

/** The path without its first folder. */
function withoutFirst(path: string): string | undefined {
  const slash = path.indexOf('/');
  return slash < 0 ? undefined : path.slice(slash + 1);
}
