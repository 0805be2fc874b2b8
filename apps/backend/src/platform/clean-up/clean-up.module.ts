import { Global, Module } from '@nestjs/common';
import { CleanUpBoard } from './clean-up-board.js';
import { CleanUpRunner } from './clean-up-runner.js';
import { CleanUpsController } from './clean-ups.controller.js';
import { CleanUps } from './clean-ups.js';
import { RecordCleanUps } from './record-clean-ups.js';
import { RetentionHolds } from './retention-holds.js';

/** What is removed by the clock: one replica at a time, visible, and not while somebody holds it. */
@Global()
@Module({ controllers: [CleanUpsController], providers: [CleanUps, CleanUpBoard, CleanUpRunner, RetentionHolds, RecordCleanUps], exports: [CleanUps, CleanUpRunner, CleanUpBoard, RetentionHolds] })
export class CleanUpModule {}
