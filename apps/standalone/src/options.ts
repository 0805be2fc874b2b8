import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalServiceError } from '@app/local-services';

export interface StandaloneOptions {
  readonly dataDirectory: string;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | undefined;
  readonly storePublicUrl: string | undefined;
  /** 0: a free one. */
  readonly storePort: number;
  readonly json: boolean;
}

/** Reads the command line; a relative folder is relative to `callersFolder`. Throws one sentence for what it does not know. */
export function parseOptions(args: readonly string[], callersFolder = process.cwd()): StandaloneOptions {
  const values = readArgs(args);
  const storePublicUrl = address('--store-public-url', values['store-public-url']);
  return {
    dataDirectory: values.data === undefined ? resolve('.data') : resolve(callersFolder, values.data),
    port: port('--port', values.port ?? '3000'),
    host: values.host ?? '127.0.0.1',
    publicUrl: address('--public-url', values['public-url']),
    storePublicUrl,
    // http://my-name:9000 means that the store listens on 9000; with https another program stands before it.
    storePort: port('--store-port', values['store-port'] ?? (storePublicUrl?.startsWith('http:') ? new URL(storePublicUrl).port || '0' : '0')),
    json: values.json ?? false,
  };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'public-url': { type: 'string' },
        'store-public-url': { type: 'string' },
        'store-port': { type: 'string' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new LocalServiceError(`${error instanceof Error ? error.message : String(error)} See npm start -- --help.`, { cause: error });
  }
}

function port(name: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new LocalServiceError(`${name} must be a number from 0 to 65535, not "${text}".`);
  return Number(text);
}

function address(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new LocalServiceError(`${name} must be an address that begins with http:// or https://, not "${text}".`);
  return text.replace(/\/$/, '');
}
