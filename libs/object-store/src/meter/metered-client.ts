import type { S3Client } from '@aws-sdk/client-s3';
import type { StoreMeter } from './store-meter.js';
import { isStoreOperation } from './store-operations.js';

/** Not billed by R2: the request failed at the door. */
const REFUSED = new Set([401, 403]);
/** Of a request that never reached a store. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

interface Named {
  readonly Key?: string;
  readonly Prefix?: string;
  readonly Delete?: { readonly Objects?: readonly { readonly Key?: string }[] };
}

/** Counts each request of the client at the last moment, inside the retries: a try is a request, and one that no answer came to was sent all the same. */
export function meterClient(client: S3Client, meter: StoreMeter): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      if (!isStoreOperation(operation)) return next(args);
      const key = keyOf(args.input as Named);
      try {
        const result = await next(args);
        meter.count({ operation, kind: isRefused(result.response) ? 'refused' : 'sent', key });
        return result;
      } catch (error) {
        if (!NOT_SENT.has((error as { code?: string } | null)?.code ?? '')) meter.count({ operation, kind: 'sent', key });
        throw error;
      }
    },
    // Behind the deserializer, which throws for answers that say no.
    { step: 'deserialize', priority: 'low', name: 'storeMeter' },
  );
}

const keyOf = ({ Key, Prefix, Delete }: Named): string => Key ?? Prefix ?? Delete?.Objects?.[0]?.Key ?? '';

const isRefused = (response: unknown): boolean => REFUSED.has((response as { statusCode?: number } | null)?.statusCode ?? 0);
