import { Select } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './add-images.module.css';
import type { UploadChoices } from './upload-ports.js';

const SPLITS = ['train', 'val', 'test'] as const;
const CONFLICTS = ['keep_both', 'skip', 'replace'] as const;

interface FieldsProps {
  readonly choices: UploadChoices;
  readonly disabled: boolean;
  readonly onChange: (choices: UploadChoices) => void;
}

/** Where the images go, and what happens to a name that is taken. */
export function ChoiceFields({ choices, disabled, onChange }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={styles.choices}>
      <Select
        label={t('addImages.split')}
        disabled={disabled}
        value={choices.split ?? ''}
        allowDeselect={false}
        data={[{ value: '', label: t('addImages.splitByRule') }, ...SPLITS.map((one) => ({ value: one, label: t(`dataset.split.${one}`) }))]}
        onChange={(value) => onChange({ ...choices, split: SPLITS.find((one) => one === value) ?? null })}
      />
      <Select
        label={t('addImages.conflict')}
        disabled={disabled}
        value={choices.onConflict}
        allowDeselect={false}
        data={CONFLICTS.map((one) => ({ value: one, label: t(`addImages.conflicts.${one}`) }))}
        onChange={(value) => onChange({ ...choices, onConflict: CONFLICTS.find((one) => one === value) ?? 'keep_both' })}
      />
    </div>
  );
}
