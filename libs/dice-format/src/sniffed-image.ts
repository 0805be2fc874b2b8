/** What the header of an image says. `width` and `height` are of the upright image: the EXIF orientation is applied. */
export interface SniffedImage extends HeaderFacts {
  readonly ok: true;
  readonly width: number;
  readonly height: number;
}

/** What a format's reader finds; sizes as stored in the file. */
export interface HeaderFacts {
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly storedWidth: number;
  readonly storedHeight: number;
  readonly channels: number;
  /** EXIF orientation 1..8; 5 to 8 swap width and height. */
  readonly orientation: number;
  readonly animated: boolean;
}

/** `more-bytes`: the head was too short; give more, or treat the file as cut off if there is no more. */
export interface SniffFailure {
  readonly ok: false;
  readonly code: 'more-bytes' | 'unsupported-image' | 'too-large';
  readonly message: string;
}

export const MORE_BYTES: SniffFailure = { ok: false, code: 'more-bytes', message: 'The image ends before its header is complete.' };

export function unsupported(message: string): SniffFailure {
  return { ok: false, code: 'unsupported-image', message };
}

const EXTENSIONS: Readonly<Record<HeaderFacts['format'], ReadonlySet<string>>> = {
  jpeg: new Set(['jpg', 'jpeg', 'jpe', 'jfif']),
  png: new Set(['png']),
  webp: new Set(['webp']),
};

/** Whether a file name ends as files of this format do, in upper or lower case. */
export function extensionFits(name: string, format: HeaderFacts['format']): boolean {
  return EXTENSIONS[format].has(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}
