import 'reflect-metadata';
import { Module, VersioningType, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AppModule } from './app.module.js';
import { BackendConfig } from './config/backend-config.js';
import { UnitOfWork } from './platform/database/unit-of-work.js';
import { apiDocument } from './platform/http/api-docs.js';
import { IdempotencyKeys } from './platform/http/idempotency-keys.js';

/** Values that fit the schema; nothing is connected to. */
const NOWHERE = {
  DATABASE_URL: 'postgres://nowhere.invalid/x',
  NATS_URL: 'nats://nowhere.invalid:4222',
  S3_ENDPOINT: 'http://nowhere.invalid',
  S3_BUCKET: 'bucket',
  S3_ACCESS_KEY_ID: 'x',
  S3_SECRET_ACCESS_KEY: 'x',
  JWT_SECRET: 'nothing-is-signed-with-this-secret-here',
};

/** The OpenAPI document without a database: the controllers are made with stand-ins for what is injected into them. */
export async function describeApi(): Promise<OpenAPIObject> {
  const controllers = controllersOf(AppModule.with(BackendConfig.read(NOWHERE)));

  @Module({ controllers: [...controllers], providers: [IdempotencyKeys, UnitOfWork].map((provide) => ({ provide, useValue: {} })) })
  class DescribedModule {}

  for (const controller of controllers) Reflect.defineMetadata('design:paramtypes', [], controller);
  const app = await NestFactory.create<NestFastifyApplication>(DescribedModule, new FastifyAdapter(), { logger: false, abortOnError: false });
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI });
  return apiDocument(app);
}

function controllersOf(module: ModuleMetadata): Type[] {
  const own = (module.controllers ?? []) as Type[];
  const imported = (module.imports ?? []).flatMap((one) => controllersOf(metadataOf(one)));
  return [...own, ...imported];
}

function metadataOf(module: unknown): ModuleMetadata {
  if (typeof module !== 'function') return (module ?? {}) as ModuleMetadata;
  return { controllers: Reflect.getMetadata('controllers', module) as Type[] | undefined, imports: [] };
}
