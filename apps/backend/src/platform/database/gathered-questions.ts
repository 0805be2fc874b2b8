/** In one statement. */
const MOST_TOGETHER = 256;
/** On their way at once; the second when it is as large as the first. What comes meanwhile gathers for the next: the busier it is, the more go together. */
const MOST_UNDER_WAY = 2;

interface Waiting<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/** Questions of many requests, asked of the database together: those of one tick, and those that come while others are being answered. Nothing is kept. */
export class GatheredQuestions<Q, A> {
  private queue: Waiting<Q, A>[] = [];
  private underWay = 0;
  private asked = 0;
  private planned = false;

  /** `ask` answers in the order of the questions. */
  constructor(private readonly ask: (questions: readonly Q[]) => Promise<readonly A[]>) {}

  load(question: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.queue.push({ question, resolve, reject });
      this.plan();
    });
  }

  private plan(): void {
    if (this.planned || this.underWay >= MOST_UNDER_WAY || this.queue.length === 0 || this.queue.length < this.asked) return;
    this.planned = true;
    setImmediate(() => {
      this.planned = false;
      void this.round();
    });
  }

  private async round(): Promise<void> {
    const batch = this.queue.splice(0, MOST_TOGETHER);
    this.underWay += 1;
    this.asked += batch.length;
    this.plan();
    try {
      const answers = await this.ask(batch.map((one) => one.question));
      batch.forEach(({ resolve }, index) => resolve(answers[index] as A));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.underWay -= 1;
      this.asked -= batch.length;
      this.plan();
    }
  }
}
