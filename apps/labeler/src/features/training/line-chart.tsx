import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import uPlot from 'uplot';
import classes from './line-chart.module.css';

export interface Series {
  readonly label: string;
  /** A custom property of the page, such as `--chart-a`. */
  readonly colorVariable: string;
  readonly dashed?: boolean;
  readonly values: readonly (number | null)[];
}

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
}

const HEIGHT_PIXELS = 220;

/** Lines over epochs, drawn by uPlot on a canvas; the legend is text and follows the pointer. */
export function LineChart(props: LineChartProps): ReactElement {
  const { x, series, label, formatX, formatY } = props;
  const holder = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  usePlot(holder, props, setPointed);
  const at = pointed !== null && pointed < x.length ? pointed : x.length - 1;
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.legend}>
        <span className={classes.x}>{x[at] === undefined ? '' : formatX(x[at])}</span>
        {series.map((one) => (
          <span key={one.label} className={classes.item}>
            <span className={classes.line} data-dashed={one.dashed} style={{ borderTopColor: `var(${one.colorVariable})` }} />
            {one.label}
            <strong>{formatY(one.values[at] ?? null)}</strong>
          </span>
        ))}
      </figcaption>
      <div ref={holder} role="img" aria-label={label} style={{ height: HEIGHT_PIXELS }} />
    </figure>
  );
}

/** Made anew when the look changes (scheme, number of lines); new points are only handed over. */
function usePlot(holder: React.RefObject<HTMLDivElement | null>, props: LineChartProps, onPoint: (index: number | null) => void): void {
  const scheme = useComputedColorScheme('light');
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const data = useMemo(() => dataOf(props.x, props.series), [props.x, props.series]);
  const shape = props.series.map((one) => `${one.colorVariable}${one.dashed === true ? '-' : ''}`).join();
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

const dataOf = (x: readonly number[], series: readonly Series[]): uPlot.AlignedData => [[...x], ...series.map((one) => [...one.values])];

function optionsOf(element: HTMLElement, props: LineChartProps, onPoint: (index: number | null) => void): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: color('--mantine-color-dimmed'), font: `12px ${style.fontFamily}`, grid: { stroke: color('--chart-grid'), width: 1 }, ticks: { show: false } };
  const few = (values: readonly number[]): string[] => values.map((value) => (Number.isInteger(value) ? props.formatAxisX(value) : ''));
  return {
    width: Math.max(120, element.clientWidth),
    height: HEIGHT_PIXELS,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: { x: { time: false, range: (_, min, max) => [Math.min(1, min), Math.max(max, min + 1)] }, y: props.yRange === undefined ? {} : { range: spanOf(props.yRange) } },
    axes: [
      { ...axis, values: (_, splits) => few(splits), size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
      { ...axis, size: 48, values: (_, splits) => splits.map((value) => props.formatAxisY(value)) },
    ],
    series: [
      {},
      ...props.series.map((one) => ({
        label: one.label,
        stroke: color(one.colorVariable),
        width: 2,
        dash: one.dashed === true ? [7, 4] : undefined,
        points: { show: props.x.length <= 60, size: 6, fill: color('--mantine-color-body') },
        spanGaps: false,
      })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

function spanOf([low, high]: readonly [number, number]): (plot: uPlot, min: number | null, max: number | null) => [number, number] {
  return (_, min, max) => [Math.min(low, min ?? low), Math.max(high, max ?? high)];
}
