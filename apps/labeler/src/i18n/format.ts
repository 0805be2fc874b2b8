import type { Language } from './languages.js';

/** Numbers, sizes, times and dates in the reader's language: pure, by Intl. */
export interface Formatter {
  readonly count: (value: number) => string;
  readonly decimal: (value: number | null, digits?: number) => string;
  /** 0..1. */
  readonly percent: (fraction: number | null, digits?: number) => string;
  readonly bytes: (bytes: number) => string;
  /** US dollars, with the first two digits that are none of zero: 0.00001 is something else than nothing. */
  readonly usd: (value: number) => string;
  readonly bytesPerSecond: (bytes: number) => string;
  /** "1 hr 4 min": the two largest units. */
  readonly duration: (seconds: number) => string;
  readonly dateTime: (iso: string) => string;
  readonly date: (iso: string) => string;
  readonly time: (iso: string) => string;
  /** "3 minutes ago". */
  readonly ago: (iso: string, nowMilliseconds: number) => string;
}

/** Shown where a figure is unknown or was not finite. */
export const NO_VALUE = '–';

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const DURATION_UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;
const AGO_UNITS = [
  { unit: 'year', seconds: 31_557_600 },
  { unit: 'month', seconds: 2_629_800 },
  { unit: 'week', seconds: 604_800 },
  ...DURATION_UNITS,
] as const;

export function makeFormatter(language: Language, timeZone?: string): Formatter {
  const plain = new Intl.NumberFormat(language);
  const list = new Intl.ListFormat(language, { type: 'unit', style: 'narrow' });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone });
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const decimal = (value: number | null, digits = 3): string =>
    value === null || !Number.isFinite(value) ? NO_VALUE : new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  const percent = (fraction: number | null, digits = 0): string =>
    fraction === null || !Number.isFinite(fraction) ? NO_VALUE : new Intl.NumberFormat(language, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(fraction);
  const bytes = (value: number): string => {
    const power = value < 1000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(value) / 3));
    const scaled = value / 1000 ** power;
    const digits = power === 0 || scaled >= 100 ? 0 : 1;
    return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(scaled)} ${BYTE_UNITS[power] ?? 'B'}`;
  };
  const usd = (value: number): string => {
    const digits = value === 0 || value >= 0.1 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumSignificantDigits: 2 };
    return new Intl.NumberFormat(language, { style: 'currency', currency: 'USD', ...digits }).format(value);
  };
  const duration = (seconds: number): string => list.format(partsOf(seconds).map(({ unit, value }) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: language === 'ko' ? 'long' : 'short' }).format(value)));
  const ago = (iso: string, nowMilliseconds: number): string => {
    const seconds = (Date.parse(iso) - nowMilliseconds) / 1000;
    const fitting = AGO_UNITS.find((one) => Math.abs(seconds) >= one.seconds) ?? { unit: 'second', seconds: 1 };
    const value = Math.trunc(seconds / fitting.seconds);
    return relative.format(Object.is(value, -0) ? 0 : value, fitting.unit);
  };
  return {
    count: (value) => plain.format(value),
    decimal,
    percent,
    bytes,
    usd,
    bytesPerSecond: (value) => `${bytes(value)}/s`,
    duration,
    dateTime: (iso) => dateTime.format(new Date(iso)),
    date: (iso) => date.format(new Date(iso)),
    time: (iso) => time.format(new Date(iso)),
    ago,
  };
}

function partsOf(seconds: number): { unit: 'day' | 'hour' | 'minute' | 'second'; value: number }[] {
  const whole = Math.max(0, Math.round(seconds));
  const first = Math.max(0, DURATION_UNITS.findIndex((one) => whole >= one.seconds));
  const from = whole === 0 ? DURATION_UNITS.length - 1 : first;
  let rest = whole;
  const parts = DURATION_UNITS.slice(from, from + 2).map(({ unit, seconds: length }) => {
    const value = Math.floor(rest / length);
    rest -= value * length;
    return { unit, value };
  });
  return parts.filter((part, index) => index === 0 || part.value > 0);
}
