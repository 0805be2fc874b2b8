import { describe, expect, it } from 'vitest';
import { guessedZip } from './guessed-zip.js';

const region = (images: number, bytes: number): { readonly region: { images: number; bytes: number; digest: string; sha256State: Uint8Array } } => ({ region: { images, bytes, digest: '', sha256State: new Uint8Array() } });

describe('guessedZip', () => {
  it('reads every image and writes parts of 5 MiB where there is no zip to begin like', () => {
    const { requests, sizeBytes, isExact } = guessedZip(100_000, 20e9, undefined);
    expect(sizeBytes).toBe(20e9 + 45e6);
    expect(requests).toEqual({ classA: Math.ceil(sizeBytes / (5 * 1024 * 1024)) + 2, classB: 100_000 });
    expect(isExact).toBe(false);
  });

  it('copies what an earlier zip has, and reads what was added', () => {
    const { requests } = guessedZip(100_000, 20e9, region(99_990, 20e9 - 2e6));
    // Four copies of the largest part, the new end is put aside in 5 MiB parts and copied as the fifth.
    expect(requests.classB).toBeLessThanOrEqual(12);
    expect(requests.classA).toBeLessThan(25);
  });
});
