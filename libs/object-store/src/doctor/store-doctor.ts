import { CONDITION_CHECKS } from './condition-checks.js';
import { CORS_CHECKS } from './cors-checks.js';
import { objectWrite } from './advice.js';
import type { DoctorCheck, StoreCheck } from './doctor-check.js';
import { KEY_CHECKS } from './key-checks.js';
import { MULTIPART_CHECKS } from './multipart-checks.js';
import { Patient, type StoreDoctorOptions } from './patient.js';
import { READ_CHECKS } from './read-checks.js';
import { READONLY_CHECKS } from './readonly-checks.js';
import { SIGNATURE_CHECKS } from './signature-checks.js';
import { SIGNED_PUT_CHECKS } from './signed-put-checks.js';

const REACHABLE: DoctorCheck = {
  id: 'reachable',
  means: 'The store answers, and the credential writes and deletes.',
  severity: 'must',
  advice: (patient) => `Check S3_ENDPOINT (now ${patient.options.store.endpoint ?? 'of AWS'}), S3_BUCKET (now ${patient.bucket}), S3_REGION and the pair of keys. ${objectWrite(patient)}`,
  run: async (patient) => {
    const key = await patient.writtenKey();
    await patient.store.delete([key]);
    return null;
  },
};

const CLEAN: DoctorCheck = {
  id: 'leaves-nothing',
  means: 'What the doctor wrote is gone again.',
  severity: 'must',
  advice: objectWrite,
  run: async (patient) => {
    await patient.cleanUp();
    return (await patient.keys()).length === 0 ? null : `objects are left under ${patient.prefix}`;
  },
};

/**
 * Tries on the real bucket what the product relies on (design/reliability.md, "Store doctor"), under a prefix of its own, and removes what it wrote.
 * Never throws: a store that does not answer is one failed check, `reachable`, and the others are not made.
 */
export async function storeDoctor(options: StoreDoctorOptions): Promise<StoreCheck[]> {
  const patient = new Patient(options);
  try {
    const first = await examined(REACHABLE, patient);
    if (!first.ok) return [first];
    const results = [first];
    for (const check of checksFor(options)) results.push(await examined(check, patient));
    return [...results, await examined(CLEAN, patient)];
  } finally {
    await patient.cleanUp().catch(() => undefined);
    patient.close();
  }
}

/** True when the product can be run on this store: nothing that must hold has failed. */
export const storeIsFit = (checks: readonly StoreCheck[]): boolean => checks.every((check) => check.ok || check.severity === 'should');

function checksFor(options: StoreDoctorOptions): DoctorCheck[] {
  const always = [...SIGNATURE_CHECKS, ...SIGNED_PUT_CHECKS, ...KEY_CHECKS, ...CONDITION_CHECKS, ...MULTIPART_CHECKS, ...READ_CHECKS];
  const cors = options.pageOrigins === undefined || options.pageOrigins.length === 0 ? [] : CORS_CHECKS;
  const readonly = options.readonlyCredential === undefined ? [] : READONLY_CHECKS;
  return [...always, ...cors, ...readonly].filter((check) => options.depth !== 'quick' || check.heavy !== true);
}

async function examined(check: DoctorCheck, patient: Patient): Promise<StoreCheck> {
  const { id, means, severity } = check;
  const problem = await check.run(patient).catch((error: unknown) => (error instanceof Error ? error.message : 'it failed'));
  return { id, means, severity, ok: problem === null, detail: problem ?? 'as it should be', advice: problem === null ? null : check.advice(patient) };
}
