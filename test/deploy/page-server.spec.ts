import { join } from 'node:path';
import { expect, it } from 'vitest';
import { headersTemplate } from './page-server.js';

it('lets the image of the page send what the backend would', async () => {
  await expect(await headersTemplate()).toMatchFileSnapshot(join(process.cwd(), 'docker/labeler/headers.conf.template'));
});
