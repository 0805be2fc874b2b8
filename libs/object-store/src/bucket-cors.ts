import { GetBucketCorsCommand, PutBucketCorsCommand, type CORSRule, type S3Client } from '@aws-sdk/client-s3';
import { createS3Client, type S3ClientOptions } from './s3-client.js';

/** What the page needs: it shows objects and puts them with the signed headers of a presigned URL. */
const METHODS = ['GET', 'HEAD', 'PUT'];
const HEADERS = ['content-type', 'if-none-match', 'x-amz-checksum-sha256'];
const EXPOSED = ['ETag'];

/**
 * Checks the bucket's CORS rules for these page origins, and with `set` writes them first. Null when pages of exactly these origins can read and
 * put; else one sentence that says what is wrong. Never throws for a refusal or an outage: that is a sentence too.
 */
export async function ensureBucketCors(options: S3ClientOptions, origins: readonly string[], mode: 'check' | 'set'): Promise<string | null> {
  const client = createS3Client(options);
  try {
    if (mode === 'set') await put(client, options.bucket, origins);
    return corsProblem(await rulesOf(client, options.bucket), origins);
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
    if (status === 403) return `The credential may not ${mode === 'set' ? 'set' : 'read'} the CORS rules of the bucket: do it in the console of the store.`;
    return 'The CORS rules of the bucket could not be read: the store does not answer as expected.';
  } finally {
    client.destroy();
  }
}

const ruleFor = (origins: readonly string[]): CORSRule => ({ AllowedOrigins: [...origins], AllowedMethods: METHODS, AllowedHeaders: HEADERS, ExposeHeaders: EXPOSED, MaxAgeSeconds: 3_000 });

/** The rules as JSON, to paste into the console of R2 or S3. */
export const corsDocument = (origins: readonly string[]): string => JSON.stringify([ruleFor(origins)]);

async function put(client: S3Client, Bucket: string, origins: readonly string[]): Promise<void> {
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [ruleFor(origins)] } }));
}

async function rulesOf(client: S3Client, Bucket: string): Promise<readonly CORSRule[]> {
  try {
    return (await client.send(new GetBucketCorsCommand({ Bucket }))).CORSRules ?? [];
  } catch (error) {
    if ((error as { name?: string } | null)?.name === 'NoSuchCORSConfiguration') return [];
    throw error;
  }
}

/** Null when the rules let pages of exactly these origins read and put. */
export function corsProblem(rules: readonly CORSRule[], origins: readonly string[]): string | null {
  if (rules.length === 0) return 'The bucket has no CORS rule: browsers cannot read from it.';
  const foreign = rules.flatMap((rule) => rule.AllowedOrigins ?? []).find((origin) => !origins.includes(origin));
  if (foreign !== undefined) return `The bucket's CORS rules allow ${foreign}, which is not an origin of the page.`;
  for (const origin of origins) {
    const lacking = lackingFor(rules.filter((rule) => rule.AllowedOrigins?.includes(origin) === true));
    if (lacking !== null) return `The bucket's CORS rules lack ${lacking} for ${origin}.`;
  }
  return null;
}

/** Per method: a browser's request is judged by one rule that fits it whole. */
function lackingFor(rules: readonly CORSRule[]): string | null {
  for (const method of METHODS) {
    const fitting = rules.filter((rule) => rule.AllowedMethods?.includes(method) === true);
    if (fitting.length === 0) return `the method ${method}`;
    if (!fitting.some((rule) => includesAll(rule.ExposeHeaders, EXPOSED))) return 'the exposed header ETag';
    if (method === 'PUT' && !fitting.some((rule) => includesAll(rule.AllowedHeaders, HEADERS))) return `the allowed headers ${HEADERS.join(', ')}`;
  }
  return null;
}

function includesAll(given: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const names = new Set((given ?? []).map((name) => name.toLowerCase()));
  return names.has('*') || wanted.every((name) => names.has(name.toLowerCase()));
}
