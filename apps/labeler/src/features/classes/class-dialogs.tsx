import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClassList, Dataset, LabelClass } from '../../api/types.js';
import { Confirm } from '../../ui/confirm.js';
import { ButtonLink } from '../../ui/links.js';
import { showNote } from '../../ui/notes.js';
import { EditClass } from './edit-class.js';
import type { useChangeClasses } from './use-change-classes.js';

export type AskedKind = 'edit' | 'merge' | 'remove';
export interface Asked {
  readonly kind: AskedKind;
  readonly item: LabelClass;
}

interface DialogsProps {
  readonly dataset: Dataset;
  readonly list: ClassList;
  readonly asked: Asked | null;
  readonly change: ReturnType<typeof useChangeClasses>;
  readonly onAsk: (asked: Asked | null) => void;
}

/** What is asked before a class changes; for one that is in use, what stands in the way of deleting it. */
export function ClassDialogs({ dataset, list, asked, change, onAsk }: DialogsProps): ReactElement {
  const { t } = useTranslation();
  const close = (): void => onAsk(null);
  const { kind, item } = asked ?? { kind: null, item: undefined };
  const isFree = kind === 'remove' && item?.image_count === 0;
  const name = item?.name ?? '';
  const remove = (): void => {
    if (item === undefined) return;
    change.mutate({ kind: 'remove', id: item.id }, { onSuccess: () => showNote({ color: 'green', message: t('classes.deleted', { name }) }), onSettled: close });
  };
  const shared = { onClose: close, closeButtonProps: { 'aria-label': t('common.close') } };
  return (
    <>
      <Modal opened={kind === 'edit'} title={t('classes.editTitle', { name })} {...shared}>
        {item !== undefined && <EditClass key={item.id} item={item} isPose={dataset.task_type === 'pose_estimation'} change={change} onClose={close} />}
      </Modal>
      <Modal opened={kind === 'merge'} title={t('classes.mergeTitle', { name })} {...shared}>
        {item !== undefined && <MergeClass item={item} others={list.classes.filter((one) => one.id !== item.id)} change={change} onClose={close} />}
      </Modal>
      <Confirm opened={isFree} title={t('classes.deleteTitle', { name })} text={t('classes.deleteText')} confirm={t('classes.delete')} busy={change.isPending} onConfirm={remove} onClose={close} />
      <Modal opened={kind === 'remove' && !isFree} title={t('classes.inUseTitle', { name })} {...shared}>
        {item !== undefined && <InUse datasetId={dataset.id} item={item} isAlone={list.classes.length < 2} onMerge={() => onAsk({ kind: 'merge', item })} />}
      </Modal>
    </>
  );
}

interface InUseProps {
  readonly datasetId: string;
  readonly item: LabelClass;
  readonly isAlone: boolean;
  readonly onMerge: () => void;
}

function InUse({ datasetId, item, isAlone, onMerge }: InUseProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Stack>
      <Text>{t('classes.inUse', { count: item.image_count })}</Text>
      <Group justify="flex-end">
        <ButtonLink variant="default" to="/datasets/$datasetId/images" params={{ datasetId }} search={{ class_id: item.id }}>
          {t('classes.show')}
        </ButtonLink>
        <Button disabled={isAlone} onClick={onMerge}>
          {t('classes.merge')}
        </Button>
      </Group>
    </Stack>
  );
}

interface MergeProps {
  readonly item: LabelClass;
  readonly others: readonly LabelClass[];
  readonly change: ReturnType<typeof useChangeClasses>;
  readonly onClose: () => void;
}

function MergeClass({ item, others, change, onClose }: MergeProps): ReactElement {
  const { t } = useTranslation();
  const [into, setInto] = useState<string | null>(null);
  const other = others.find((one) => String(one.id) === into);
  const merge = (): void => {
    if (other === undefined) return;
    change.mutate(
      { kind: 'merge', id: item.id, into: other.id },
      {
        onSuccess: () => {
          showNote({ color: 'green', message: t('classes.merged', { name: item.name, into: other.name }) });
          onClose();
        },
      },
    );
  };
  return (
    <Stack>
      <Text>{t('classes.mergeText', { count: item.image_count })}</Text>
      <Select label={t('classes.mergeInto')} searchable data={others.map((one) => ({ value: String(one.id), label: one.name }))} value={into} onChange={setInto} data-autofocus />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        <Button color="red" disabled={other === undefined} loading={change.isPending} onClick={merge}>
          {t('classes.mergeConfirm')}
        </Button>
      </Group>
    </Stack>
  );
}
