import { Injectable } from '@nestjs/common';
import { AccessPolicy, type DatasetAction } from '../../../platform/auth/access-policy.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { GatheredQuestions } from '../../../platform/database/gathered-questions.js';
import { DatasetReader } from './dataset-reader.js';
import { DatasetReadModel, type DatasetFacts, type DatasetImageView, type DatasetView, type LabeledCounts, type NamedImageView } from './ports/dataset-read-model.port.js';

/** For other modules: a dataset, with the question whether the principal may. */
@Injectable()
export class DatasetAccess {
  /** Requests that come together ask the database once. Nothing is kept: a role that was taken away is gone at once. */
  private readonly facts = new GatheredQuestions<{ datasetId: string; userId: string }, DatasetFacts | null>((questions) => this.readModel.facts(questions));

  constructor(
    private readonly reader: DatasetReader,
    private readonly readModel: DatasetReadModel,
  ) {}

  /** The cheap question, for every request that needs no more of the dataset. Throws as `require` does. */
  async check(principal: Principal, datasetId: string, action: DatasetAction): Promise<DatasetFacts> {
    const facts = await this.facts.load({ datasetId, userId: principal.userId });
    AccessPolicy.assertDataset(principal, action, facts);
    return facts;
  }

  /** Throws `not-found`, `forbidden` or `insufficient-scope`. */
  async require(principal: Principal, datasetId: string, action: DatasetAction): Promise<DatasetView> {
    return this.reader.require(principal, datasetId, { action });
  }

  /** Without the question: for work that was permitted when it was asked for. Null when absent or in the trash. */
  async find(datasetId: string): Promise<DatasetView | null> {
    const dataset = await this.readModel.find(datasetId, NOBODY);
    return dataset?.deletedAt === null ? dataset : null;
  }

  async labeledCounts(datasetId: string): Promise<LabeledCounts> {
    return this.readModel.labeledCounts(datasetId);
  }

  /** Whether the principal may do this to any dataset at all. */
  async maySome(principal: Principal, action: DatasetAction): Promise<boolean> {
    if (principal.isAdmin) return true;
    const datasetIds = await this.readModel.visibleIds(principal.userId);
    const facts = await this.readModel.facts(datasetIds.map((datasetId) => ({ datasetId, userId: principal.userId })));
    return facts.some((one) => one !== null && AccessPolicy.mayDataset(principal, action, one));
  }

  async visibleIds(principal: Principal): Promise<readonly string[]> {
    return this.readModel.visibleIds(principal.userId);
  }
}

/** A user id that nobody has: for a view without a role. */
const NOBODY = '00000000-0000-7000-8000-000000000000';

/** For other modules: the images of a dataset in the order of their numbers. Who asks has checked the permission. */
@Injectable()
export class DatasetImages {
  constructor(private readonly readModel: DatasetReadModel) {}

  list(datasetId: string): AsyncIterable<DatasetImageView> {
    return this.readModel.images(datasetId);
  }

  /** Those that have one of these names (`images/...`), in any case of letters. */
  named(datasetId: string, fileNames: readonly string[]): Promise<readonly NamedImageView[]> {
    return this.readModel.namedImages(datasetId, fileNames);
  }
}
