import { DomainError } from '@app/kernel';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AccessPolicy } from './access-policy.js';
import { CredentialVerifier } from './credential-verifier.js';
import { PUBLIC_ROUTE, REQUIRED_SCOPE } from './decorators.js';
import type { Principal, Scope } from './principal.js';

const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;

/** Global: a route without a declaration is closed. The credential is the Authorization header and nothing else. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: CredentialVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // NATS has users and allow-lists of its own.
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true) return true;
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, targets);
    if (scope === undefined) throw new Error('A route declares Public or RequireScope');
    const request = context.switchToHttp().getRequest<FastifyRequest & { principal?: Principal }>();
    const principal = await this.principalOf(request);
    AccessPolicy.assertScope(principal, scope);
    request.principal = principal;
    return true;
  }

  private async principalOf(request: FastifyRequest): Promise<Principal> {
    const headers = request.raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization');
    if (headers.length > 1) throw new DomainError('malformed-request', 'The request has two Authorization headers.');
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const principal = token === undefined ? null : await this.verifier.verify(token);
    if (principal === null) throw new DomainError('unauthenticated', 'A valid credential is needed.');
    return principal;
  }
}
