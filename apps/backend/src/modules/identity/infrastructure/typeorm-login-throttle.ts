import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { LoginThrottle } from '../application/ports/credentials.port.js';

const WINDOW_MINUTES = 15;
/** Of one account from one address; and of one address over all accounts. */
const MAX_PER_ACCOUNT = 10;
const MAX_PER_ADDRESS = 100;

/** Failed logins in Postgres, so that replicas count together. Keyed by account AND address: a stranger cannot lock somebody out. */
@Injectable()
export class TypeormLoginThrottle extends LoginThrottle {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async assertMayTry(email: string, address: string): Promise<void> {
    const rows = await this.query<{ account: number; address: number }>(
      `select count(*) filter (where subject = $1)::int as account, count(*) filter (where subject = $2)::int as address
       from login_attempts where subject in ($1, $2) and at > now() - make_interval(mins => $3)`,
      [...subjectsOf(email, address), WINDOW_MINUTES],
    );
    const tries = rows[0];
    if (tries !== undefined && (tries.account >= MAX_PER_ACCOUNT || tries.address >= MAX_PER_ADDRESS)) {
      throw new DomainError('rate-limited', `Too many failed logins. Try again in ${WINDOW_MINUTES} minutes.`, { retryAfterSeconds: WINDOW_MINUTES * 60 });
    }
  }

  async failed(email: string, address: string): Promise<void> {
    await this.query('insert into login_attempts (subject) values ($1), ($2)', [...subjectsOf(email, address)]);
    await this.query('delete from login_attempts where at < now() - make_interval(mins => $1)', [WINDOW_MINUTES]);
  }

  async succeeded(email: string, address: string): Promise<void> {
    await this.query('delete from login_attempts where subject = $1', [subjectsOf(email, address)[0]]);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function subjectsOf(email: string, address: string): [string, string] {
  return [`account:${email.toLowerCase()}@${address}`, `address:${address}`];
}
