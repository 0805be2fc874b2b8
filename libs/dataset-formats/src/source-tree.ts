import { DomainError } from '@app/kernel';
import { parseStrictJson } from '@app/dice-format';
import { DecodedText } from './text/decoded-text.js';

/** A file of a dataset in another form. */
export interface SourceFile {
  /** Relative to the root, POSIX, Unicode NFC. */
  readonly path: string;
  readonly sizeBytes: number;
  /** From its first byte on; may be called more than once. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Label files of one image; a larger one is no such file. */
const MOST_SMALL_BYTES = 16 * 2 ** 20;
const IMAGE = /\.(jpe?g|png|webp)$/i;
const FOREIGN_IMAGE = /\.(bmp|gif|tiff?|heic|avif)$/i;

export const isImagePath = (path: string): boolean => IMAGE.test(path);

/** The files of a source, ordered by path. */
export class SourceTree {
  readonly files: readonly SourceFile[];

  constructor(files: readonly SourceFile[]) {
    this.files = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Files with one of these extensions, in lower case and without the dot. */
  withExtension(...extensions: readonly string[]): SourceFile[] {
    return this.files.filter(({ path }) => extensions.some((extension) => path.toLowerCase().endsWith(`.${extension}`)));
  }

  get images(): SourceFile[] {
    return this.files.filter(({ path }) => isImagePath(path));
  }

  /** Images of types that the platform does not take. */
  get foreignImages(): SourceFile[] {
    return this.files.filter(({ path }) => FOREIGN_IMAGE.test(path));
  }
}

/** The text of a small file. @throws DomainError `too-large` or `validation-failed` where it is not UTF-8. */
export async function smallText(file: SourceFile): Promise<string> {
  if (file.sizeBytes > MOST_SMALL_BYTES) throw tooLarge(file);
  const text = new DecodedText(file.path);
  let whole = '';
  let bytes = 0;
  for await (const chunk of file.open()) {
    bytes += chunk.length;
    if (bytes > MOST_SMALL_BYTES) throw tooLarge(file);
    whole += text.push(chunk);
  }
  return whole + text.end();
}

/** The value of a small JSON file. @throws as smallText and parseStrictJson do, with the file's name in each finding. */
export async function smallJson(file: SourceFile): Promise<unknown> {
  const text = await smallText(file);
  return inFile(file.path, () => parseStrictJson(text));
}

/** The first bytes as text, for a look at what a file is; what is not UTF-8 becomes U+FFFD. */
export async function beginningOf(file: SourceFile, bytes = 4096): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of file.open()) {
    text += decoder.decode(chunk.subarray(0, bytes), { stream: true });
    if (text.length >= bytes) break;
  }
  return text.slice(0, bytes);
}

/** Says which file a refusal is about. */
export function inFile<T>(entry: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw placed(error, entry);
  }
}

/** The same refusal with the file in each finding. */
export function placed(error: unknown, entry: string): unknown {
  if (!(error instanceof DomainError)) return error;
  const findings = error.findings.length > 0 ? error.findings : [{ code: error.code, message: error.detail }];
  return new DomainError(error.code, error.detail, { cause: error, findings: findings.map((finding) => ({ ...finding, entry })) });
}

function tooLarge({ path }: SourceFile): DomainError {
  const message = `A label file of one image has at most ${MOST_SMALL_BYTES} bytes.`;
  return new DomainError('too-large', message, { findings: [{ code: 'file-size', message, entry: path }] });
}
