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

/** Tokens whose signature was checked; a person has one or two at a time. */
const MOST_KNOWN = 1_000;

/** Access tokens: JWT by HS256 and nothing else. */
@Injectable()
export class JwtAccessTokens {
  private readonly secret: Uint8Array;
  /** A signature that was right once stays right, and only the end of the token is still to come: checking it costs more than all else of a small request. */
  private readonly known = new Map<string, { readonly claims: AccessClaims; readonly endsAtSeconds: number }>();

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
    const known = this.known.get(token);
    if (known !== undefined && Date.now() / 1000 < known.endsAtSeconds) return known.claims;
    return this.check(token);
  }

  private async check(token: string): Promise<AccessClaims | null> {
    this.known.delete(token);
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
      return this.remember(token, claims);
    } catch {
      return null;
    }
  }

  private remember(token: string, { sub: userId, epoch: sessionEpoch, exp, iat }: z.infer<typeof claimsSchema>): AccessClaims {
    const claims = { userId, sessionEpoch };
    this.known.set(token, { claims, endsAtSeconds: Math.min(exp, iat + ACCESS_TOKEN_SECONDS) + SKEW_SECONDS });
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_KNOWN && oldest !== undefined) this.known.delete(oldest);
    return claims;
  }
}
