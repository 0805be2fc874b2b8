import { useCallback, useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import { scrolledTo, scrollWindow, type ScrollWindow } from './scroll-window.js';

interface ListSize {
  readonly rows: number;
  readonly rowHeight: number;
}

const isSame = (a: ScrollWindow, b: ScrollWindow): boolean => a.first === b.first && a.end === b.end && a.height === b.height && a.offset === b.offset;

/** Height of what lies over the list at the window's top: the page's header and the filters. */
const COVERED_PIXELS = 112;

/** Follows the window's own scrolling; draws anew only when other rows are seen. */
export function useScrollWindow(list: RefObject<HTMLElement | null>, { rows, rowHeight }: ListSize): { readonly window: ScrollWindow; readonly show: (row: number) => void } {
  const look = useCallback((): ScrollWindow => {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    return scrollWindow({ scrolled: -top, viewport: window.innerHeight, rowHeight, rows });
  }, [list, rows, rowHeight]);
  const [seen, setSeen] = useState<ScrollWindow>(look);
  useLayoutEffect(() => setSeen((before) => keepSame(before, look())), [look]);
  useEffect(() => {
    let frame = 0;
    const soon = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setSeen((before) => keepSame(before, look())));
    };
    window.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', soon);
      window.removeEventListener('resize', soon);
    };
  }, [look]);
  /** Scrolls no further than is needed to see the whole row. */
  const show = useCallback(
    (row: number): void => {
      const top = (list.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
      const at = top + scrolledTo(row, { viewport: window.innerHeight, rowHeight, rows });
      if (at - COVERED_PIXELS < window.scrollY) window.scrollTo({ top: Math.max(0, at - COVERED_PIXELS) });
      else if (at + rowHeight > window.scrollY + window.innerHeight) window.scrollTo({ top: at + rowHeight - window.innerHeight });
    },
    [list, rows, rowHeight],
  );
  return { window: seen, show };
}

const keepSame = (before: ScrollWindow, after: ScrollWindow): ScrollWindow => (isSame(before, after) ? before : after);
