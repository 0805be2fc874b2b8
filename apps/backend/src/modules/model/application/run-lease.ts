/** Longer than any batch; who has a run in hand says so after each. */
export const RUN_LEASE_SECONDS = 60;
