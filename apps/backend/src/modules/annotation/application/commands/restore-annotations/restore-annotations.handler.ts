import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AnnotationEditor } from '../../annotation-editor.js';
import { AnnotationReader } from '../../annotation-reader.js';
import type { EditResult } from '../edit-annotations/edit-annotations.command.js';
import { RestoreAnnotationsCommand } from './restore-annotations.command.js';

@CommandHandler(RestoreAnnotationsCommand)
export class RestoreAnnotationsHandler implements ICommandHandler<RestoreAnnotationsCommand> {
  constructor(
    private readonly reader: AnnotationReader,
    private readonly editor: AnnotationEditor,
  ) {}

  async execute({ principal, image, revision, guard }: RestoreAnnotationsCommand): Promise<EditResult> {
    await this.reader.check(principal, image.datasetId, 'review');
    const labels = await this.reader.labels(image.datasetId, image.number);
    if (revision > labels.state.revision) {
      throw new DomainError('validation-failed', 'The image has no such revision.', { findings: [{ code: 'not-found', pointer: '/revision', message: `The newest revision is ${labels.state.revision}.` }] });
    }
    // A review was of these very labels: it comes back with them, given by who restores.
    // What a revision was never changes; it may be worked out before the write.
    const { objects, noObject, status } = await this.reader.stateAt(image.datasetId, labels, revision);
    return this.editor.edit({ principal, action: 'review', ...image, patch: { objects: { form: 'restore', objects }, noObject, ...(status === 'reviewed' ? { status } : {}) }, guard, reason: 'restore' });
  }
}
