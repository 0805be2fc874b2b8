import { describe, expect, it } from 'vitest';
import { MappedClasses, newClasses, type ClassTarget } from './class-mapping.js';

const classes = ['cat', 'Dog'].map((name, at) => ({ id: at * 5, name, color: '#000000', details: {} }));
const mapped = (mapping: Record<string, ClassTarget> = {}): MappedClasses => new MappedClasses(new Map(Object.entries(mapping)), { classes, nextClassId: 9 });

describe('the classes of a file', () => {
  it('are those of the same name, then of the same name in another case, then what `*` says', () => {
    expect(['cat', ' CAT', 'dog', 'wolf'].map((name) => mapped().targetOf(name))).toEqual([0, 0, 5, undefined]);
    expect(['cat', 'dog', 'wolf'].map((name) => mapped({ '*': 'skip' }).targetOf(name))).toEqual([0, 5, 'skip']);
    expect(mapped({ cat: 5, '*': 'create' }).targetOf('cat')).toBe(5);
  });

  it('that are new have one id each, which nobody has', () => {
    const some = mapped({ '*': 'create' });
    expect([some.idOf('wolf'), some.idOf('fox', { keypoints: ['nose'] }), some.idOf('wolf')]).toEqual([9, 10, 9]);
    expect(some.classes.byId.get(10)).toMatchObject({ name: 'fox', details: { keypoints: ['nose'] } });
    expect(some.classes.keypointCount(10)).toBe(1);
    expect(mapped({ wolf: 'skip' }).idOf('wolf')).toBeNull();
    expect(mapped().idOf('wolf')).toBeNull();
  });

  it('that are to be created and are there by now are those', () => {
    expect(mapped({ cat: 'create' }).idOf('cat')).toBe(0);
  });

  it('are made only where objects show them, with what the file tells of them', () => {
    const noted = [
      { name: 'wolf', count: 3, color: '#112233', details: { supercategory: 'animal', keypoints: ['nose', 'tail'], skeleton: [[1, 2]] } },
      { name: 'elk', count: 1, details: { supercategory: 'x'.repeat(201), keypoints: ['nose', 5], skeleton: [[1, -2]] } },
      { name: 'fox', count: 0, details: {} },
      { name: 'cat', count: 2, details: {} },
    ];
    const warned: string[] = [];
    const made = newClasses(noted, mapped({ '*': 'create' }), (name, field) => warned.push(`${name} ${field}`));
    expect(made).toEqual([{ name: 'wolf', color: '#112233', supercategory: 'animal', keypoints: ['nose', 'tail'], skeleton: [[1, 2]] }, { name: 'elk' }]);
    expect(warned).toEqual(['elk supercategory', 'elk keypoints', 'elk skeleton']);
  });
});
