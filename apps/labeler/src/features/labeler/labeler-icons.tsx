import type { ReactElement } from 'react';

/** The labeler's own signs, on the same grid as those of the other pages. They load with it alone. */
const PATHS = {
  select: 'M4.5 3.5v12l3.2-3 2 4.3 2.2-1-2-4.2h4.4z',
  box: 'M3.5 5.5h13v9h-13zM2.5 4.5h2v2h-2zM15.5 4.5h2v2h-2zM2.5 13.5h2v2h-2zM15.5 13.5h2v2h-2z',
  polygon: 'M10 3 17 8.2 14.3 16.5H5.7L3 8.2zM10 2v2M16 8.2h2M14.3 15.6v1.8M5.7 15.6v1.8M2 8.2h2',
  keypoints: 'M6 5.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4M14.5 9.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4M6.5 18a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4M7.4 4.4l5.6 2.8M13.3 9.2l-5.5 5.9',
  brush: 'M16.5 3.5 9 11M9 11c-1.8-.3-3.4.6-3.9 2.3-.4 1.3-1 2-2.1 2.5 3 1.2 6.4.7 7.2-2 .3-1.2-.2-2.2-1.2-2.8',
  eraser: 'M8 16.5h8.5M11.7 4 16 8.3 8 16.3H5.2L3 14z M8 7.8 12.3 12',
  fill: 'M9 3.5 15.5 10 9 16 3.5 10.5zM7 5.5l-2-2M16.5 13c1 1.5 1.2 2.2 0 3-1.2-.8-1-1.5 0-3',
  eye: 'M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5M10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4',
  eyeOff: 'M3 3l14 14M8 5.3A8 8 0 0 1 10 5c4.7 0 7.5 5 7.5 5a13 13 0 0 1-2.3 2.8M5 6.9A13 13 0 0 0 2.5 10S5.3 15 10 15a7.6 7.6 0 0 0 2.6-.45',
  lock: 'M5 9h10v7.500H5zM7 9V6.500a3 3 0 0 1 6 0V9',
  unlock: 'M5 9h10v7.500H5zM7 9V6.500a3 3 0 0 1 5.8-1',
  undo: 'M7.5 4 4 7.5 7.5 11M4 7.500h7.500a4.5 4.5 0 0 1 0 9H8',
  redo: 'M12.5 4 16 7.5 12.5 11M16 7.500H8.500a4.5 4.5 0 0 0 0 9H12',
  nothing: 'M10 16.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M5.4 14.6 14.6 5.4',
  adjust: 'M10 16.500a6.5 6.5 0 1 0 0-13zM10 3.500a6.5 6.5 0 0 1 0 13',
  fit: 'M3.5 7.500v-4h4M12.5 3.500h4v4M16.5 12.500v4h-4M7.5 16.500h-4v-4',
  cloud: 'M6 15.500a3.5 3.5 0 0 1-.3-7A4.5 4.5 0 0 1 14.3 9a3.3 3.3 0 0 1-.3 6.500z',
  cloudOff: 'M3 3l14 14M6 15.500a3.5 3.5 0 0 1-.3-7M8.5 5.900A4.5 4.5 0 0 1 14.3 9a3.3 3.3 0 0 1 2.6 4.500M12.5 15.500H6',
} as const;
export type LabelerIconName = keyof typeof PATHS;

export function LabelerIcon({ name, size = 19 }: { readonly name: LabelerIconName; readonly size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
