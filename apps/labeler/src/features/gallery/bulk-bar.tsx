import { Button, Menu, Progress } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IMAGE_STATUSES } from '../../api/image-queries.js';
import type { Dataset } from '../../api/types.js';
import { Confirm } from '../../ui/confirm.js';
import { Icon } from '../../ui/icons.js';
import { mayAct } from '../datasets/roles.js';
import classes from './gallery.module.css';
import type { Bulk } from './use-bulk.js';
import type { GallerySelection } from './use-selection.js';

const SPLITS = ['train', 'val', 'test', null] as const;

interface BarProps {
  readonly dataset: Dataset;
  readonly selection: GallerySelection;
  readonly bulk: Bulk;
  readonly asking: boolean;
  readonly onAsk: (asking: boolean) => void;
}

/** What can be done with the chosen images; below the rows while some are chosen. */
export function BulkBar({ dataset, selection, bulk, asking, onAsk }: BarProps): ReactElement | null {
  const { t } = useTranslation();
  const count = selection.ids.size;
  const busy = bulk.done !== null || selection.reading !== null;
  if (count === 0 && selection.reading === null) return null;
  return (
    <section className={classes.bulk} aria-label={t('bulk.bar')}>
      <span className={classes.chosen} role="status">
        {selection.reading === null ? t('bulk.selected', { count }) : t('bulk.selecting', { count: selection.reading })}
      </span>
      {bulk.done !== null && (
        <>
          <Progress w={140} value={(bulk.done / Math.max(1, bulk.total)) * 100} aria-label={t('bulk.progress')} />
          <span>{t('common.nOfN', { n: bulk.done, total: bulk.total })}</span>
        </>
      )}
      {!busy && <Choices dataset={dataset} bulk={bulk} onDelete={() => onAsk(true)} />}
      <Button size="compact-sm" variant="subtle" color="gray" disabled={bulk.done !== null} onClick={selection.clear}>
        {t('bulk.clear')}
      </Button>
      <Confirm
        opened={asking}
        title={t('bulk.deleteTitle', { count })}
        text={t('bulk.deleteText')}
        confirm={t('bulk.deleteConfirm')}
        busy={false}
        onConfirm={() => {
          onAsk(false);
          bulk.remove();
        }}
        onClose={() => onAsk(false)}
      />
    </section>
  );
}

function Choices({ dataset, bulk, onDelete }: { readonly dataset: Dataset; readonly bulk: Bulk; readonly onDelete: () => void }): ReactElement {
  const { t } = useTranslation();
  const statuses = IMAGE_STATUSES.filter((status) => mayAct(dataset, status === 'reviewed' ? 'reviewer' : 'annotator'));
  return (
    <>
      {mayAct(dataset, 'admin') && (
        <Choice label={t('bulk.split')} options={SPLITS.map((split) => ({ key: split ?? 'none', text: split === null ? t('bulk.noSplit') : t(`dataset.split.${split}`), run: () => bulk.putTo(split) }))} />
      )}
      {statuses.length > 0 && <Choice label={t('bulk.status')} options={statuses.map((status) => ({ key: status, text: t(`gallery.statuses.${status}`), run: () => bulk.mark(status) }))} />}
      {mayAct(dataset, 'admin') && (
        <Button size="compact-sm" color="red" variant="light" leftSection={<Icon name="trash" size={15} />} onClick={onDelete}>
          {t('bulk.delete')}
        </Button>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly options: readonly { readonly key: string; readonly text: string; readonly run: () => void }[];
}

function Choice({ label, options }: ChoiceProps): ReactElement {
  return (
    <Menu position="top-start">
      <Menu.Target>
        <Button size="compact-sm" variant="default" rightSection={<Icon name="chevronDown" size={14} />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {options.map(({ key, text, run }) => (
          <Menu.Item key={key} onClick={run}>
            {text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
