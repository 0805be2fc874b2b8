import { account } from './en/account.js';
import { addModel } from './en/add-model.js';
import { classes } from './en/classes.js';
import { cost } from './en/cost.js';
import { datasets } from './en/datasets.js';
import { gallery } from './en/gallery.js';
import { labeler } from './en/labeler.js';
import { images } from './en/images.js';
import { models } from './en/models.js';
import { runs } from './en/runs.js';
import { shell } from './en/shell.js';
import { training } from './en/training.js';
import { uploads } from './en/uploads.js';
import { versions } from './en/versions.js';
import { workers } from './en/workers.js';

/** The reference of all texts, a file a subject in `en/`: the keys' types come from here. Plurals end in `_one` and `_other`. */
export const en = {
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
} as const;
