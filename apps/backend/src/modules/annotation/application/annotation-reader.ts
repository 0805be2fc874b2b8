import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { GatheredQuestions } from '../../../platform/database/gathered-questions.js';
import type { DatasetAction } from '../../../platform/auth/access-policy.js';
import { DatasetAccess, ImportQueue, type DatasetFacts } from '../../dataset/index.js';
import { labelsBefore } from '../domain/earlier-labels.js';
import type { LabelState } from '../domain/label-object.js';
import { AnnotationStore, type StoredLabels } from './ports/annotation-store.port.js';

interface Question {
  readonly datasetId: string;
  readonly number: number;
}

/** The way to labels for every command and query: permission, whether they are there yet, then the labels. */
@Injectable()
export class AnnotationReader {
  /** Requests that come together ask the database once a dataset. Nothing is kept. */
  private readonly loader = new GatheredQuestions<Question, StoredLabels | null>((questions) => this.load(questions));

  constructor(
    private readonly store: AnnotationStore,
    private readonly access: DatasetAccess,
    private readonly imports: ImportQueue,
  ) {}

  /** Throws `not-found`, `forbidden`, `insufficient-scope`, or `state-conflict` with the progress while labels are being read. */
  async check(principal: Principal, datasetId: string, action: DatasetAction): Promise<DatasetFacts> {
    const facts = await this.access.check(principal, datasetId, action);
    if (!facts.labelsLoaded) await this.refuseLoading(datasetId);
    return facts;
  }

  /** Throws `not-found`. */
  async labels(datasetId: string, number: number): Promise<StoredLabels> {
    const labels = await this.loader.load({ datasetId, number });
    if (labels === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return labels;
  }

  /** The labels as they were at a revision. Throws `not-found`. */
  async stateAt(datasetId: string, labels: StoredLabels, revision: number): Promise<LabelState> {
    if (revision === labels.state.revision) return labels.state;
    if (revision < 1 || revision > labels.state.revision) throw new DomainError('not-found', 'The image has no such revision.');
    return labelsBefore(labels.state, (await this.store.revisionsAfter(datasetId, labels.number, revision)).filter((one) => one.revision <= labels.state.revision));
  }

  /** Throws `state-conflict` with how far the reading of labels is. */
  async refuseLoading(datasetId: string): Promise<never> {
    const job = (await this.imports.list(datasetId)).find((one) => one.kind === 'load-labels');
    const progress = job === undefined ? null : { state: job.state, done: job.done, total: job.total };
    const detail = job?.state === 'failed' ? 'The labels of the uploaded zip could not be read.' : 'The labels of the uploaded zip are still being read.';
    throw new DomainError('state-conflict', detail, { retryAfterSeconds: 2, extensions: { progress } });
  }

  private async load(questions: readonly Question[]): Promise<(StoredLabels | null)[]> {
    const byDataset = grouped(questions);
    const answers = new Map<Question, StoredLabels | null>();
    for (const [datasetId, asked] of byDataset) {
      const { images } = await this.store.read(datasetId, asked);
      asked.forEach((question, index) => answers.set(question, images[index]?.labels ?? null));
    }
    return questions.map((question) => answers.get(question) ?? null);
  }
}


function grouped(questions: readonly Question[]): Map<string, Question[]> {
  const groups = new Map<string, Question[]>();
  for (const one of questions) groups.set(one.datasetId, [...(groups.get(one.datasetId) ?? []), one]);
  return groups;
}
