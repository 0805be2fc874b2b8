import { DomainError } from '@app/kernel';
import { describe, expect, it } from 'vitest';
import { datasetFileName, numberedFileName, originalImageName } from './image-name.js';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return `${error.code} ${error.findings[0]?.code}`;
    throw error;
  }
  return 'accepted';
};

describe('the name of an image inside a dataset', () => {
  it.each([
    ['photo.jpg', 'images/photo.jpg'],
    ['photo.JPEG', 'images/photo.JPEG'],
    ['너구리 사진.jpg', 'images/너구리 사진.jpg'],
    ['너구리.jpg'.normalize('NFD'), 'images/너구리.jpg'],
    ['🦝 #1?50%+.jpg', 'images/🦝 #1?50%+.jpg'],
    ['../../etc/passwd', 'images/passwd.jpg'],
    ['..%2f..%2fx.jpg', 'images/_..%2f..%2fx.jpg'],
    ['C:\\photos\\x.jpg', 'images/x.jpg'],
    ['C:x.jpg', 'images/C_x.jpg'],
    ['//server/share/x.jpg', 'images/x.jpg'],
    ['..', 'images/image.jpg'],
    ['.', 'images/image.jpg'],
    ['.jpg', 'images/image.jpg'],
    ['folder/', 'images/image.jpg'],
    ['.hidden.jpg', 'images/_.hidden.jpg'],
    ['trailing. . ', 'images/trailing.jpg'],
    ['CON', 'images/_CON.jpg'],
    ['nul.jpg', 'images/_nul.jpg'],
    ['IMG.0001', 'images/IMG.0001.jpg'],
    ['\u2024\u2024/x.jpg', 'images/x.jpg'],
    ['=cmd().jpg', 'images/=cmd().jpg'],
  ])('of %j is %j', (given, expected) => {
    expect(datasetFileName(originalImageName(given), 'jpeg')).toBe(expected);
  });

  it.each([
    ['', 'validation-failed out-of-range'],
    ['a'.repeat(256), 'validation-failed out-of-range'],
    ['🦝'.repeat(255), 'accepted'],
    ['a\0.jpg', 'validation-failed control-character'],
    ['a\r\nX-Evil: 1.jpg', 'validation-failed control-character'],
    ['gpj.\u202ejpg', 'validation-failed control-character'],
    ['\ud800.jpg', 'validation-failed control-character'],
  ])('%j as given is judged: %s', (given, verdict) => {
    expect(codeOf(() => originalImageName(given))).toBe(verdict);
  });

  it('ends as its bytes are, or the file is refused', () => {
    expect(codeOf(() => datasetFileName('a.png', 'jpeg'))).toBe('unsupported-image extension-mismatch');
    expect(codeOf(() => datasetFileName('a.svg', 'png'))).toBe('unsupported-image extension-mismatch');
    expect(datasetFileName('a.webp', 'webp')).toBe('images/a.webp');
  });

  it('is numbered before its ending', () => {
    expect(numberedFileName('images/a.b.jpg', 2)).toBe('images/a.b-2.jpg');
  });
});
