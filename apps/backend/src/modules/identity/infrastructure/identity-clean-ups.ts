import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../../config/backend-config.js';
import { CleanUps } from '../../../platform/clean-up/clean-ups.js';
import { sqlCleanUp } from '../../../platform/clean-up/sql-clean-up.js';

const DAY = 86_400;

/** Sessions and keys that nobody can use any more. */
@Injectable()
export class IdentityCleanUps implements OnModuleInit {
  constructor(
    private readonly cleanUps: CleanUps,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
  ) {}

  onModuleInit(): void {
    const rows = [
      { table: 'refresh_tokens', due: 'expires_at < $1' },
      { table: 'api_keys', due: 'least(revoked_at, expires_at) < $1' },
      { table: 'login_attempts', due: 'at < $1' },
    ];
    this.cleanUps.register(
      sqlCleanUp(this.dataSource, rows, {
        ...{ name: 'expired-tokens', removes: 'Sessions and API keys that expired or were revoked so long ago, and counted logins.', setting: 'TOKEN_DAYS', keepsSeconds: this.config.retention.tokenDays * DAY },
        ...{ everySeconds: DAY / 4, firstAfterSeconds: 600 },
      }),
    );
  }
}
