import { Kbd, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { DATASET_SORTS, TASK_TYPES, type DatasetSort, type TaskType } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import { ButtonLink } from '../../ui/links.js';
import { useShortcut } from '../../ui/shortcuts.js';
import classes from './datasets-page.module.css';

const route = getRouteApi('/app/datasets');

/** Long enough that a word is typed, short enough to feel at once. */
const SEARCH_DELAY_MILLISECONDS = 250;

/** Search, task and order of the list; all of it in the address. */
export function FilterBar(): ReactElement {
  const { t } = useTranslation();
  const { task, sort } = route.useSearch();
  const go = useChangeFilter();
  return (
    <div className={classes.filters} role="search">
      <SearchField />
      <Select
        aria-label={t('task.label')}
        value={task ?? ''}
        allowDeselect={false}
        data={[{ value: '', label: t('datasets.allTasks') }, ...TASK_TYPES.map((one) => ({ value: one, label: t(`task.${one}`) }))]}
        onChange={(value) => go({ task: TASK_TYPES.find((one) => one === value) })}
      />
      <Select
        aria-label={t('datasets.sort')}
        value={sort ?? 'newest'}
        allowDeselect={false}
        data={DATASET_SORTS.map((one) => ({ value: one, label: t(`datasets.sorts.${one}`) }))}
        onChange={(value) => go({ sort: value === 'newest' ? undefined : DATASET_SORTS.find((one) => one === value) })}
      />
      <ButtonLink to="/datasets/trash" variant="subtle" color="gray" leftSection={<Icon name="trash" size={16} />} className={classes.trash}>
        {t('trash.title')}
      </ButtonLink>
    </div>
  );
}

function SearchField(): ReactElement {
  const { t } = useTranslation();
  const { q } = route.useSearch();
  const go = useChangeFilter();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q ?? '');
  const search = useDebouncedCallback((value: string) => go({ q: value.trim() === '' ? undefined : value.trim() }), SEARCH_DELAY_MILLISECONDS);
  useShortcut('Slash', t('datasets.searchLabel'), () => field.current?.focus());
  // Cleared elsewhere: by "clear the search" or the browser's back.
  useEffect(() => {
    if (q === undefined) setText('');
  }, [q]);
  const type = (value: string): void => {
    setText(value);
    search(value);
  };
  return (
    <TextInput
      ref={field}
      className={classes.search}
      type="search"
      aria-label={t('datasets.searchLabel')}
      placeholder={t('datasets.searchPlaceholder')}
      leftSection={<Icon name="search" size={16} />}
      rightSection={text === '' ? <Kbd aria-hidden="true">/</Kbd> : undefined}
      rightSectionPointerEvents="none"
      maxLength={120}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

function useChangeFilter(): (change: { q?: string; task?: TaskType; sort?: DatasetSort }) => void {
  const navigate = useNavigate();
  return (change) => void navigate({ to: '/datasets', search: (before) => ({ ...before, ...change }), replace: true });
}
