import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { METRICS, Metrics, type MetricName } from '@app/observability';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const rulesFile = z.object({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Vision[A-Za-z]+$/),
          expr: z.string().min(10),
          for: z.string().regex(/^\d+m$/),
          labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string().min(10), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const dashboardFile = z.object({ panels: z.array(z.object({ id: z.number(), title: z.string(), targets: z.array(z.object({ expr: z.string(), refId: z.string() })).min(1) })).min(10) });

const alerts = rulesFile.parse(parse(read('docs/operate/alerts.yaml'))).groups.flatMap(({ rules }) => rules);
const panels = dashboardFile.parse(JSON.parse(read('docs/operate/dashboard.json'))).panels;
const expressions: readonly (readonly [string, string])[] = [...alerts.map(({ alert, expr }) => [alert, expr] as const), ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const))];

/** Told by Prometheus of each target, and given by its scrape configuration. */
const OF_PROMETHEUS = new Set(['up']);
const LABELS_OF_TARGETS = ['job', 'instance', 'le'];
const NAMES = /\b(?:(?:vision|nodejs|process)_[a-z0-9_]+|up)\b/g;

/** Every series name that a process tells. */
const told = new Set<string>();

beforeAll(async () => {
  for (const app of ['backend', 'training'] as const) {
    const { text } = await new Metrics(app).text();
    for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) for (const suffix of type === 'histogram' || type === 'summary' ? ['_bucket', '_count', '_sum'] : ['']) told.add(name + suffix);
  }
});

const metricOf = (series: string): MetricName | undefined => {
  const name = series.replace(/_(bucket|count|sum)$/, '');
  return [series, name].find((one): one is MetricName => one in METRICS);
};

describe('alerts and dashboard', () => {
  it.each(expressions)('%s asks for metrics that exist, by labels that they have', (_, expr) => {
    const names = [...expr.matchAll(NAMES)].map(([name]) => name).filter((name) => !OF_PROMETHEUS.has(name));
    for (const name of names) expect(told, name).toContain(name);
    const known = new Set([...LABELS_OF_TARGETS, ...names.flatMap((name) => Object.keys(METRICS[metricOf(name) ?? 'vision_outbox_unpublished'].labels))]);
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((one) => one.trim()));
    const matched = [...expr.matchAll(/[{,]\s*([a-z_]+)=/g)].map(([, label = '']) => label);
    for (const label of [...grouped, ...matched]) expect(known, label).toContain(label);
    expect((expr.match(/[([{]/g) ?? []).length).toBe((expr.match(/[)\]}]/g) ?? []).length);
  });

  it('match label values that can be', () => {
    const selectors = expressions.flatMap(([where, expr]) => [...expr.matchAll(/\b(vision_[a-z_]+)\{([^}]*)\}/g)].map(([, series = '', matchers = '']) => ({ where, series, matchers })));
    expect(selectors.length).toBeGreaterThan(5);
    for (const { where, series, matchers } of selectors) {
      const labels: Readonly<Record<string, readonly string[] | number>> = METRICS[metricOf(series) ?? 'vision_outbox_unpublished'].labels;
      for (const [, label = '', value = ''] of matchers.matchAll(/([a-z_]+)="([^"]*)"/g)) if (typeof labels[label] !== 'number') expect(labels[label], `${where}: ${label}`).toContain(value);
    }
  });

  it('show every metric of ours somewhere', () => {
    const shown = new Set(expressions.flatMap(([, expr]) => [...expr.matchAll(NAMES)].map(([name]) => metricOf(name))));
    const notShown = (Object.keys(METRICS) as MetricName[]).filter((name) => !shown.has(name));
    // What one worker does at this moment is for who looks at that worker; how zips begin is told by their bytes.
    expect(notShown).toEqual(['vision_snapshot_zips_total', 'vision_training_busy']);
  });
});

describe('the runbook', () => {
  it.each(alerts.map(({ alert, annotations }) => [alert, annotations.runbook] as const))('has a page for %s that says what it means, how to look and what to do', (alert, page) => {
    expect(existsSync(join(ROOT, page)), page).toBe(true);
    const text = read(page);
    expect(text.startsWith(`# ${alert}\n`)).toBe(true);
    for (const heading of ['## What it means', '## How to look', '## What to do']) expect(text).toMatch(new RegExp(`${heading}\\n\\n(1\\.|- )?.{15}`));
    expect(text).toContain(alerts.find((one) => one.alert === alert)?.expr);
  });

  it('has no page without an alert', () => {
    const pages = readdirSync(join(ROOT, 'docs/runbook')).filter((name) => name !== 'README.md');
    expect(pages.map((name) => `docs/runbook/${name}`).sort()).toEqual(alerts.map(({ annotations }) => annotations.runbook).sort());
  });
});
