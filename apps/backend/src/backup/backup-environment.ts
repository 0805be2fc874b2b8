import { z } from 'zod';

const url = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), { message: 'a URL that begins with http:// or https://' });

/** Where backups lie when they are put into a bucket (`s3://bucket/folder`): best of another account, so that who may delete the one cannot delete the other. */
export const backupEnvironment = z.object({
  BACKUP_S3_ENDPOINT: url.optional().describe('the store of the backups; default S3_ENDPOINT'),
  BACKUP_S3_REGION: z.string().min(1).optional().describe('its region; default S3_REGION'),
  BACKUP_S3_ACCESS_KEY_ID: z.string().min(1).optional().describe('a pair that may read and write there; default S3_ACCESS_KEY_ID'),
  BACKUP_S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('its secret; default S3_SECRET_ACCESS_KEY'),
});
