import { describe, expect, it } from 'vitest';
import { isUuid, newId } from './ids.js';

describe('new ids', () => {
  it('are UUIDs of version 7 that differ, beyond one portion of random bytes', () => {
    const ids = Array.from({ length: 2_000 }, () => newId());
    expect(ids.every((id) => isUuid(id) && id[14] === '7' && '89ab'.includes(id[19] ?? ''))).toBe(true);
    expect(new Set(ids.map((id) => id.slice(14))).size).toBe(ids.length);
  });

  it('begin with the time that they were made at and sort by it', () => {
    const [early, late] = [newId(1), newId(Date.parse('2026-11-25T00:00:00Z'))];
    expect(early.startsWith('00000000-0001-7')).toBe(true);
    expect(Number.parseInt(late.slice(0, 13).replace('-', ''), 16)).toBe(Date.parse('2026-11-25T00:00:00Z'));
    expect(early < late).toBe(true);
  });
});
