import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AnnotationEditor } from '../../annotation-editor.js';
import { EditAnnotationsCommand, type EditResult } from './edit-annotations.command.js';

/** The permission is asked where the labels are read, by the editor: one question of the database less for every edit. */
@CommandHandler(EditAnnotationsCommand)
export class EditAnnotationsHandler implements ICommandHandler<EditAnnotationsCommand> {
  constructor(private readonly editor: AnnotationEditor) {}

  async execute({ principal, image, patch, guard }: EditAnnotationsCommand): Promise<EditResult> {
    return this.editor.edit({ principal, action: 'label', ...image, patch, guard });
  }
}
