/** How long each step of a stop may take, milliseconds; they run one after the other. The engine gets up to 8 s to hand its work back. */
export const STOP_BUDGETS = { job: 10_000, models: 3_000, consumer: 3_000, broker: 2_000, store: 5_000, metrics: 1_000, traces: 3_000, health: 1_000 };

/** Whoever ends this process gives it more (terminationGracePeriodSeconds). */
export const LONGEST_STOP_MILLISECONDS = Object.values(STOP_BUDGETS).reduce((sum, one) => sum + one, 0);
