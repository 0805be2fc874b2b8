import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { LoginThrottle, type LoginAttempt } from '../application/ports/credentials.port.js';

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

  async begin(email: string, address: string): Promise<LoginAttempt> {
    const subjects = subjectsOf(email, address);
    const [noted] = await this.query<{ at: string }>('with noted as (insert into login_attempts (subject, at) select subject, now() from unnest($1::text[]) subject returning at) select max(at)::text as at from noted', [subjects]);
    await this.query('delete from login_attempts where at < now() - make_interval(mins => $1)', [WINDOW_MINUTES]);
    try {
      // A statement of its own: it sees what others have noted in the meantime.
      await this.assertMayTry(subjects);
    } catch (error) {
      await this.forget(subjects, noted?.at);
      throw error;
    }
    return {
      succeeded: async () => {
        await this.query('delete from login_attempts where subject = $1', [subjects[0]]);
        await this.forget(subjects, noted?.at);
      },
    };
  }

  /** Refused tries do not prolong the wait. */
  private async forget(subjects: readonly string[], at: string | undefined): Promise<void> {
    await this.query('delete from login_attempts where subject = any ($1::text[]) and at = $2::timestamptz', [subjects, at]);
  }

  private async assertMayTry(subjects: readonly [account: string, address: string]): Promise<void> {
    const rows = await this.query<{ account: number; address: number }>(
      `select count(*) filter (where subject = $1)::int as account, count(*) filter (where subject = $2)::int as address
       from login_attempts where subject in ($1, $2) and at > now() - make_interval(mins => $3)`,
      [...subjects, WINDOW_MINUTES],
    );
    const tries = rows[0];
    if (tries !== undefined && (tries.account > MAX_PER_ACCOUNT || tries.address > MAX_PER_ADDRESS)) {
      throw new DomainError('rate-limited', `Too many failed logins. Try again in ${WINDOW_MINUTES} minutes.`, { retryAfterSeconds: WINDOW_MINUTES * 60 });
    }
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function subjectsOf(email: string, address: string): [string, string] {
  return [`account:${email.toLowerCase()}@${address}`, `address:${address}`];
}
