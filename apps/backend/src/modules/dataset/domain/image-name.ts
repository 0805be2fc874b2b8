import { DomainError } from '@app/kernel';

export const MAX_IMAGE_NAME_LENGTH = 255;
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

const FOLDER = 'images/';
/** As in names of datasets: controls, halves of characters, and overrides of the direction, which make a name look like another. */
const CONTROLS = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;

const EXTENSIONS: Readonly<Record<string, ImageFormat>> = { jpg: 'jpeg', jpeg: 'jpeg', jpe: 'jpeg', jfif: 'jpeg', png: 'png', webp: 'webp' };
/** Endings that say that a file is something else. */
const FOREIGN = new Set(['gif', 'bmp', 'tif', 'tiff', 'svg', 'svgz', 'heic', 'heif', 'avif', 'jxl', 'jp2', 'ico', 'psd', 'pdf', 'eps', 'ps', 'html', 'htm', 'xml', 'js', 'zip', 'exe']);
const KEY_EXTENSION = { jpeg: 'jpg', png: 'png', webp: 'webp' } as const satisfies Record<ImageFormat, string>;

export function keyExtension(format: ImageFormat): 'jpg' | 'png' | 'webp' {
  return KEY_EXTENSION[format];
}

/** The name as it was given, which is data. Throws `validation-failed`. */
export function originalImageName(text: string): string {
  const length = [...text].length;
  if (length === 0 || length > MAX_IMAGE_NAME_LENGTH) throw refused('out-of-range', `A file name has 1 to ${MAX_IMAGE_NAME_LENGTH} characters.`, 'Rename the file.');
  if (CONTROLS.test(text)) throw refused('control-character', 'A file name has no control characters and none that change the writing direction.', 'Rename the file.');
  return text;
}

/**
 * The name inside the dataset, `images/<name>`: NFC, without folders, and one that every system can unpack from a zip. A name without the ending of an
 * image gets that of its real type. Throws `unsupported-image` where the ending says another type than the bytes.
 */
export function datasetFileName(original: string, format: ImageFormat): string {
  const last = original.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const trimmed = last.trim().replace(/[. ]+$/, '').replaceAll(':', '_');
  const { stem, extension } = splitName(trimmed);
  const says = EXTENSIONS[extension.toLowerCase()];
  if (FOREIGN.has(extension.toLowerCase()) || (says !== undefined && says !== format)) {
    throw refused('extension-mismatch', `The name ends in .${extension}, but the file is a ${format.toUpperCase()}.`, `Rename it to end in .${keyExtension(format)}, or convert the file.`, 'unsupported-image');
  }
  return FOLDER + (says === undefined ? `${safeStem(trimmed)}.${keyExtension(format)}` : `${safeStem(stem)}.${extension}`);
}

/** `images/a.jpg` as `images/a-2.jpg`. */
export function numberedFileName(fileName: string, suffix: number | string): string {
  const { stem, extension } = splitName(fileName);
  return `${stem}-${suffix}.${extension}`;
}

/** Names of one key are one file on systems that ignore case. */
export function foldFileName(fileName: string): string {
  return fileName.toLowerCase();
}

function splitName(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? { stem: name, extension: '' } : { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

/** Hidden files are taken for leftovers of a system in a zip, and devices of Windows cannot be files. */
function safeStem(stem: string): string {
  if (stem === '') return 'image';
  const isDevice = WINDOWS_DEVICE.test((stem.split('.')[0] ?? '').trimEnd());
  return isDevice || stem.startsWith('.') ? `_${stem}` : stem;
}

function refused(code: string, message: string, hint: string, error: 'validation-failed' | 'unsupported-image' = 'validation-failed'): DomainError {
  return new DomainError(error, message, { findings: [{ code, message, hint }] });
}
