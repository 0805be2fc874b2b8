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
  readonly help: boolean;
}

export const HELP = `Usage: npm start -- [options]

  --data DIR              folder of all data (default .data)
  --port N                port of the web page and the API (default 3000; 0 takes a free one)
  --host ADDRESS          address to listen on (default 127.0.0.1; 0.0.0.0 lets colleagues on the network in)
  --public-url URL        address that browsers use, when it is not http://HOST:PORT
  --store-public-url URL  address of the object store that browsers use
  --store-port N          port of the object store (default: a free one)
  --json                  print one line of JSON when ready, everything else on standard error
  --help                  this text
`;

/** Reads the command line. Throws one sentence for what it does not know. */
export function parseOptions(args: readonly string[]): StandaloneOptions {
  const values = readArgs(args);
  return {
    dataDirectory: resolve(values.data ?? '.data'),
    port: port('--port', values.port ?? '3000'),
    host: values.host ?? '127.0.0.1',
    publicUrl: address('--public-url', values['public-url']),
    storePublicUrl: address('--store-public-url', values['store-public-url']),
    storePort: port('--store-port', values['store-port'] ?? '0'),
    json: values.json ?? false,
    help: values.help ?? false,
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
        help: { type: 'boolean', short: 'h' },
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
