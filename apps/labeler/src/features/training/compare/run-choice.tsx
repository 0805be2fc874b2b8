import { Checkbox } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../../api/types.js';
import { useFormat } from '../../../i18n/use-format.js';
import { useKnownText } from '../../../ui/use-known-text.js';
import { MOST_RUNS, toggledRun } from './run-search.js';

interface ChoiceProps {
  readonly job: Job;
  readonly chosen: readonly string[];
  readonly onChosen: (ids: readonly string[]) => void;
  readonly className?: string;
}

/** Whether a training of a list is compared; no more can be chosen than are shown at once. */
export function RunChoice({ job, chosen, onChosen, className }: ChoiceProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const isChosen = chosen.includes(job.id);
  return (
    <Checkbox
      className={className}
      aria-label={t('runs.choose', { dataset: job.dataset_name, model: known('model', job.model) ?? job.model, created: format.dateTime(job.created_at) })}
      checked={isChosen}
      disabled={!isChosen && chosen.length >= MOST_RUNS}
      onChange={() => onChosen(toggledRun(chosen, job.id))}
    />
  );
}
