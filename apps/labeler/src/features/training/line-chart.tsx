import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import uPlot from 'uplot';
import classes from './line-chart.module.css';

export interface Series {
  readonly label: string;
  /** A custom property of the page, such as `--chart-a`. */
  readonly colorVariable: string;
  /** Lengths of dashes and gaps in pixels; without: one line. */
  readonly dash?: readonly number[];
  /** Null breaks the line; undefined: no point here, and the line goes on. */
  readonly values: readonly Figure[];
  /** Drawn in place of the values, which then stand faintly behind; the legend tells the values. */
  readonly drawn?: readonly Figure[];
}
export type Figure = number | null | undefined;

interface LineChartProps {
  readonly x: readonly number[];
  readonly series: readonly Series[];
  /** What the picture says, for those who do not see it. */
  readonly label: string;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number | null) => string;
  /** The axes have less room than the legend. */
  readonly formatAxisX: (value: number) => string;
  readonly formatAxisY: (value: number) => string;
  /** The axis never shows less than this. */
  readonly yRange?: readonly [number, number];
  /** Where the x axis begins, and the distances that its marks may have. Epochs without a word. */
  readonly xAxis?: XAxis;
  /** What the legend says while nothing is pointed at: each line's last value, where lines end at different places. */
  readonly restText?: string;
}
export interface XAxis {
  readonly from: number;
  readonly steps: readonly number[];
}

const HEIGHT_PIXELS = 220;
const EPOCHS: XAxis = { from: 1, steps: [1, 2, 5, 10, 20, 50, 100, 200, 500] };
/** Many lines with a dot for each point are a heap of dots. */
const MOST_DOTS = 60;
const FAINT_WIDTH = 1;

/** Lines over epochs, drawn by uPlot on a canvas; the legend is text and follows the pointer. */
export function LineChart(props: LineChartProps): ReactElement {
  const { x, series, label, formatX, formatY, restText } = props;
  const holder = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  usePlot(holder, props, setPointed);
  const isPointed = pointed !== null && pointed < x.length;
  const at = isPointed ? pointed : x.length - 1;
  const resting = !isPointed && restText !== undefined;
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.legend}>
        <span className={classes.x}>{resting ? restText : x[at] === undefined ? '' : formatX(x[at])}</span>
        {series.map((one) => (
          <span key={one.label} className={classes.item}>
            <LineSample colorVariable={one.colorVariable} dash={one.dash} />
            {one.label}
            <strong>{formatY(resting ? lastOf(one.values) : valueAt(one.values, at))}</strong>
          </span>
        ))}
      </figcaption>
      <div ref={holder} role="img" aria-label={label} style={{ height: HEIGHT_PIXELS }} />
    </figure>
  );
}

/** How a line looks, for legends and tables. */
export function LineSample({ colorVariable, dash }: Pick<Series, 'colorVariable' | 'dash'>): ReactElement {
  return (
    <svg className={classes.line} viewBox="0 0 28 4" width={28} height={4} aria-hidden="true">
      <path d="M0 2h28" stroke={`var(${colorVariable})`} strokeWidth={2.5} strokeDasharray={dash?.join(' ')} />
    </svg>
  );
}

/** Between two points of a line that has none here: the one before. */
function valueAt(values: readonly Figure[], at: number): number | null {
  return values.slice(0, at + 1).findLast((one) => one !== undefined) ?? null;
}

const lastOf = (values: readonly Figure[]): number | null => values.findLast((one) => typeof one === 'number') ?? null;

/** Made anew when the look changes (scheme, number of lines); new points are only handed over. */
function usePlot(holder: React.RefObject<HTMLDivElement | null>, props: LineChartProps, onPoint: (index: number | null) => void): void {
  const scheme = useComputedColorScheme('light');
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const data = useMemo(() => dataOf(props.x, props.series), [props.x, props.series]);
  const shape = props.series.map((one) => `${one.colorVariable}${one.dash?.join('-') ?? ''}${one.drawn === undefined ? '' : '~'}`).join() + (props.xAxis ?? EPOCHS).steps.join();
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(element, latest.current, onPoint), dataOf(latest.current.x, latest.current.series), element);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT_PIXELS }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [holder, scheme, shape, onPoint]);
  useEffect(() => plot.current?.setData(data), [data]);
}

/** The faint ones first, so that they lie behind. */
function dataOf(x: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  const faint = series.flatMap((one) => (one.drawn === undefined ? [] : [[...one.values]]));
  return [[...x], ...faint, ...series.map((one) => [...(one.drawn ?? one.values)])];
}

function optionsOf(element: HTMLElement, props: LineChartProps, onPoint: (index: number | null) => void): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: color('--mantine-color-dimmed'), font: `12px ${style.fontFamily}`, grid: { stroke: color('--chart-grid'), width: 1 }, ticks: { show: false } };
  const { from, steps } = props.xAxis ?? EPOCHS;
  const few = (values: readonly number[]): string[] => values.map((value) => (Number.isInteger(value) ? props.formatAxisX(value) : ''));
  return {
    width: Math.max(120, element.clientWidth),
    height: HEIGHT_PIXELS,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: { x: { time: false, range: (_, min, max) => [Math.min(from, min), Math.max(max, min + 1)] }, y: props.yRange === undefined ? {} : { range: spanOf(props.yRange) } },
    axes: [
      { ...axis, values: (_, splits) => few(splits), size: 34, incrs: [...steps] },
      { ...axis, size: 48, values: (_, splits) => splits.map((value) => props.formatAxisY(value)) },
    ],
    series: [
      {},
      ...props.series.flatMap((one) => (one.drawn === undefined ? [] : [{ stroke: color(one.colorVariable), alpha: 0.35, width: FAINT_WIDTH, points: { show: false }, spanGaps: false }])),
      ...props.series.map((one) => ({
        label: one.label,
        stroke: color(one.colorVariable),
        width: 2,
        dash: one.dash === undefined ? undefined : [...one.dash],
        points: { show: one.drawn === undefined && props.x.length <= MOST_DOTS, size: 6, fill: color('--mantine-color-body') },
        spanGaps: false,
      })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

function spanOf([low, high]: readonly [number, number]): (plot: uPlot, min: number | null, max: number | null) => [number, number] {
  return (_, min, max) => [Math.min(low, min ?? low), Math.max(high, max ?? high)];
}
