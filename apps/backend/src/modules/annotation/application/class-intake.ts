import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Principal } from '../../../platform/auth/principal.js';
import { ChangeClassesCommand } from './commands/change-classes/change-classes.command.js';
import { ClassStore, type ClassList } from './ports/class-store.port.js';

/** A class as a file of another tool tells of it. */
export interface NewClass {
  readonly name: string;
  readonly color?: string;
  readonly supercategory?: string;
  readonly keypoints?: readonly string[];
  readonly skeleton?: readonly (readonly number[])[];
}

/** For other modules: the classes of a dataset, and more of them. */
@Injectable()
export class ClassIntake {
  constructor(
    private readonly store: ClassStore,
    private readonly commands: CommandBus,
  ) {}

  /** Throws `not-found`. Who asks has checked the permission. */
  async list(datasetId: string): Promise<ClassList> {
    const list = await this.store.list(datasetId);
    if (list === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return list;
  }

  /** Adds those that are not there yet, one after the other. Throws `forbidden` and what adding one by hand throws. */
  async add(principal: Principal, datasetId: string, classes: readonly NewClass[]): Promise<ClassList> {
    let list = await this.list(datasetId);
    for (const fields of classes) {
      if (list.classes.some(({ name }) => name === fields.name)) continue;
      await this.commands.execute(new ChangeClassesCommand(principal, datasetId, [list.revision], { kind: 'add', fields }));
      list = await this.list(datasetId);
    }
    return list;
  }
}
