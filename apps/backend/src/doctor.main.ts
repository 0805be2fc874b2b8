import { ensureBucketCors, storeDoctor, storeIsFit, type StoreCheck } from '@app/object-store';
import { backendEnvironment, BackendConfig, ConfigurationError } from './config/backend-config.js';

/** What the rest of the backend needs and the store does not. */
const UNUSED = { DATABASE_URL: 'postgres://nowhere.invalid/x', NATS_URL: 'nats://nowhere.invalid:4222', JWT_SECRET: 'nothing-is-signed-with-this-secret-here' };
const EXIT_CONFIG = 78;

/**
 * `npm run doctor`: examines the store that the environment names, and says what to change. Answers the exit status: 1 when something failed that must hold,
 * 78 when the environment is not enough.
 */
export async function runDoctor(environment: Readonly<Record<string, string | undefined>>, flags: { readonly json: boolean; readonly setCors: boolean }, print: (text: string) => void): Promise<number> {
  const config = configOf(environment, print);
  if (config === null) return EXIT_CONFIG;
  const { store, storeCheck } = config;
  const { pageOrigins, readonlyCredential } = storeCheck;
  if (flags.setCors && pageOrigins.length === 0) {
    print('--set-cors needs the address of the page: set PUBLIC_URL or PAGE_ORIGINS.');
    return EXIT_CONFIG;
  }
  if (flags.setCors) await ensureBucketCors(store, pageOrigins, 'set');
  const checks = await storeDoctor({ store, publicEndpoint: store.publicEndpoint, pageOrigins, ...(readonlyCredential === undefined ? {} : { readonlyCredential }) });
  print(flags.json ? JSON.stringify({ bucket: store.bucket, fit: storeIsFit(checks), checks }, null, 2) : report(checks, [...leftOut(storeCheck)]));
  return storeIsFit(checks) ? 0 : 1;
}

function configOf(environment: Readonly<Record<string, string | undefined>>, print: (text: string) => void): BackendConfig | null {
  const ofStore = Object.fromEntries(Object.entries(environment).filter(([name]) => name in backendEnvironment.shape && /^(S3_|PUBLIC_URL$|PAGE_ORIGINS$)/.test(name)));
  try {
    return BackendConfig.read({ ...UNUSED, ...ofStore });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    print(`The environment does not name a store: docs/store.md says what to set.\n${error.message}`);
    return null;
  }
}

function* leftOut(of: BackendConfig['storeCheck']): Iterable<string> {
  if (of.pageOrigins.length === 0) yield 'Not examined: whether browsers may use the bucket (set PUBLIC_URL).';
  if (of.readonlyCredential === undefined) yield 'Not examined: whether the training service can only read (set S3_READONLY_ACCESS_KEY_ID and S3_READONLY_SECRET_ACCESS_KEY).';
}

function report(checks: readonly StoreCheck[], notes: readonly string[]): string {
  const failed = checks.filter((check) => !check.ok);
  const must = failed.filter((check) => check.severity === 'must').length;
  const lines = checks.map((check) => `${check.ok ? 'ok    ' : check.severity === 'must' ? 'FAILED' : 'weak  '}  ${check.id.padEnd(24)}  ${check.means}`);
  const advice = failed.flatMap((check) => ['', `${check.id}: ${check.detail}.`, `  ${check.advice ?? ''}`]);
  return [...lines, ...advice, '', ...notes, verdict(checks.length, failed.length, must)].join('\n');
}

function verdict(all: number, failed: number, must: number): string {
  if (failed === 0) return `All ${all} checks passed: the store is fit.`;
  if (must === 0) return `${all - failed} of ${all} checks passed. The store can be used; what is weak stands above.`;
  return `${must} of ${all} checks failed that must hold. Change what stands above before the store is used.`;
}
