import { Switch, Text } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { NO_VALUE } from '../../../i18n/format.js';
import { Panel } from '../../../ui/panel.js';
import { useKnownText } from '../../../ui/use-known-text.js';
import { useSettingText } from '../use-setting-text.js';
import classes from './compare.module.css';
import { RunTable } from './run-table.js';
import { settingRows, type SettingRow, type SettingValue } from './setting-rows.js';
import type { Run } from './use-runs.js';

const SHORT_HASH = 12;
const RUN_NAMES = { model: 'train.model', dataset: 'jobs.dataset', version: 'runs.version', content: 'runs.content', splitSource: 'runs.splitSource', split: 'runs.split' } as const;
const isRunName = (name: string): name is keyof typeof RUN_NAMES => name in RUN_NAMES;
const SOURCES = { job: 'runs.source.job', dataset: 'runs.source.dataset', automatic: 'runs.source.automatic' } as const;
const isSource = (word: string): word is keyof typeof SOURCES => word in SOURCES;

/** What differs between the runs, and what is equal for who wants to see it. */
export function SettingTable({ runs }: { readonly runs: readonly Run[] }): ReactElement {
  const { t } = useTranslation();
  const [equalToo, setEqualToo] = useState(false);
  const { labelOf, cellOf } = useRowText();
  const rows = settingRows(runs);
  const shown = equalToo ? rows : rows.filter((row) => row.differs);
  return (
    <Panel title={t('runs.settings')} aside={<Switch size="sm" label={t('runs.equalToo')} checked={equalToo} onChange={(event) => setEqualToo(event.currentTarget.checked)} />} flush>
      {shown.length === 0 ? (
        <Text size="sm" className={classes.note}>
          {t('runs.allEqual')}
        </Text>
      ) : (
        <RunTable label={t('runs.settings')} corner={t('runs.setting')} runs={runs} rows={shown.map((row) => ({ key: `${row.group} ${row.name}`, label: labelOf(row), cells: row.values.map((value) => cellOf(row, value)) }))} />
      )}
    </Panel>
  );
}

interface RowText {
  readonly labelOf: (row: SettingRow) => string;
  readonly cellOf: (row: SettingRow, value: SettingValue) => string;
}

function useRowText(): RowText {
  const { t } = useTranslation();
  const known = useKnownText();
  const { nameOf, valueOf } = useSettingText();
  const ofRun = (name: string, value: string | number | boolean): string => {
    const word = String(value);
    if (name === 'model') return known('model', word) ?? word;
    if (name === 'content') return word.slice(0, SHORT_HASH);
    return name === 'splitSource' && isSource(word) ? t(SOURCES[word]) : word;
  };
  return {
    labelOf: ({ group, name }) => (group === 'run' && isRunName(name) ? t(RUN_NAMES[name]) : nameOf(name)),
    cellOf: ({ group, name }, value) => {
      if (value === null) return NO_VALUE;
      return group === 'run' ? ofRun(name, value) : valueOf(name, value);
    },
  };
}
