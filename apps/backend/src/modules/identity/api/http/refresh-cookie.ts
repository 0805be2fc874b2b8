import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BackendConfig } from '../../../../config/backend-config.js';
import type { Session } from '../../application/ports/credentials.port.js';

/**
 * The refresh token in a cookie that no script can read. Behind https it is a `__Host-` cookie; plain http on a local machine cannot have that
 * prefix, nor `Secure`.
 */
@Injectable()
export class RefreshCookie {
  private readonly secure: boolean;
  private readonly name: string;

  constructor(config: BackendConfig) {
    this.secure = config.publicUrl?.startsWith('https:') ?? false;
    this.name = this.secure ? '__Host-vision-refresh' : 'vision-refresh';
  }

  read(request: FastifyRequest): string | null {
    const value = request.cookies[this.name];
    return value === undefined || value.length > 100 ? null : value;
  }

  set(reply: FastifyReply, session: Session): void {
    void reply.setCookie(this.name, session.refreshToken, { path: '/', httpOnly: true, sameSite: 'strict', secure: this.secure, expires: session.refreshExpiresAt });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(this.name, { path: '/', httpOnly: true, sameSite: 'strict', secure: this.secure });
  }
}
