import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { annotationAnswer, type AnnotationAnswer } from '../../annotation-answer.js';
import { AnnotationReader } from '../../annotation-reader.js';
import { ClassCatalogue } from '../../class-catalogue.js';
import { GetAnnotationsQuery } from './get-annotations.query.js';

@QueryHandler(GetAnnotationsQuery)
export class GetAnnotationsHandler implements IQueryHandler<GetAnnotationsQuery> {
  constructor(
    private readonly reader: AnnotationReader,
    private readonly classes: ClassCatalogue,
  ) {}

  async execute({ principal, image, revision }: GetAnnotationsQuery): Promise<AnnotationAnswer> {
    const { id: datasetId, taskType, multiLabel, classesRevision } = await this.reader.check(principal, image.datasetId, 'read');
    const labels = await this.reader.labels(datasetId, image.number);
    const state = await this.reader.stateAt(datasetId, labels, revision ?? labels.state.revision);
    const { table } = await this.classes.of(datasetId, classesRevision);
    return annotationAnswer(labels, state, { datasetId, taskType, multiLabel, classes: table });
  }
}
