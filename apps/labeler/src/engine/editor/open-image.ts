import type { History } from '../model/history.js';
import type { ImageDocument } from '../model/image-document.js';
import type { LabelObject } from '../model/label-object.js';

export interface OpenImage {
  readonly document: ImageDocument;
  /** Kept by the page for each image that was visited: undo survives the change of images. */
  readonly history: History;
  readonly suggestions?: readonly LabelObject[];
  readonly readOnly?: boolean;
}

export interface EditorOptions {
  readonly newId: () => string;
  /** Somebody wants to draw and no class is chosen. */
  readonly onNeedClass?: () => void;
}
