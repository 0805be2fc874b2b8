import { useCallback, useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import { scrollWindow, type ScrollWindow } from '../gallery/scroll-window.js';

interface Strip {
  readonly count: number;
  /** Pixels of each along the way. */
  readonly size: number;
  readonly axis: 'x' | 'y';
}
export interface StripWindow {
  /** Those to draw: `first` up to but not with `end`. */
  readonly first: number;
  readonly end: number;
  /** Pixels of all. */
  readonly length: number;
  /** Scrolls no further than is needed; `centred` brings it into the middle. */
  readonly show: (index: number, centred?: boolean) => void;
}

/** Which of many equal rows or frames are seen in a scrolling element: only those exist in the page. */
export function useStripWindow(scroller: RefObject<HTMLElement | null>, { count, size, axis }: Strip): StripWindow {
  const look = useCallback((): ScrollWindow => {
    const element = scroller.current;
    const [scrolled, viewport] = element === null ? [0, 0] : axis === 'x' ? [element.scrollLeft, element.clientWidth] : [element.scrollTop, element.clientHeight];
    return scrollWindow({ scrolled, viewport, rowHeight: size, rows: count });
  }, [scroller, axis, size, count]);
  const [seen, setSeen] = useState<ScrollWindow>(look);
  const update = useCallback(() => {
    const now = look();
    setSeen((before) => (before.first === now.first && before.end === now.end ? before : now));
  }, [look]);
  useLayoutEffect(update, [update]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const resized = new ResizeObserver(update);
    resized.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, [scroller, update]);
  const show = useCallback(
    (index: number, centred = false): void => {
      const element = scroller.current;
      if (element === null) return;
      const [at, length] = axis === 'x' ? [element.scrollLeft, element.clientWidth] : [element.scrollTop, element.clientHeight];
      const start = index * size;
      const nearest = start < at ? start : start + size > at + length ? start + size - length : at;
      const to = centred ? start - (length - size) / 2 : nearest;
      if (axis === 'x') element.scrollLeft = to;
      else element.scrollTop = to;
    },
    [scroller, axis, size],
  );
  return { first: seen.first, end: Math.min(seen.end, count), length: count * size, show };
}
