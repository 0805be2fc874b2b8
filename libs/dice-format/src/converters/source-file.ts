/** A file of a dataset in another form. `path` is relative to its root, POSIX. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a converter could not use, and why. */
export interface ConversionNote {
  readonly path: string;
  readonly reason: string;
}

export interface Conversion {
  /** Everything that goes into the zip, images first. */
  readonly entries: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly notes: readonly ConversionNote[];
}

const IMAGE = /\.(jpe?g|png|webp)$/i;
export const isImagePath = (path: string): boolean => IMAGE.test(path);

/** `train`, `val` or `test` by a folder's name in any of its usual spellings; null for any other. */
export function splitOfFolder(folder: string): 'train' | 'val' | 'test' | null {
  const name = folder.toLowerCase();
  if (name === 'train' || name === 'training') return 'train';
  if (name === 'val' || name === 'valid' || name === 'validation') return 'val';
  return name === 'test' || name === 'testing' ? 'test' : null;
}
