import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetAccess } from '../../dataset-access.js';
import { ImportAreas } from '../../ports/import-areas.port.js';
import { ImportQueue } from '../../ports/import-queue.port.js';
import { RegisterImagesCommand } from './register-images.command.js';

/** Imports of one dataset that wait or run, at a time. */
const MOST_OPEN = 2;

@CommandHandler(RegisterImagesCommand)
export class RegisterImagesHandler implements ICommandHandler<RegisterImagesCommand> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly unitOfWork: UnitOfWork,
    private readonly areas: ImportAreas,
    private readonly imports: ImportQueue,
  ) {}

  async execute({ principal, datasetId, input }: RegisterImagesCommand): Promise<string> {
    await this.access.check(principal, datasetId, 'manage');
    this.assertAllowed(input.prefix);
    const open = (await this.imports.list(datasetId)).filter((one) => one.kind === 'register-prefix' && (one.state === 'waiting' || one.state === 'running'));
    if (open.length >= MOST_OPEN) throw new DomainError('rate-limited', `${MOST_OPEN} registrations of a dataset at a time are the most. Wait for one to end.`, { retryAfterSeconds: 30, extensions: { limit: MOST_OPEN } });
    const detail = { prefix: input.prefix, on_conflict: input.onConflict, split: input.split };
    return this.unitOfWork.run(() => this.imports.add({ datasetId, kind: 'register-prefix', requestedBy: principal.userId, detail, total: null }));
  }

  /** A prefix is compared as it is: keys are no paths, and `..` in one is two dots. */
  private assertAllowed(prefix: string): void {
    if (this.areas.prefixes.some((area) => prefix.startsWith(area))) return;
    const allowed = this.areas.prefixes.join(', ');
    const message = allowed === '' ? 'Images of the bucket cannot be registered in this installation.' : `Images can be registered under ${allowed} only.`;
    throw new DomainError('validation-failed', message, { findings: [{ code: 'not-allowed', pointer: '/prefix', message }] });
  }
}
