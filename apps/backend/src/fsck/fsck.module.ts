import { Module } from '@nestjs/common';
import { FsckController } from './fsck.controller.js';
import { FsckRuns } from './fsck-runs.js';

@Module({ controllers: [FsckController], providers: [FsckRuns] })
export class FsckModule {}
