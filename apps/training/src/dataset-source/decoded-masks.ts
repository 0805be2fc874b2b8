import { LabelMapWriter } from '../engine/data/label-maps.js';
import { IGNORED } from '../engine/geometry/label-square.js';

export interface DecodedMask {
  readonly index: number;
  /** Of the upright original image, pixels. */
  readonly width: number;
  readonly height: number;
  /** Classes that it has a pixel of, ids of the dataset. */
  readonly classIds: readonly number[];
}

/** Decodes semantic masks one by one into the engine's file of label maps. */
export class DecodedMasks {
  readonly byName = new Map<string, DecodedMask>();
  readonly failed = new Map<string, string>();
  private writer: LabelMapWriter | null = null;

  constructor(private readonly path: string) {}

  get count(): number {
    return this.byName.size;
  }

  /** Null while there is none. */
  get file(): string | null {
    return this.count === 0 ? null : this.path;
  }

  /** `side`: of the squares that the images are fitted into, the same for all masks; 0 where no image came before. */
  async add(name: string, png: Uint8Array, side: number): Promise<void> {
    if (side === 0) return void this.failed.set(name, 'it stands before every image');
    this.writer ??= await LabelMapWriter.create(this.path, side);
    const added = await this.writer.append(png);
    if (!added.ok) return void this.failed.set(name, added.reason);
    const { index, width, height, values } = added;
    this.byName.set(name.normalize('NFC'), { index, width, height, classIds: values.filter((value) => value !== 0 && value !== IGNORED).map((value) => value - 1) });
  }

  async close(): Promise<void> {
    const { writer } = this;
    this.writer = null;
    await writer?.close();
  }
}
