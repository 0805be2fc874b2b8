import { account } from './ko/account.js';
import { addModel } from './ko/add-model.js';
import { classes } from './ko/classes.js';
import { cost } from './ko/cost.js';
import { datasets } from './ko/datasets.js';
import { gallery } from './ko/gallery.js';
import { labeler } from './ko/labeler.js';
import { images } from './ko/images.js';
import { models } from './ko/models.js';
import { runs } from './ko/runs.js';
import { shell } from './ko/shell.js';
import { training } from './ko/training.js';
import { uploads } from './ko/uploads.js';
import { versions } from './ko/versions.js';
import { workers } from './ko/workers.js';
import type { Translation } from './translation.js';

/** Korean, a file a subject in `ko/`. */
export const ko = {
  ...shell,
  ...account,
  ...datasets,
  ...uploads,
  ...gallery,
  ...versions,
  ...classes,
  ...images,
  ...training,
  ...workers,
  ...models,
  ...addModel,
  ...runs,
  ...labeler,
  ...cost,
} as const satisfies Translation;
