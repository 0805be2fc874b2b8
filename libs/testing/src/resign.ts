import { createHash, createHmac } from 'node:crypto';

export interface ResignedRequest {
  readonly method: string;
  /** Path as it is sent; its canonical form goes into the signature. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ResigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const encode = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Path and query of the same request, presigned anew with this key. Source: AWS, "Authenticating Requests: Using Query Parameters". */
export function resigned(request: ResignedRequest, key: ResigningKey): string {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${date.slice(0, 8)}/auto/s3/aws4_request`;
  const names = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))].sort();
  const parameters: [string, string][] = [
    ...request.query,
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'],
    ['X-Amz-Credential', `${key.accessKeyId}/${scope}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', '300'],
    ['X-Amz-SignedHeaders', names.join(';')],
  ];
  const query = parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
  const path = request.path.split('/').map((part) => encode(decodeURIComponent(part))).join('/');
  const headers = names.map((name) => `${name}:${request.headers[name] ?? ''}\n`).join('');
  const canonical = `${request.method}\n${path}\n${query}\n${headers}\n${names.join(';')}\nUNSIGNED-PAYLOAD`;
  const signingKey = hmac(hmac(hmac(hmac(`AWS4${key.secretAccessKey}`, date.slice(0, 8)), 'auto'), 's3'), 'aws4_request');
  const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`).toString('hex');
  return `${request.path}?${query}&X-Amz-Signature=${signature}`;
}
