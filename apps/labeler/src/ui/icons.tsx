import type { ReactElement } from 'react';

/** Our own line icons on a grid of 20: one weight, no fill, no licence but ours. Each stands beside a text or inside a labelled button. */
const PATHS = {
  dataset: 'M3.5 6.2 10 3l6.5 3.2L10 9.4zM3.5 10l6.5 3.2 6.5-3.2M3.5 13.8 10 17l6.5-3.2',
  training: 'M3 3.5V17h14M6 13c2.5 0 2.6-6.5 5-6.5 2 0 1.8 3 5-2',
  users: 'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 16.5c.4-3 2.3-4.5 5-4.5s4.6 1.5 5 4.5M13 4a2.7 2.7 0 0 1 0 5.2M14.5 12.3c1.7.5 2.7 1.9 3 4.2',
  user: 'M10 9.8a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M4 16.8c.5-3 2.8-4.5 6-4.5s5.5 1.5 6 4.5',
  upload: 'M10 13V3.5M6.5 7 10 3.5 13.5 7M3.5 13v2.5a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1V13',
  download: 'M10 3.5V13M6.5 9.5 10 13l3.5-3.5M3.5 14v1.5a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1V14',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l4 4',
  close: 'M5 5l10 10M15 5 5 15',
  check: 'M4 10.5 8 14.5 16 5.5',
  alert: 'M10 3.2 17.5 16.5h-15zM10 8.2v3.6M10 14.2v.1',
  stop: 'M7 3.5h6L16.5 7v6L13 16.5H7L3.5 13V7zM7.5 7.5l5 5M12.5 7.5l-5 5',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 6v4.2l2.8 1.6',
  play: 'M6.5 4v12L16 10z',
  retry: 'M16 10a6 6 0 1 1-1.9-4.4M16.2 2.8v3.4h-3.4',
  trash: 'M3.5 5.5h13M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11M8.5 8.7v5M11.5 8.7v5',
  copy: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
  key: 'M7 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M10.5 10h7M14.5 10v3M17.3 10v2.3',
  chevronDown: 'M5 7.5 10 12.5 15 7.5',
  chevronUp: 'M5 12.5 10 7.5 15 12.5',
  chevronRight: 'M7.5 5 12.5 10 7.5 15',
  chevronLeft: 'M12.5 5 7.5 10 12.5 15',
  edit: 'M4 16l.8-3.4L13.3 4.1a1.5 1.5 0 0 1 2.1 0l.5.5a1.5 1.5 0 0 1 0 2.1L7.4 15.2zM11.8 5.6l2.6 2.6',
  keyboard: 'M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1',
  moon: 'M16.5 11.5A6.8 6.8 0 0 1 8.5 3.5a6.8 6.8 0 1 0 8 8z',
  auto: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 3v14M10 6h5.6M10 10h7M10 14h5.6',
  globe: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M3 10h14M10 3c2.2 2.2 3 4.5 3 7s-.8 4.8-3 7c-2.2-2.2-3-4.5-3-7s.8-4.8 3-7',
  logOut: 'M12 3.5H4.5v13H12M8.5 10H17M14 7l3 3-3 3',
  sparkle: 'M10 3l1.7 5.3L17 10l-5.3 1.7L10 17l-1.7-5.3L3 10l5.3-1.7zM16 3v2.5M14.8 4.2h2.5',
  plus: 'M10 4v12M4 10h12',
  box: 'M3.5 6.5 10 3l6.5 3.5v7L10 17l-6.5-3.5zM3.5 6.5 10 10l6.5-3.5M10 10v7',
  dots: 'M5 10h.01M10 10h.01M15 10h.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={name === 'dots' ? 2.6 : 1.6} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a frame around what is looked at. */
export function Mark({ size = 26 }: { readonly size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b6e6b" />
      <path d="M8 12V8h4M20 8h4v4M24 20v4h-4M12 24H8v-4" fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round" />
      <circle cx="16" cy="16" r="3.6" fill="#ffd166" />
    </svg>
  );
}
