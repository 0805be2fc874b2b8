import { ActionIcon, Select, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, DiffTotals, Version } from '../../api/types.js';
import { DIFFERENCES, diffTotalsQuery, type Side } from '../../api/version-queries.js';
import { useFormat } from '../../i18n/use-format.js';
import { Stats } from '../../ui/facts.js';
import { Icon } from '../../ui/icons.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { DiffList } from './diff-list.js';
import { sideOf } from './versions-search.js';
import classes from './versions.module.css';

const OBJECT_KINDS = ['added', 'removed', 'moved', 'resized', 'reshaped', 'relabelled', 'attributes'] as const;

interface CompareProps {
  readonly dataset: Dataset;
  readonly from: Side;
  readonly to: Side;
  readonly versions: readonly Version[];
}

/** What differs between two versions, or a version and now: in figures, by class, and image by image. */
export function ComparePanel({ dataset, from, to, versions }: CompareProps): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const totals = useQuery(diffTotalsQuery(dataset.id, from, to));
  const go = (search: { readonly from?: Side; readonly to?: Side }): void => void navigate({ to: '/datasets/$datasetId/versions', params: { datasetId: dataset.id }, search, resetScroll: false });
  const close = (
    <ActionIcon variant="subtle" color="gray" aria-label={t('compare.close')} onClick={() => go({})}>
      <Icon name="close" size={16} />
    </ActionIcon>
  );
  return (
    <Panel title={t('compare.title')} aside={close} className={classes.compare}>
      <div className={classes.sides}>
        <SideChoice label={t('compare.from')} value={from} versions={versions} onChange={(side) => go({ from: side, to })} />
        <ActionIcon variant="default" size="lg" aria-label={t('compare.swap')} onClick={() => go({ from: to, to: from })}>
          <Icon name="retry" size={16} />
        </ActionIcon>
        <SideChoice label={t('compare.to')} value={to} versions={versions} onChange={(side) => go({ from, to: side })} />
      </div>
      {totals.isPending && <LoadingState rows={2} height={60} />}
      {totals.isError && <ErrorState error={totals.error} onRetry={() => void totals.refetch()} />}
      {totals.data !== undefined && (isSame(totals.data) ? <p>{t('compare.same')}</p> : <Totals dataset={dataset} totals={totals.data} />)}
      {totals.data !== undefined && DIFFERENCES.some((kind) => totals.data.images[kind] > 0) && <DiffList key={`${from} ${to}`} dataset={dataset} from={from} to={to} />}
    </Panel>
  );
}

const isSame = ({ images, classes: changed }: DiffTotals): boolean => DIFFERENCES.every((kind) => images[kind] === 0) && changed.added.length + changed.removed.length + changed.renamed.length === 0;

interface SideProps {
  readonly label: string;
  readonly value: Side;
  readonly versions: readonly Version[];
  readonly onChange: (side: Side) => void;
}

function SideChoice({ label, value, versions, onChange }: SideProps): ReactElement {
  const { t } = useTranslation();
  const known = versions.filter((one) => one.state === 'ready').map((one) => one.version);
  const numbers = value === 'live' || known.includes(value) ? known : [...known, value];
  return (
    <Select
      label={label}
      value={String(value)}
      allowDeselect={false}
      data={[{ value: 'live', label: t('versions.live') }, ...numbers.map((one) => ({ value: String(one), label: t('versions.version', { version: one }) }))]}
      onChange={(next) => {
        const side = sideOf(next === 'live' ? next : Number(next));
        if (side !== undefined) onChange(side);
      }}
    />
  );
}

function Totals({ dataset, totals }: { readonly dataset: Dataset; readonly totals: DiffTotals }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const objects = OBJECT_KINDS.filter((kind) => totals.objects[kind] > 0);
  return (
    <div className={classes.totals}>
      <h3>{t('compare.images')}</h3>
      <Stats items={DIFFERENCES.map((kind) => ({ label: t(`compare.kinds.${kind}`), value: format.count(totals.images[kind]) }))} />
      {objects.length > 0 && (
        <>
          <h3>{t('compare.objects')}</h3>
          <Stats items={objects.map((kind) => ({ label: t(`compare.objectKinds.${kind}`), value: format.count(totals.objects[kind]) }))} />
        </>
      )}
      {totals.class_deltas.length + totals.classes.renamed.length > 0 && <ClassDeltas dataset={dataset} totals={totals} />}
    </div>
  );
}

function ClassDeltas({ dataset, totals }: { readonly dataset: Dataset; readonly totals: DiffTotals }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const signed = (value: number): string => (value > 0 ? `+${format.count(value)}` : value < 0 ? `−${format.count(-value)}` : '0');
  const ids = [...new Set([...totals.class_deltas.map((one) => one.class_id), ...totals.classes.renamed.map((one) => one.class_id)])];
  return (
    <>
      <h3>{t('compare.byClass')}</h3>
      <div className={classes.deltas}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('compare.class')}</Table.Th>
              <Table.Th>{t('compare.images')}</Table.Th>
              <Table.Th>{t('compare.objects')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ids.map((id) => {
              const delta = totals.class_deltas.find((one) => one.class_id === id);
              return (
                <Table.Tr key={id}>
                  <Table.Td>
                    {dataset.classes.find((one) => one.id === id)?.name ?? t('compare.formerClass', { id })} <ClassNote totals={totals} id={id} />
                  </Table.Td>
                  <Table.Td>{signed(delta?.images ?? 0)}</Table.Td>
                  <Table.Td>{signed(delta?.objects ?? 0)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}

function ClassNote({ totals: { classes: changed }, id }: { readonly totals: DiffTotals; readonly id: number }): ReactElement | null {
  const { t } = useTranslation();
  const renamed = changed.renamed.find((one) => one.class_id === id);
  const note = changed.added.includes(id) ? t('compare.classAdded') : changed.removed.includes(id) ? t('compare.classRemoved') : renamed === undefined ? null : t('compare.classRenamed', { name: renamed.from });
  return note === null ? null : <span className={classes.classNote}>({note})</span>;
}
