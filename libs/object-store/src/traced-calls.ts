import type { S3Client } from '@aws-sdk/client-s3';
import { currentTraceparent, failureOf, tellSpan } from '@app/observability';

/** A version of ten thousand images is ten thousand reads: of those only the slow ones are told. */
const SLOW_READ_MILLISECONDS = 50;
const READS = new Set(['GetObjectCommand', 'HeadObjectCommand', 'HeadBucketCommand']);

/** A span for each call of the client that belongs to a trace, its tries together; keys are data of the trace, signatures and headers are not. */
export function traceCalls(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName = 'unknown' }) =>
      async (given) => {
        const parent = currentTraceparent();
        if (parent === undefined) return next(given);
        const begunAt = new Date();
        const tell = (failure?: string): void => {
          if (failure === undefined && READS.has(commandName) && Date.now() - begunAt.getTime() < SLOW_READ_MILLISECONDS) return;
          tellSpan(`store ${commandName.replace(/Command$/, '')}`, { kind: 'client', parent, begunAt, attributes: { 'rpc.system': 'aws-api', ...keyOf(given.input) }, ...(failure === undefined ? {} : { failure }) });
        };
        try {
          const answer = await next(given);
          tell();
          return answer;
        } catch (error) {
          tell(failureOf(error));
          throw error;
        }
      },
    { step: 'initialize', name: 'traceCalls', priority: 'low' },
  );
}

function keyOf(input: object): { 'aws.s3.key'?: string } {
  return 'Key' in input && typeof input.Key === 'string' ? { 'aws.s3.key': input.Key } : {};
}
