/** What the server takes (docs/images.md); told before a byte is sent. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];
export type LocalRefusal = 'empty' | 'too-large' | 'not-an-image' | 'same-file';

const LARGEST_BYTES = 100_000_000;
/** Enough for every mark. */
export const MARK_BYTES = 16;

export function sizeRefusal(bytes: number): LocalRefusal | null {
  if (bytes === 0) return 'empty';
  return bytes > LARGEST_BYTES ? 'too-large' : null;
}

const starts = (bytes: Uint8Array, mark: readonly number[], at = 0): boolean => mark.every((byte, index) => bytes[at + index] === byte);

/** By the first bytes, whatever the name says; null: nothing that the server takes. */
export function imageTypeOf(bytes: Uint8Array): ImageType | null {
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  return starts(bytes, [0x52, 0x49, 0x46, 0x46]) && starts(bytes, [0x57, 0x45, 0x42, 0x50], 8) ? 'image/webp' : null;
}

/** Files that systems leave in folders and nobody means to upload. */
export const isLitter = (name: string): boolean => /^(?:\.|thumbs\.db$|desktop\.ini$)/i.test(name);
