import { Messaging1700000000100 } from './1700000000100-messaging.js';
import { Identity1700000000200 } from './1700000000200-identity.js';
import { Dataset1700000000250 } from './1700000000250-dataset.js';
import { Snapshot1700000000300 } from './1700000000300-snapshot.js';
import { EarlyReports1700000000410 } from './1700000000410-early-reports.js';
import { Training1700000000400 } from './1700000000400-training.js';
import { ImagesAndAnnotations1700000000500 } from './1700000000500-images-and-annotations.js';
import { Versions1700000000600 } from './1700000000600-versions.js';
import { Splits1700000000620 } from './1700000000620-splits.js';
import { RestoredVersions1700000000650 } from './1700000000650-restored-versions.js';
import { ZipsThatHeal1700000000700 } from './1700000000700-zips-that-heal.js';
import { RejectionsAndExamples1700000000880 } from './1700000000880-rejections-and-examples.js';
import { TrainingQueue1700000000820 } from './1700000000820-training-queue.js';
import { EndsOfVersions1700000000750 } from './1700000000750-ends-of-versions.js';
import { LooksAtZips1700000000790 } from './1700000000790-looks-at-zips.js';
import { OriginsOfJobs1700000000830 } from './1700000000830-origins-of-jobs.js';
import { Models1700000000800 } from './1700000000800-models.js';
import { Backups1700000000840 } from './1700000000840-backups.js';
import { CostAndRetention1700000000850 } from './1700000000850-cost-and-retention.js';

/** In the order in which they run. One that has landed is never changed. */
export const MIGRATIONS = [
  Messaging1700000000100,
  Identity1700000000200,
  Dataset1700000000250,
  Snapshot1700000000300,
  Training1700000000400,
  EarlyReports1700000000410,
  ImagesAndAnnotations1700000000500,
  Versions1700000000600,
  Splits1700000000620,
  RestoredVersions1700000000650,
  ZipsThatHeal1700000000700,
  EndsOfVersions1700000000750,
  LooksAtZips1700000000790,
  Models1700000000800,
  TrainingQueue1700000000820,
  OriginsOfJobs1700000000830,
  Backups1700000000840,
  CostAndRetention1700000000850,
  RejectionsAndExamples1700000000880,
];
