import { setImmediate as tick, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GatheredQuestions } from './gathered-questions.js';

describe('gathered questions', () => {
  it('go together by tick, wait for a group as large as the one under way, or while two are, and get each its own answer', async () => {
    const groups: number[][] = [];
    const gates: (() => void)[] = [];
    const questions = new GatheredQuestions<number, string>(async (asked) => {
      groups.push([...asked]);
      await new Promise<void>((open) => gates.push(open));
      return asked.map((one) => `answer ${one}`);
    });
    const answers = [1, 2].map((one) => questions.load(one));
    await tick();
    await tick();
    // Fewer than are under way: the second group waits for one more.
    answers.push(questions.load(3));
    await sleep(5);
    expect(groups).toEqual([[1, 2]]);
    answers.push(questions.load(4));
    await sleep(5);
    // Two are under way.
    answers.push(questions.load(5), questions.load(6));
    await sleep(5);
    expect(groups).toEqual([[1, 2], [3, 4]]);
    gates[0]?.();
    await sleep(5);
    expect(groups).toEqual([[1, 2], [3, 4], [5, 6]]);
    gates[1]?.();
    answers.push(questions.load(7));
    await sleep(5);
    // One is under way, with more in it; when it has its answers, nothing is left to wait for.
    expect(groups).toHaveLength(3);
    gates[2]?.();
    await sleep(5);
    expect(groups).toEqual([[1, 2], [3, 4], [5, 6], [7]]);
    gates.forEach((open) => open());
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5, 6, 7].map((one) => `answer ${one}`));
  });

  it('fail together, and go on', async () => {
    let broken = true;
    const questions = new GatheredQuestions<number, number>(async (asked) => {
      await tick();
      if (broken) throw new Error('away');
      return asked;
    });
    const results = await Promise.allSettled([questions.load(1), questions.load(2)]);
    expect(results.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect(await questions.load(3)).toBe(3);
  });

  it('are at most 256 in one', async () => {
    const sizes: number[] = [];
    const questions = new GatheredQuestions<number, number>((asked) => (sizes.push(asked.length), Promise.resolve(asked)));
    await Promise.all(Array.from({ length: 600 }, (_, one) => questions.load(one)));
    expect(sizes).toEqual([256, 256, 88]);
  });
});
