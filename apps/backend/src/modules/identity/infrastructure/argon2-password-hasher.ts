import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../application/ports/credentials.port.js';

/** OWASP's argon2id setting of 19 MiB, two passes, one lane. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Without look-alikes. 16 of 54 characters are 92 bits. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

@Injectable()
export class Argon2PasswordHasher extends PasswordHasher {
  private readonly dummy = hash(this.oneTimePassword(), OPTIONS);

  async hash(password: string): Promise<string> {
    return hash(password, OPTIONS);
  }

  async verify(known: string, password: string): Promise<boolean> {
    return verify(known, password);
  }

  async wasteTime(password: string): Promise<void> {
    await verify(await this.dummy, password);
  }

  oneTimePassword(): string {
    return Array.from({ length: 16 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  }
}
