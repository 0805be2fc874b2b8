import { ActionIcon, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { LabelClass } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import { safeColor } from '../datasets/class-bar.js';
import type { AskedKind } from './class-dialogs.js';
import styles from './classes.module.css';
import type { useChangeClasses } from './use-change-classes.js';

interface RowProps {
  readonly datasetId: string;
  readonly item: LabelClass;
  readonly place: number;
  readonly count: number;
  /** Null: the reader may not. */
  readonly change: ReturnType<typeof useChangeClasses> | null;
  readonly onMove: (to: number) => void;
  readonly onAsk: (kind: AskedKind) => void;
}

/** A class in its place: colour, name, how many images show it, and what can be done with it. */
export function ClassRow({ datasetId, item, place, count, change, onMove, onAsk }: RowProps): ReactElement {
  const { t } = useTranslation();
  const { name } = item;
  return (
    <li className={styles.row}>
      {change === null ? <span className={styles.swatch} style={{ background: safeColor(item.color) }} /> : <ColorField item={item} change={change} />}
      <span className={styles.name}>{name}</span>
      {item.keypoints !== null && item.keypoints.length > 0 && <span className={styles.dim}>{t('classes.keypointCount', { count: item.keypoints.length })}</span>}
      <Link to="/datasets/$datasetId/images" params={{ datasetId }} search={{ class_id: item.id }} className={styles.count}>
        {t('datasets.images', { count: item.image_count })}
      </Link>
      {change !== null && (
        <span className={styles.tools}>
          <ActionIcon variant="subtle" color="gray" disabled={place === 0 || change.isPending} aria-label={t('classes.up', { name })} onClick={() => onMove(place - 1)}>
            <Icon name="chevronUp" size={16} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" disabled={place === count - 1 || change.isPending} aria-label={t('classes.down', { name })} onClick={() => onMove(place + 1)}>
            <Icon name="chevronDown" size={16} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" aria-label={t('classes.edit', { name })} onClick={() => onAsk('edit')}>
            <Icon name="edit" size={16} />
          </ActionIcon>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t('classes.more', { name })}>
                <Icon name="dots" size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item disabled={count < 2} onClick={() => onAsk('merge')}>
                {t('classes.merge')}
              </Menu.Item>
              <Menu.Item color="red" onClick={() => onAsk('remove')}>
                {t('classes.delete')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </span>
      )}
    </li>
  );
}

/** Long enough that dragging in the browser's own picker is one change. */
const COLOR_DELAY_MILLISECONDS = 500;

function ColorField({ item, change }: { readonly item: LabelClass; readonly change: ReturnType<typeof useChangeClasses> }): ReactElement {
  const { t } = useTranslation();
  const [color, setColor] = useState(safeColor(item.color));
  useEffect(() => setColor(safeColor(item.color)), [item.color]);
  const { mutate } = change;
  useEffect(() => {
    if (color.toLowerCase() === safeColor(item.color).toLowerCase()) return undefined;
    const timer = setTimeout(() => mutate({ kind: 'edit', id: item.id, fields: { color } }), COLOR_DELAY_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [color, item.color, item.id, mutate]);
  return <input type="color" className={styles.swatch} value={color} aria-label={t('classes.colorOf', { name: item.name })} onChange={(event) => setColor(event.currentTarget.value)} />;
}
