import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../../../dataset/index.js';
import { classesAnswer, type ClassesAnswer } from '../../class-answer.js';
import { ClassStore } from '../../ports/class-store.port.js';
import { ListClassesQuery } from './list-classes.query.js';

@QueryHandler(ListClassesQuery)
export class ListClassesHandler implements IQueryHandler<ListClassesQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly store: ClassStore,
  ) {}

  async execute({ principal, datasetId }: ListClassesQuery): Promise<ClassesAnswer> {
    await this.access.check(principal, datasetId, 'read');
    const list = await this.store.list(datasetId);
    if (list === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return classesAnswer(list);
  }
}
