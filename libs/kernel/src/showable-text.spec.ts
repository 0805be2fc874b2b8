import { describe, expect, it } from 'vitest';
import { isShowable, showable } from './showable-text.js';

describe('showable text', () => {
  it.each(['고양이', 'a b', '😀', 'مرحبا', '\ufffd', '<script>', "'; drop table--", ''])('lets %j through', (text) => {
    expect(isShowable(text)).toBe(true);
    expect(showable(text)).toBe(text);
  });

  it.each(['\u0000', 'a\nb', '\u001b[31m', '\u0085', '\ud83d', 'x\ude00', '\u202egpj.exe', '\u2066'])('finds what is wrong in %j', (text) => {
    expect(isShowable(text)).toBe(false);
    expect(isShowable(showable(`${text}${text}`))).toBe(true);
    expect(showable(text)).toHaveLength(text.length);
  });
});
