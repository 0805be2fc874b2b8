import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type CounterName, type GaugeName, type HistogramName, type LabelsOf, type MeasuredApp, type MetricDefinition, type MetricName } from './metric-catalogue.js';
import { LabelGate } from './label-gate.js';
import { SampledGauges, type GaugeReading } from './sampled-gauges.js';

interface Held {
  readonly gate: LabelGate;
  readonly meter: Counter | Gauge | Histogram;
}

/**
 * The metrics of one process in a registry of their own. Names, labels and the values that labels may have are those of `METRICS`: a value that does not belong
 * there becomes `other`, so that no client can make the number of series grow.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly held = new Map<MetricName, Held>();
  private readonly samples: SampledGauges;

  /** `withProcess`: also what Node tells of the process and of its event loop. */
  constructor(app: MeasuredApp, options: { readonly withProcess: boolean } = { withProcess: true }) {
    for (const [name, definition] of definitionsOf(app)) this.held.set(name, { gate: new LabelGate(definition.labels), meter: meterOf(name, definition, this.registry) });
    if (options.withProcess) collectDefaultMetrics({ register: this.registry });
    this.samples = new SampledGauges((source) => this.count('vision_scrape_failures_total', { source }));
  }

  /** `by`: what is added, not negative. */
  count<N extends CounterName>(name: N, labels: LabelsOf<N>, by = 1): void {
    const { gate, meter } = this.of(name);
    if (meter instanceof Counter) meter.inc(gate.pass(labels), by);
  }

  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, seconds: number): void {
    const { gate, meter } = this.of(name);
    if (meter instanceof Histogram) meter.observe(gate.pass(labels), seconds);
  }

  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void {
    const { gate, meter } = this.of(name);
    if (meter instanceof Gauge) meter.set(gate.pass(labels), value);
  }

  /**
   * These gauges are read when somebody asks, at most once in five seconds. While reading fails, or takes longer than two seconds, they are absent: a figure of
   * before would look like one of now. `source` names it in `vision_scrape_failures_total`.
   */
  sample<N extends GaugeName>(source: string, names: readonly N[], read: () => Promise<readonly GaugeReading<N>[]>): void {
    const clear = (): void => names.forEach((name) => this.clear(name));
    this.samples.add({ source, clear, read: async () => (await read()).map(({ name, labels, value }) => () => this.set(name, labels, value)) });
  }

  /** Everything in the text format of Prometheus, and its content type. */
  async text(): Promise<{ readonly text: string; readonly contentType: string }> {
    await this.samples.refresh();
    return { text: await this.registry.metrics(), contentType: this.registry.contentType };
  }

  /** `reset` would leave the zero of a gauge without labels standing, `remove` asks for the labels of one that has some. */
  private clear(name: GaugeName): void {
    const { meter } = this.of(name);
    if (Object.keys(METRICS[name].labels).length > 0) meter.reset();
    else meter.remove();
  }

  private of(name: MetricName): Held {
    const held = this.held.get(name);
    if (held === undefined) throw new Error(`${name} is not a metric of this process; METRICS says whose it is`);
    return held;
  }
}

function definitionsOf(app: MeasuredApp): [MetricName, MetricDefinition][] {
  const all: [MetricName, MetricDefinition][] = namesOfMetrics().map((name) => [name, METRICS[name]]);
  return all.filter(([, definition]) => definition.apps.includes(app));
}

/** All names in METRICS. */
export const namesOfMetrics = (): MetricName[] => Object.keys(METRICS).filter((name): name is MetricName => name in METRICS);

function meterOf(name: MetricName, { type, help, labels, buckets }: MetricDefinition, registry: Registry): Counter | Gauge | Histogram {
  const common = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  switch (type) {
    case 'counter':
      return new Counter(common);
    case 'gauge':
      return new Gauge(common);
    case 'histogram':
      return new Histogram({ ...common, ...(buckets === undefined ? {} : { buckets: [...buckets] }) });
  }
}
