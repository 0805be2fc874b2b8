import { Button, Select, Switch, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IMAGE_SPLITS, IMAGE_STATES, IMAGE_STATUSES, membersQuery } from '../../api/image-queries.js';
import type { Dataset } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import { useShortcut } from '../../ui/shortcuts.js';
import { isFiltered, type GallerySearch } from './gallery-search.js';
import classes from './gallery.module.css';

/** Long enough that a word is typed, short enough to feel at once. */
const SEARCH_DELAY_MILLISECONDS = 250;

interface FiltersProps {
  readonly dataset: Dataset;
  readonly search: GallerySearch;
  readonly onChange: (change: GallerySearch) => void;
  readonly onClear: () => void;
  readonly withLabels: boolean;
  readonly onLabels: (shown: boolean) => void;
  readonly children: ReactNode;
}

/** Which images; all of it in the address. */
export function GalleryFilters({ dataset, search, onChange, onClear, withLabels, onLabels, children }: FiltersProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={classes.toolbar} role="search" aria-label={t('gallery.filters')}>
      <NameField search={search} onChange={onChange} />
      <Choice label={t('gallery.split')} any={t('gallery.anySplit')} value={search.split} options={IMAGE_SPLITS.map((one) => ({ value: one, label: t(`dataset.split.${one}`) }))} onChange={(value) => onChange({ split: IMAGE_SPLITS.find((one) => one === value) })} />
      <Choice
        label={t('gallery.class')}
        any={t('gallery.anyClass')}
        value={search.class_id === undefined ? undefined : String(search.class_id)}
        options={dataset.classes.map((one) => ({ value: String(one.id), label: one.name }))}
        onChange={(value) => onChange({ class_id: value === '' ? undefined : Number(value) })}
      />
      <Choice label={t('gallery.status')} any={t('gallery.anyStatus')} value={search.status} options={IMAGE_STATUSES.map((one) => ({ value: one, label: t(`gallery.statuses.${one}`) }))} onChange={(value) => onChange({ status: IMAGE_STATUSES.find((one) => one === value) })} />
      <PersonChoice datasetId={dataset.id} search={search} onChange={onChange} />
      <Choice label={t('gallery.state')} any={t('gallery.anyState')} value={search.state} options={IMAGE_STATES.map((one) => ({ value: one, label: t(`gallery.states.${one}`) }))} onChange={(value) => onChange({ state: IMAGE_STATES.find((one) => one === value) })} />
      <Choice label={t('gallery.suggested')} any={t('gallery.anySuggested')} value={search.order ?? search.has_suggestion} options={(['true', 'false', 'hardest'] as const).map((one) => ({ value: one, label: t(`gallery.suggestedIs.${one}`) }))} onChange={(value) => onChange(suggestedBy(value))} />
      {isFiltered(search) && (
        <Button variant="subtle" color="gray" size="compact-sm" leftSection={<Icon name="close" size={14} />} onClick={onClear}>
          {t('gallery.clear')}
        </Button>
      )}
      <Switch size="sm" label={t('gallery.showLabels')} checked={withLabels} onChange={(event) => onLabels(event.currentTarget.checked)} />
      {children}
    </div>
  );
}

/** Images that a model has looked at, in the order of their hardness, are a choice beside those with and without suggestions. */
const suggestedBy = (value: string): Pick<GallerySearch, 'has_suggestion' | 'order'> => ({
  has_suggestion: value === 'true' || value === 'false' ? value : undefined,
  order: value === 'hardest' ? value : undefined,
});

interface ChoiceProps {
  readonly label: string;
  readonly any: string;
  readonly value: string | undefined;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, any, value, options, onChange }: ChoiceProps): ReactElement {
  return (
    <Select
      aria-label={label}
      size="sm"
      className={classes.filter}
      value={value ?? ''}
      allowDeselect={false}
      searchable={options.length > 12}
      limit={200}
      data={[{ value: '', label: any }, ...options]}
      onChange={(next) => onChange(next ?? '')}
    />
  );
}

/** Readers of a public dataset do not see who belongs to it, and have no such filter. */
function PersonChoice({ datasetId, search, onChange }: { readonly datasetId: string } & Pick<FiltersProps, 'search' | 'onChange'>): ReactElement | null {
  const { t } = useTranslation();
  const { data } = useQuery(membersQuery(datasetId));
  if (data === undefined) return null;
  const known = data.map((one) => ({ value: one.user_id, label: one.display_name }));
  const chosen = search.labeled_by;
  const options = chosen === undefined || known.some((one) => one.value === chosen) ? known : [...known, { value: chosen, label: t('gallery.formerMember') }];
  return <Choice label={t('gallery.person')} any={t('gallery.anyPerson')} value={chosen} options={options} onChange={(value) => onChange({ labeled_by: value === '' ? undefined : value })} />;
}

function NameField({ search, onChange }: Pick<FiltersProps, 'search' | 'onChange'>): ReactElement {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(search.q ?? '');
  const find = useDebouncedCallback((value: string) => onChange({ q: value.trim() === '' ? undefined : value.trim() }), SEARCH_DELAY_MILLISECONDS);
  useShortcut('Slash', t('gallery.search'), () => field.current?.focus());
  // Cleared elsewhere: by "clear filters" or the browser's back.
  useEffect(() => {
    if (search.q === undefined) setText('');
  }, [search.q]);
  const type = (value: string): void => {
    setText(value);
    find(value);
  };
  return (
    <TextInput
      ref={field}
      type="search"
      size="sm"
      className={classes.search}
      aria-label={t('gallery.search')}
      placeholder={t('gallery.searchPlaceholder')}
      leftSection={<Icon name="search" size={16} />}
      maxLength={255}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
