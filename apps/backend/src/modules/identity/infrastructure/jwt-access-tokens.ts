import { Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { BackendConfig } from '../../../config/backend-config.js';

const ISSUER = 'vision-backend';
const AUDIENCE = 'vision-api';
const TYPE = 'at+jwt';
export const ACCESS_TOKEN_SECONDS = 900;
/** Clocks of two replicas may differ by so much. */
const SKEW_SECONDS = 30;

const claimsSchema = z.object({ sub: z.uuid(), epoch: z.number().int().positive(), exp: z.number().int(), iat: z.number().int() });

export interface AccessClaims {
  readonly userId: string;
  readonly sessionEpoch: number;
}

/** Access tokens: JWT by HS256 and nothing else. */
@Injectable()
export class JwtAccessTokens {
  private readonly secret: Uint8Array;

  constructor(config: BackendConfig) {
    this.secret = new TextEncoder().encode(config.jwtSecret);
  }

  async sign(claims: AccessClaims): Promise<string> {
    return new SignJWT({ epoch: claims.sessionEpoch })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setSubject(claims.userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
      .sign(this.secret);
  }

  /** Null for any token that is not one of ours, of now. */
  async verify(token: string): Promise<AccessClaims | null> {
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: TYPE,
        clockTolerance: SKEW_SECONDS,
        requiredClaims: ['sub', 'exp', 'iat'],
        maxTokenAge: ACCESS_TOKEN_SECONDS,
      });
      const claims = claimsSchema.parse(payload);
      return { userId: claims.sub, sessionEpoch: claims.epoch };
    } catch {
      return null;
    }
  }
}
