import type { Environment } from '@app/configuration';
import { backendEnvironment, BackendConfig } from '../config/backend-config.js';

/** What the backend needs and these commands do not. */
const UNUSED = { NATS_URL: 'nats://nowhere.invalid:4222', JWT_SECRET: 'nothing-is-signed-with-this-secret-here' };

/** Of the backend's variables those that name database and store. Errors: `ConfigurationError`. */
export function commandConfig(environment: Environment): BackendConfig {
  const needed = Object.entries(environment).filter(([name]) => name in backendEnvironment.shape && /^(S3_|DATABASE_)/.test(name));
  return BackendConfig.read({ ...UNUSED, ...Object.fromEntries(needed) });
}

/** `1.2 GB` and the like. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power] ?? ''}`;
}
