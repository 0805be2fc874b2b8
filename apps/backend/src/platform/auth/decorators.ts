import { createParamDecorator, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal, Scope } from './principal.js';

export const PUBLIC_ROUTE = 'vision:public-route';
export const REQUIRED_SCOPE = 'vision:required-scope';

/** No credential needed. The list of such routes is short and a test holds it. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC_ROUTE, true);

/** The scope that an API key needs for this route; the guard refuses a route that declares neither this nor `Public`. */
export const RequireScope = (scope: Scope): CustomDecorator => SetMetadata(REQUIRED_SCOPE, scope);

/** The principal that the guard put on the request. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const request = context.switchToHttp().getRequest<{ principal?: Principal }>();
  if (request.principal === undefined) throw new Error('CurrentPrincipal on a route without the guard');
  return request.principal;
});
