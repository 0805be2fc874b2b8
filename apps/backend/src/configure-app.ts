import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { JetStreamServer } from '@app/messaging';
import { givenCorrelation, isTracing, Metrics } from '@app/observability';
import { VersioningType, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.js';
import type { BackendConfig } from './config/backend-config.js';
import { RequestContext } from './platform/context/request-context.js';
import { ProblemFilter } from './platform/errors/problem.filter.js';
import { installLeaving, Leaving } from './platform/health/leaving.js';
import { serveApiDocs } from './platform/http/api-docs.js';
import { pageHeaders } from './platform/http/page-headers.js';
import { installBodies } from './platform/http/request-rules.js';
import { rememberRoutes } from './platform/http/route-methods.js';
import { endStreamsOnClose } from './platform/sse/sse-stream.js';
import { measureRequests } from './platform/telemetry/http-metrics.js';
import { logRequests } from './platform/telemetry/request-log.js';
import { traceRequests } from './platform/telemetry/http-traces.js';
import { serveWebPage } from './platform/http/web-page.js';

const JSON_BODY_BYTES = 5 * 1000 * 1000;
const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_MILLISECONDS = 30_000;

/** The backend as it runs, not listening yet. main.ts and the tests make it here and nowhere else. */
export async function createApp(config: BackendConfig, options: { readonly logger?: LoggerService | false; readonly withMessaging?: boolean } = {}): Promise<NestFastifyApplication> {
  const problems = new ProblemFilter();
  const adapter = new FastifyAdapter({
    bodyLimit: JSON_BODY_BYTES,
    routerOptions: { maxParamLength: 300 },
    genReqId: () => randomUUID(),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    return503OnClosing: false,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_MILLISECONDS },
    clientErrorHandler: answerBrokenRequest,
    // Errors before a route is found, such as a path that cannot be decoded.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => problems.answer(error, request, reply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, { logger: options.logger, bodyParser: false, abortOnError: false });
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  rememberRoutes(fastify);
  endStreamsOnClose(fastify);
  if (config.metricsListen !== null) measureRequests(fastify, app.get(Metrics));
  installContext(fastify);
  installLeaving(fastify, app.get(Leaving));
  if (isTracing()) traceRequests(fastify);
  logRequests(fastify);
  installBodies(fastify, JSON_BODY_BYTES);
  await fastify.register(cookie);
  await fastify.register(multipart, { limits: { fileSize: config.maxUploadBytes, files: 1, fields: 10, parts: 12, fieldSize: 10_000, headerPairs: 50 }, throwFileSizeLimit: true });
  await fastify.register(helmet, pageHeaders({ storeOrigin: new URL(config.store.publicEndpoint).origin, isBehindHttps: config.publicUrl?.startsWith('https:') === true }));
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI });
  if (options.withMessaging !== false) app.connectMicroservice({ strategy: app.get(JetStreamServer) }, { inheritAppConfig: false });
  serveApiDocs(app);
  await serveWebPage(fastify, config.webRoot, problems);
  return app;
}

/** Ids that go with a request through logs, outbox and workers. */
function installContext(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const correlationId = givenCorrelation(request.headers['x-correlation-id']) ?? request.id;
    void reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
    RequestContext.run({ requestId: request.id, correlationId }, done);
  });
}

/** Bytes that are no HTTP request, before Fastify sees one. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (!socket.writable) return;
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const code = tooLarge ? 'headers-too-large' : 'malformed-request';
  const status = tooLarge ? 431 : 400;
  const title = tooLarge ? 'Request header fields too large' : 'Malformed request';
  const body = JSON.stringify({ type: `urn:vision:problem:${code}`, title, status, code, detail: 'The request cannot be read.', request_id: randomUUID() });
  socket.end(`HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}
