import type { DiceClass, JsonObject, LabelStatus, PixelSize, Split, TaskType } from '@app/dice-format';

/** x, y, width, height in pixels, origin top left. */
export type Box = readonly [x: number, y: number, width: number, height: number];
export type Rings = readonly (readonly number[])[];
/** COCO run lengths: size [height, width], counts from the background, column-major. */
export interface RunLengths {
  readonly size: readonly number[];
  readonly counts: readonly number[];
}

/** One labeled thing of an image as every format is read into and written from. What a format does not know is left out. */
export interface FormatObject {
  /** Of the class; '' for pixels to ignore in a semantic mask. */
  readonly className: string;
  readonly confidence?: number;
  readonly bbox?: Box;
  readonly segmentation?: Rings | RunLengths;
  /** x, y, visibility (0 absent, 1 hidden, 2 visible) for each point. */
  readonly keypoints?: readonly number[];
  readonly crowd?: boolean;
  readonly attributes?: JsonObject;
  /** Pixels of the class in a semantic mask of the image's own size: a COCO string. */
  readonly layer?: string;
}

/** Where something stands in a source: a file of it, and a JSON pointer or a line in that. */
export interface Place {
  readonly entry?: string;
  readonly pointer?: string;
}

/** An image as a source tells of it. */
export interface ImportedImage {
  /** Path as the source writes it, POSIX; see `stemOnly`. */
  readonly name: string;
  /** True where the source does not say the extension (YOLO's label files). */
  readonly stemOnly?: boolean;
  /** As the source declares them, pixels; undefined where it does not. */
  readonly width?: number;
  readonly height?: number;
  readonly split: Split | null;
  readonly status: LabelStatus;
  /** Looked at, and nothing of the classes is in it. */
  readonly noObject: boolean;
  readonly place: Place;
  /** Its objects in pixels of an image of this size: some formats say fractions. What cannot be read was reported before. */
  readonly objectsIn: (size: PixelSize) => readonly FormatObject[];
}

/** An image to be written, without its objects. Sizes are of the upright image. */
export interface ExportedHead {
  readonly id: number;
  /** From the dataset root: `images/...`. */
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly split: Split | null;
  readonly status: LabelStatus;
  readonly noObject: boolean;
}

/** An image to be written. */
export interface ExportedImage extends ExportedHead {
  readonly objects: readonly FormatObject[];
}

/** A dataset to be written. */
export interface ExportedDataset {
  readonly name: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly classes: readonly DiceClass[];
  /** From the first image on, the same each time, in the order of their ids. One reading at a time. */
  readonly images: () => AsyncIterable<ExportedImage>;
  /** The same images where their objects are not asked for. */
  readonly heads: () => AsyncIterable<ExportedHead>;
}

export const isRings = (segmentation: Rings | RunLengths): segmentation is Rings => Array.isArray(segmentation);
