import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ERROR_CODES } from '@app/kernel';

export const API_VERSION = '0.1.0';

/** The OpenAPI document of the routes as they are declared. */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Vision Platform')
    .setDescription('Datasets, versions and training. Errors are RFC 9457 problem documents; `code` is one of the closed list Problem.code.')
    .setVersion(API_VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Problem: PROBLEM as never } };
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post, path.put, path.patch, path.delete]) {
      if (operation !== undefined) operation.responses = { ...operation.responses, default: PROBLEM_ANSWER as never };
    }
  }
  return document;
}

/** The document's page at /api/docs and the document at /api/docs-json. */
export function serveApiDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('api/docs', app, () => apiDocument(app), { jsonDocumentUrl: 'api/docs-json', customSiteTitle: 'Vision Platform API' });
}

const FINDING = {
  type: 'object',
  properties: { code: { type: 'string' }, message: { type: 'string' }, pointer: { type: 'string' }, entry: { type: 'string' }, hint: { type: 'string' } },
  required: ['code', 'message'],
};

const PROBLEM = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: [...ERROR_CODES] },
    detail: { type: 'string' },
    request_id: { type: 'string' },
    errors: { type: 'array', items: FINDING },
    errors_total: { type: 'integer' },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'request_id'],
};

const PROBLEM_ANSWER = { description: 'What went wrong', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
