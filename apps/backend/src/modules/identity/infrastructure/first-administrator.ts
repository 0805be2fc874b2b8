import { Clock, newId } from '@app/kernel';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { PasswordHasher } from '../application/ports/credentials.port.js';
import { Users } from '../application/ports/users.port.js';

/** Makes the first administrator from the environment when there is no user at all. */
@Injectable()
export class FirstAdministrator implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdministrator.name);

  constructor(
    private readonly config: BackendConfig,
    private readonly unitOfWork: UnitOfWork,
    private readonly users: Users,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const first = this.config.firstAdministrator;
    if (first === null) return;
    const passwordHash = await this.hasher.hash(first.password);
    const made = await this.unitOfWork.run(() =>
      this.users.insertFirst({ id: newId(), email: first.email, displayName: 'Administrator', passwordHash, isAdmin: true, mustChangePassword: false, createdAt: this.clock.now() }),
    );
    if (made) this.logger.log('The first administrator was made.');
  }
}
