import { randomBytes } from 'node:crypto';
import { ClassTable, contentHash, FindingCollector, type DiceClass } from '@app/dice-format';
import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { Dataset } from '../../../domain/dataset.aggregate.js';
import { makeDatasetId } from '../../../domain/dataset-id.js';
import { datasetName } from '../../../domain/dataset-name.js';
import { DatasetRepository } from '../../../domain/dataset.repository.port.js';
import { DatasetReader } from '../../dataset-reader.js';
import { DatasetMembers } from '../../ports/dataset-members.port.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';
import { CreateDatasetCommand, type CreateDatasetInput } from './create-dataset.command.js';

@CommandHandler(CreateDatasetCommand)
export class CreateDatasetHandler implements ICommandHandler<CreateDatasetCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly datasets: DatasetRepository,
    private readonly members: DatasetMembers,
    private readonly reader: DatasetReader,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, input }: CreateDatasetCommand): Promise<DatasetView> {
    AccessPolicy.assertScope(principal, 'label');
    const { taskType, multiLabel, visibility } = input;
    const name = datasetName(input.name);
    const classes = classesOf(input);
    const id = makeDatasetId(name, randomBytes(4).toString('hex'));
    const hash = contentHash({ taskType, multiLabel, classes, images: [] });
    const dataset = Dataset.create({ id, name, taskType, multiLabel, visibility, numClasses: classes.length, contentHash: hash, createdBy: principal.userId, createdAt: this.clock.now() });
    await this.unitOfWork.run(async () => {
      await this.datasets.insert(dataset, { classes: classes.map((one) => ({ classId: one.id, name: one.name, color: one.color, details: one.details, imageCount: 0 })), images: [], warnings: [] });
      await this.members.grant(id, principal.userId, { role: 'owner', by: principal.userId });
    });
    return this.reader.require(principal, id, { action: 'read' });
  }
}

/** Read by the same rules as the classes of an uploaded label file. Throws `validation-failed` with all that is wrong. */
function classesOf(input: CreateDatasetInput): DiceClass[] {
  const findings = new FindingCollector();
  if (input.multiLabel && input.taskType !== 'image_classification') findings.error('invalid-field', 'Several labels an image are of classification only.', { pointer: '/multi_label' });
  const table = new ClassTable(findings);
  input.classes.forEach((given, index) => table.add({ ...given, id: given['id'] ?? index }, index));
  if (findings.errorsTotal > 0) throw new DomainError('validation-failed', 'The dataset cannot be created like this; every finding is listed.', { findings: findings.errors });
  return [...table.byId.values()];
}
