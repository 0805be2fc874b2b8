import { describe, expect, it } from 'vitest';
import { makeFormatter, NO_VALUE } from './format.js';
import { preferredLanguage } from './languages.js';

const [ko, en] = [makeFormatter('ko', 'UTC'), makeFormatter('en', 'UTC')];

describe('makeFormatter', () => {
  it('tells sizes in decimal units with at most three figures or so', () => {
    expect([0, 999, 1000, 1_500, 99_900, 123_456, 1_460_000_000, 20e12].map(en.bytes)).toEqual(['0 B', '999 B', '1 kB', '1.5 kB', '99.9 kB', '123 kB', '1.5 GB', '20 TB']);
    expect(en.bytesPerSecond(2_400_000)).toBe('2.4 MB/s');
  });

  it('tells a duration by its two largest units', () => {
    expect([0, 0.4, 59.6, 60, 61, 3_600, 3_661, 90_061].map(en.duration)).toEqual(['0 sec', '0 sec', '1 min', '1 min', '1 min 1 sec', '1 hr', '1 hr 1 min', '1 day 1 hr']);
    expect([5, 200, 7_260].map(ko.duration)).toEqual(['5초', '3분 20초', '2시간 1분']);
    expect(en.duration(-3)).toBe('0 sec');
  });

  it('shows what is no number as such', () => {
    expect([en.decimal(null), en.decimal(Number.NaN), en.percent(null), ko.percent(Infinity)]).toEqual([NO_VALUE, NO_VALUE, NO_VALUE, NO_VALUE]);
    expect([en.decimal(0.12345), en.decimal(2, 1), en.percent(0.9634, 1)]).toEqual(['0.123', '2.0', '96.3%']);
  });

  it('tells dollars, and a little money is not none', () => {
    expect([0, 0.0000135, 0.00042, 0.0963, 0.1, 15, 1234.5].map(en.usd)).toEqual(['$0.00', '$0.000014', '$0.00042', '$0.096', '$0.10', '$15.00', '$1,234.50']);
    expect(ko.usd(0.0000135)).toBe('US$0.000014');
  });

  it('tells how long ago', () => {
    const now = Date.UTC(2026, 10, 24, 12);
    const before = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
    expect([0.2, 59, 60, 3_599, 86_400, 15 * 86_400].map((seconds) => en.ago(before(seconds), now))).toEqual(['now', '59 seconds ago', '1 minute ago', '59 minutes ago', 'yesterday', '2 weeks ago']);
    expect(ko.ago(before(180), now)).toBe('3분 전');
  });

  it('writes dates in the order of the language', () => {
    expect(en.date('2026-11-24T12:00:00Z')).toBe('Nov 24, 2026');
    expect(ko.date('2026-11-24T12:00:00Z')).toBe('2026. 11. 24.');
    expect(ko.time('2026-11-24T00:05:09Z')).toBe('00:05:09');
  });
});

describe('preferredLanguage', () => {
  it('takes what was chosen, else the first language that we speak', () => {
    expect(preferredLanguage('en', ['ko-KR'])).toBe('en');
    expect(preferredLanguage('xx', ['fr', 'ko-KR', 'en'])).toBe('ko');
    expect(preferredLanguage(null, ['EN-us', 'ko'])).toBe('en');
    expect(preferredLanguage(null, ['de'])).toBe('en');
  });
});
