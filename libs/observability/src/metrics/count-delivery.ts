import type { Metrics } from './metrics.js';

/** What became of one delivery of an event; as libs/messaging tells it. */
export function countDelivery(metrics: Pick<Metrics, 'count' | 'observe'>, { consumer, outcome, seconds }: { readonly consumer: string; readonly outcome: string; readonly seconds: number }): void {
  metrics.count('vision_messages_handled_total', { consumer, outcome });
  metrics.observe('vision_message_handling_seconds', { consumer }, seconds);
}
