import { describe, expect, it } from 'vitest';
import { imageTypeOf, isLitter, sizeRefusal } from './local-checks.js';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));

describe('what is told before a byte is sent', () => {
  it('is the size', () => {
    expect([0, 1, 100_000_000, 100_000_001].map(sizeRefusal)).toEqual(['empty', null, null, 'too-large']);
  });

  it('is the kind, by the first bytes', () => {
    expect(imageTypeOf(bytes('\u00ff\u00d8\u00ff\u00e0'))).toBe('image/jpeg');
    expect(imageTypeOf(bytes('\u0089PNG\r\n\u001a\n'))).toBe('image/png');
    expect(imageTypeOf(bytes('RIFF1234WEBPVP8 '))).toBe('image/webp');
    expect(imageTypeOf(bytes('RIFF1234WAVEfmt '))).toBeNull();
    expect(imageTypeOf(bytes('GIF89a'))).toBeNull();
    expect(imageTypeOf(new Uint8Array())).toBeNull();
  });

  it('leaves out what systems put into folders', () => {
    expect(['.DS_Store', 'Thumbs.db', 'desktop.ini', 'a.jpg', 'my.db'].filter(isLitter)).toEqual(['.DS_Store', 'Thumbs.db', 'desktop.ini']);
  });
});
