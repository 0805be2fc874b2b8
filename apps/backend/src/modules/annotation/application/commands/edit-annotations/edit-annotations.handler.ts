import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AnnotationEditor } from '../../annotation-editor.js';
import { AnnotationReader } from '../../annotation-reader.js';
import { EditAnnotationsCommand, type EditResult } from './edit-annotations.command.js';

@CommandHandler(EditAnnotationsCommand)
export class EditAnnotationsHandler implements ICommandHandler<EditAnnotationsCommand> {
  constructor(
    private readonly reader: AnnotationReader,
    private readonly editor: AnnotationEditor,
  ) {}

  async execute({ principal, image, patch, guard }: EditAnnotationsCommand): Promise<EditResult> {
    const facts = await this.reader.check(principal, image.datasetId, 'label');
    return this.editor.edit({ principal, facts, number: image.number, patch, guard });
  }
}
