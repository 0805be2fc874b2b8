export const LABEL_FILE = 'annotations.json';

/** Where images lie in a layout, and on which side they are. */
export interface Placed {
  readonly paths: readonly { readonly path: string; readonly side: 'train' | 'val' }[];
  /** The file that describes the dataset, null where the folders say all. */
  readonly description: string | null;
}
