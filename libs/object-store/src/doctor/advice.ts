import type { Patient } from './patient.js';
import { corsDocument } from '../bucket-cors.js';

/** What a store does by itself, whatever the bucket's settings. */
export const notFit = (what: string) => (): string =>
  `No setting of a bucket changes this. ${what} Look for a proxy, cache or CDN between S3_PUBLIC_ENDPOINT and the store and take it away; else use a store that does it: Cloudflare R2, Amazon S3 or the embedded one.`;

export const publicEndpoint = ({ options }: Patient): string =>
  `Set S3_PUBLIC_ENDPOINT to the address by which browsers reach the store's S3 API itself (now ${options.publicEndpoint}); a proxy there must pass the Host header, path, query and body unchanged. On R2: https://ACCOUNT_ID.r2.cloudflarestorage.com, not the r2.dev address or a custom domain. Check S3_REGION (R2: auto), the pair of keys and this machine's clock.`;

export const closePublic = ({ bucket }: Patient): string =>
  `Close the bucket to the public. R2: bucket ${bucket} > Settings > Public access: disable the r2.dev subdomain and remove custom domains. S3: Permissions > Block public access: on; remove statements with "Principal": "*" from the bucket policy, and grants to Everyone from the ACL.`;

export const objectWrite = ({ bucket }: Patient): string =>
  `Give S3_ACCESS_KEY_ID the right to read, write, list and delete. R2: API token with permission "Object Read & Write", limited to bucket ${bucket}. S3: s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:ListMultipartUploadParts on arn:aws:s3:::${bucket}/* and s3:ListBucket, s3:ListBucketMultipartUploads on arn:aws:s3:::${bucket}.`;

/** The policy to paste, for S3. */
const readPolicy = (bucket: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket}/*`] },
      { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`] },
    ],
  });

export const readonlyToken = ({ bucket }: Patient): string =>
  `Make another token for S3_READONLY_ACCESS_KEY_ID. R2: API token with permission "Object Read only", "Apply to specific buckets only": ${bucket}. S3: a user whose only policy is ${readPolicy(bucket)}`;

export const corsRules = ({ options, bucket }: Patient): string =>
  `Run \`npm run doctor -- --set-cors\`, or paste as the CORS policy of bucket ${bucket} (R2: Settings > CORS policy; S3: Permissions > CORS): ${corsDocument(options.pageOrigins ?? [])}`;
