import { Body, Param, Query } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { ZodPipe } from './zod-pipe.js';

type JsonSchema = Record<string, unknown>;
type OpenApiSchema = NonNullable<Parameters<typeof ApiResponse>[0]> extends infer Options ? Extract<Options, { schema: unknown }>['schema'] : never;

/** The schema as OpenAPI 3.1 writes it. */
export function openApiSchema(schema: z.ZodType, io: 'input' | 'output'): OpenApiSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
  // JSON Schema 2020-12 is what OpenAPI 3.1 takes; the typings of @nestjs/swagger still describe 3.0.
  return rest as OpenApiSchema;
}

const descriptorOf = (target: object, key: string | symbol): PropertyDescriptor => {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  if (descriptor === undefined) throw new Error(`${String(key)} is not a method`);
  return descriptor;
};

/** The JSON body, checked; unknown fields are findings where the schema is strict. */
export const ZodBody =
  (schema: z.ZodType): ParameterDecorator =>
  (target, key, index) => {
    if (key === undefined) return;
    Body(new ZodPipe(schema, 'validation-failed'))(target, key, index);
    ApiBody({ schema: openApiSchema(schema, 'input') })(target, key, descriptorOf(target, key));
  };

/** All query parameters, checked. */
export const ZodQuery =
  (schema: z.ZodObject): ParameterDecorator =>
  (target, key, index) => {
    if (key === undefined) return;
    Query(new ZodPipe(schema, 'invalid-parameter', '/query'))(target, key, index);
    for (const [name, field] of Object.entries(schema.shape)) {
      const part = field as z.ZodType;
      ApiQuery({ name, required: !part.safeParse(undefined).success, schema: openApiSchema(part, 'input') as never })(target, key, descriptorOf(target, key));
    }
  };

/** One parameter of the path. A malformed id cannot exist: `not-found` would tell the same, but 400 helps who mistyped. */
export const ZodParam =
  (name: string, schema: z.ZodType): ParameterDecorator =>
  (target, key, index) => {
    if (key === undefined) return;
    Param(name, new ZodPipe(schema, 'invalid-parameter', `/path/${name}`))(target, key, index);
    ApiParam({ name, schema: openApiSchema(schema, 'input') as never })(target, key, descriptorOf(target, key));
  };

/** Several parameters of the path as one object. */
export const ZodPath =
  (schema: z.ZodObject): ParameterDecorator =>
  (target, key, index) => {
    if (key === undefined) return;
    Param(new ZodPipe(schema, 'invalid-parameter', '/path'))(target, key, index);
    for (const [name, field] of Object.entries(schema.shape)) ApiParam({ name, schema: openApiSchema(field as z.ZodType, 'input') as never })(target, key, descriptorOf(target, key));
  };

/** What the route answers when all is well. */
export const ApiAnswer = (status: number, schema: z.ZodType | null, description = ''): MethodDecorator =>
  ApiResponse(schema === null ? { status, description } : { status, description, schema: openApiSchema(schema, 'output') as never });
