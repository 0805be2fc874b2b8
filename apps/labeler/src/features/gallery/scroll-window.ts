/** Browsers draw no element of more than some 17 to 33 million pixels: a longer gallery is scrolled faster than its rows pass by. */
const TALLEST_PIXELS = 12_000_000;
/** Rows that are ready above and below what is seen. */
const SPARE_ROWS = 1;

export interface WindowInput {
  /** How far the list's top has gone above the window's; negative: it is below. */
  readonly scrolled: number;
  /** Height of the window. */
  readonly viewport: number;
  readonly rowHeight: number;
  readonly rows: number;
}

export interface ScrollWindow {
  /** What the list occupies on the page. */
  readonly height: number;
  /** Rows to draw: `first` up to but not with `end`. */
  readonly first: number;
  readonly end: number;
  /** Where the first of them is drawn, from the list's top. */
  readonly offset: number;
}

const between = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Which rows are seen, and where they are drawn. */
export function scrollWindow({ scrolled, viewport, rowHeight, rows }: WindowInput): ScrollWindow {
  const total = rows * rowHeight;
  const height = Math.min(total, TALLEST_PIXELS);
  const seen = between(scrolled, 0, Math.max(0, height - viewport));
  const factor = factorOf({ viewport, rowHeight, rows });
  const position = seen * factor;
  const first = between(Math.floor(position / rowHeight) - SPARE_ROWS, 0, rows);
  const end = between(Math.ceil((position + viewport) / rowHeight) + SPARE_ROWS, first, rows);
  return { height, first, end, offset: first * rowHeight - position + seen };
}

/** How far the page is scrolled when this row is the first. */
export function scrolledTo(row: number, input: Omit<WindowInput, 'scrolled'>): number {
  return (row * input.rowHeight) / factorOf(input);
}

/** Pixels of rows for a pixel of the page: 1 but for lists that are too tall. */
function factorOf({ viewport, rowHeight, rows }: Omit<WindowInput, 'scrolled'>): number {
  const total = rows * rowHeight;
  return total <= TALLEST_PIXELS ? 1 : (total - viewport) / (TALLEST_PIXELS - viewport);
}
