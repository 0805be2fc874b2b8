import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

interface OpenTransaction {
  readonly manager: EntityManager;
  readonly afterCommit: (() => void)[];
}

/** Which transaction the code runs in. Adapters ask for the manager and need not know. */
@Injectable()
export class TransactionContext {
  private readonly storage = new AsyncLocalStorage<OpenTransaction>();

  constructor(private readonly dataSource: DataSource) {}

  /** The manager of the unit of work in progress; outside one, statements run each for itself. */
  manager(): EntityManager {
    return this.storage.getStore()?.manager ?? this.dataSource.manager;
  }

  current(): OpenTransaction | undefined {
    return this.storage.getStore();
  }

  runIn<T>(transaction: OpenTransaction, work: () => Promise<T>): Promise<T> {
    return this.storage.run(transaction, work);
  }
}
