import { networkInterfaces } from 'node:os';
import type { StandaloneOptions } from './options.js';

type Where = Pick<StandaloneOptions, 'host' | 'publicUrl' | 'storePublicUrl'>;

/** Listens on every address of the machine. */
function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** `http://host:port` as this machine reaches what listens on `host`. */
export function localUrl(host: string, port: number): string {
  if (isEverywhere(host)) return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What browsers are told to use. */
export function publicUrl(options: Where, port: number): string {
  return options.publicUrl ?? localUrl(options.host, port);
}

/** The addresses under which colleagues find `port`; none while it listens on one address only. */
export function networkUrls(options: Where, port: number): string[] {
  return isEverywhere(options.host) ? networkHosts().map((host) => `http://${host}:${port}`) : [];
}

/** Where browsers find the embedded store: what was given, else the first address on the network when colleagues shall reach it. */
export function storePublicUrl(options: Where, endpoint: string): string {
  if (options.storePublicUrl !== undefined) return options.storePublicUrl;
  const [first] = networkUrls(options, Number(new URL(endpoint).port));
  return first ?? endpoint;
}

/** Origins of the page, for the store's CORS rules. */
export function pageOrigins(options: Where, port: number): string[] {
  const origins = [publicUrl(options, port), localUrl(options.host, port), `http://localhost:${port}`, ...networkUrls(options, port)];
  return [...new Set(origins.map((url) => new URL(url).origin))];
}

function networkHosts(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((one) => one ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
