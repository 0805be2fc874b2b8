export const IDEMPOTENT_ROUTE = 'vision:idempotent-route';
