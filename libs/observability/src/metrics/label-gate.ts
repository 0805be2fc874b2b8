import type { LabelBound } from './metric-catalogue.js';

const OTHER = 'other';

/** Lets through the label values that a metric may have; every other one becomes `other`. */
export class LabelGate {
  private readonly seen = new Map<string, Set<string>>();

  constructor(private readonly bounds: Readonly<Record<string, LabelBound>>) {}

  pass(labels: Readonly<Record<string, string>>): Record<string, string> {
    const passed: Record<string, string> = {};
    for (const name of Object.keys(this.bounds)) passed[name] = this.bounded(name, labels[name] ?? OTHER);
    return passed;
  }

  private bounded(name: string, value: string): string {
    const bound = this.bounds[name];
    if (typeof bound !== 'number') return bound?.includes(value) === true ? value : OTHER;
    const seen = this.seen.get(name) ?? new Set();
    this.seen.set(name, seen);
    if (seen.has(value)) return value;
    if (seen.size >= bound) return OTHER;
    seen.add(value);
    return value;
  }
}
