import { setImmediate as tick, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GatheredQuestions } from './gathered-questions.js';

describe('gathered questions', () => {
  it('go together by tick, wait while two groups are under way, and get each its own answer', async () => {
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
    answers.push(questions.load(3));
    await sleep(5);
    answers.push(questions.load(4));
    await sleep(5);
    answers.push(questions.load(5));
    await sleep(5);
    expect(groups).toEqual([[1, 2], [3]]);
    gates[0]?.();
    await sleep(5);
    expect(groups).toEqual([[1, 2], [3], [4, 5]]);
    gates.forEach((open) => open());
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5].map((one) => `answer ${one}`));
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
