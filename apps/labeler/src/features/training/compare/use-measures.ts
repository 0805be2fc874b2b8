import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.js';
import { useKnownText } from '../../../ui/use-known-text.js';
import { isLoss, LOSSES, scoresOf, type Measure } from './align-runs.js';
import type { Run } from './use-runs.js';

interface Measures {
  readonly all: readonly Measure[];
  readonly nameOf: (measure: Measure) => string;
  /** `exact`: one digit more, for tables. */
  readonly formatOf: (measure: Measure, exact?: boolean) => (value: number | null) => string;
}

/** What the runs can be compared by, with its words. */
export function useMeasures(runs: readonly Run[]): Measures {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const names = new Map<Measure, string>([
    ['train_loss', t('job.trainLoss')],
    ['val_loss', t('job.valLoss')],
  ]);
  return {
    all: [...LOSSES, ...scoresOf(runs.map((run) => run.job.metrics))],
    nameOf: (measure) => names.get(measure) ?? known('metric', measure) ?? measure,
    formatOf: (measure, exact = false) => (value) => (isLoss(measure) ? format.decimal(value, exact ? 4 : 3) : format.percent(value, exact ? 2 : 1)),
  };
}
