import { describe, expect, it } from 'vitest';
import { egressUsd, monthForecast, requestsUsd, storageUsd, type Prices } from './prices.js';

const R2: Prices = { storageGbMonth: 0.015, classAMillion: 4.5, classBMillion: 0.36, egressGb: 0 };

describe('prices', () => {
  it('are those of R2’s own example: 1,000 objects of 1 GB for a month, before what is free', () => {
    expect(storageUsd(R2, 1_000e9)).toBe(15);
    expect(requestsUsd(R2, { classA: 1_000, classB: 1_000_000 })).toBe(0.3645);
    expect(egressUsd(R2, 1e12)).toBe(0);
  });

  it('do not lose a single request', () => {
    expect(requestsUsd(R2, { classA: 3, classB: 0 })).toBe(0.0000135);
    expect(requestsUsd(R2, { classA: 0, classB: 1 })).toBe(0.00000036);
    expect(egressUsd({ ...R2, egressGb: 0.09 }, 2e9)).toBe(0.18);
  });

  it('go on for a month as it went so far, and the first day counts whole', () => {
    expect(monthForecast({ classA: 100, classB: 1 }, new Date('2026-11-11T00:00:00Z'))).toEqual({ classA: 300, classB: 3 });
    expect(monthForecast({ classA: 100, classB: 0 }, new Date('2026-11-01T00:30:00Z'))).toEqual({ classA: 3_000, classB: 0 });
    expect(monthForecast({ classA: 310, classB: 0 }, new Date('2026-12-31T23:59:59.999Z'))).toEqual({ classA: 310, classB: 0 });
  });
});
