import { ensureBucketCors } from '../bucket-cors.js';
import { corsRules } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { TEXT, type Patient } from './patient.js';
import type { RawAnswer } from './raw-request.js';

const EVIL = 'https://evil.invalid';

/** The page may read and put, no other page may. Only with the page's origin known. */
export const CORS_CHECKS: readonly DoctorCheck[] = [
  { id: 'cors-rules', means: 'The bucket\'s CORS rules name the page and nobody else.', severity: 'should', advice: corsRules, run: ({ options }) => ensureBucketCors(options.store, options.pageOrigins ?? [], 'check') },
  { id: 'cors-get', means: 'The page can read an object by a presigned URL.', severity: 'must', advice: corsRules, run: (patient) => forPages(patient, async (origin) => allows(await got(patient, origin), origin)) },
  { id: 'cors-preflight-put', means: 'A browser lets the page put an object by a presigned URL.', severity: 'must', advice: corsRules, run: (patient) => forPages(patient, async (origin) => allows(await preflight(patient, origin), origin)) },
  { id: 'cors-put', means: 'The page sees the answer of its PUT, the ETag too.', severity: 'must', advice: corsRules, run: (patient) => forPages(patient, (origin) => putByPage(patient, origin)) },
  { id: 'cors-refusal', means: 'The page can tell a refusal from a broken network.', severity: 'should', advice: corsRules, run: (patient) => forPages(patient, (origin) => refusalIsReadable(patient, origin)) },
  { id: 'cors-evil-get', means: 'Another page cannot read an object, even with its URL.', severity: 'must', advice: corsRules, run: async (patient) => denies(await got(patient, EVIL)) },
  { id: 'cors-evil-put', means: 'Another page cannot put an object, even with a URL for it.', severity: 'must', advice: corsRules, run: async (patient) => denies(await preflight(patient, EVIL)) },
];

async function forPages(patient: Patient, check: (origin: string) => Promise<string | null>): Promise<string | null> {
  for (const origin of patient.options.pageOrigins ?? []) {
    const problem = await check(origin);
    if (problem !== null) return `${origin}: ${problem}`;
  }
  return null;
}

async function got(patient: Patient, origin: string): Promise<RawAnswer> {
  return patient.send({ method: 'GET', target: patient.target({ method: 'GET', key: await patient.writtenKey() }), headers: { origin } });
}

async function preflight(patient: Patient, origin: string): Promise<RawAnswer> {
  const { url } = patient.presignedPut(patient.freshKey());
  const headers = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,if-none-match,x-amz-checksum-sha256' };
  return patient.sendTo(url, { method: 'OPTIONS', headers });
}

async function putByPage(patient: Patient, origin: string): Promise<string | null> {
  const { url, headers } = patient.presignedPut(patient.freshKey());
  const answer = await patient.sendTo(url, { method: 'PUT', headers: { ...headers, origin }, body: TEXT });
  const exposed = textOf(answer, 'access-control-expose-headers').toLowerCase();
  if (!exposed.split(',').map((name) => name.trim()).some((name) => name === 'etag' || name === '*')) return 'the ETag is not exposed';
  return allows(answer, origin);
}

async function refusalIsReadable(patient: Patient, origin: string): Promise<string | null> {
  const target = patient.target({ method: 'GET', key: await patient.writtenKey() }).replace(/&X-Amz-Signature=.*$/, `&X-Amz-Signature=${'0'.repeat(64)}`);
  const answer = await patient.send({ method: 'GET', target, headers: { origin } });
  return allowedOrigin(answer) === origin || allowedOrigin(answer) === '*' ? null : 'the refusal has no CORS header';
}

function allows(answer: RawAnswer, origin: string): string | null {
  const allowed = allowedOrigin(answer);
  if (answer.status < 200 || answer.status > 299) return `it was answered ${answer.status}`;
  return allowed === origin || allowed === '*' ? null : 'the answer does not allow the page';
}

function denies(answer: RawAnswer): string | null {
  const allowed = allowedOrigin(answer);
  return allowed === EVIL || allowed === '*' ? `it is allowed to ${allowed === '*' ? 'every page' : 'whichever page asks'}` : null;
}

const allowedOrigin = (answer: RawAnswer): string => textOf(answer, 'access-control-allow-origin');

function textOf(answer: RawAnswer, name: string): string {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : '';
}
