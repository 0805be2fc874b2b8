import { UnstyledButton } from '@mantine/core';
import { useEffect, useRef, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { boundsOf, type LabelObject } from '../../engine/index.js';
import { Icon } from '../../ui/icons.js';
import { LabelerIcon } from './labeler-icons.js';
import classes from './labeler.module.css';
import { useEditorView, useLabeler } from './session/use-labeler.js';
import { useStripWindow } from './use-strip-window.js';

const ROW = 32;

/** The canvas in words: every object with its class, size and place; selected, changed and deleted by keys as well. Rows exist only where they are seen. */
export function ObjectList(): ReactElement {
  const { t } = useTranslation();
  const { editor, actions } = useLabeler();
  const { objects, selection, allHidden } = useEditorView();
  const scroller = useRef<HTMLDivElement>(null);
  const { first, end, length, show } = useStripWindow(scroller, { count: objects.length, size: ROW, axis: 'y' });
  const [firstSelected] = selection;
  const at = objects.findIndex((one) => one.id === firstSelected);
  useEffect(() => {
    if (at >= 0) show(at);
  }, [at, show]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && !event.altKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      actions.run(by === 1 ? 'next-object' : 'previous-object');
    }
  };
  const active = at >= 0 ? `object-${firstSelected}` : undefined;
  return (
    <section className={`${classes.panel} ${classes.panelGrow}`} aria-label={t('labeler.objects')}>
      <div className={classes.panelHead}>
        <h2>
          {t('labeler.objects')} <span className={classes.count}>{objects.length}</span>
        </h2>
        <UnstyledButton className={classes.icon} aria-label={t('labeler.action.hide-all')} aria-pressed={allHidden} onClick={() => actions.run('hide-all')}>
          <LabelerIcon name={allHidden ? 'eyeOff' : 'eye'} size={17} />
        </UnstyledButton>
      </div>
      {objects.length === 0 && <p className={classes.empty}>{t('labeler.noObjects')}</p>}
      <div ref={scroller} className={classes.list} role="listbox" aria-multiselectable aria-label={t('labeler.objects')} tabIndex={objects.length === 0 ? -1 : 0} aria-activedescendant={active} onKeyDown={onKeyDown}>
        <div style={{ height: length, position: 'relative' }} role="presentation">
          {objects.slice(first, end).map((object, index) => (
            <Row key={object.id} object={object} number={first + index + 1} top={(first + index) * ROW} total={objects.length} onSelect={(id, adds) => editor.select(adds ? [...selection, id] : [id])} />
          ))}
        </div>
      </div>
    </section>
  );
}

interface RowProps {
  readonly object: LabelObject;
  readonly number: number;
  readonly top: number;
  readonly total: number;
  readonly onSelect: (id: string, adds: boolean) => void;
}
function Row({ object, number, top, total, onSelect }: RowProps): ReactElement {
  const { t } = useTranslation();
  const { editor } = useLabeler();
  const view = useEditorView();
  const known = view.classes.find((one) => one.id === object.classId);
  const name = known?.name ?? t('labeler.unknownClass', { id: object.classId });
  const [isHidden, isLocked] = [view.hidden.has(object.id), view.locked.has(object.id)];
  const place = placeOf(object);
  const marks = [isHidden ? t('labeler.isHidden') : '', isLocked ? t('labeler.isLocked') : ''].filter((one) => one !== '');
  const words = [place === null ? name : t('labeler.objectWords', { name, kind: t(`labeler.kind.${object.geometry.kind}`), ...place }), ...marks].join(', ');
  return (
    <div
      id={`object-${object.id}`}
      role="option"
      aria-selected={view.selection.has(object.id)}
      aria-label={words}
      aria-posinset={number}
      aria-setsize={total}
      data-hovered={view.hovered === object.id}
      className={`${classes.row} ${isHidden ? classes.muted : ''}`}
      style={{ position: 'absolute', top, height: ROW - 2 }}
      onClick={(event) => onSelect(object.id, event.shiftKey)}
      onDoubleClick={() => editor.reveal(object.id)}
      onPointerEnter={() => editor.hover(object.id)}
      onPointerLeave={() => editor.hover(null)}
    >
      <span className={classes.swatch} style={{ background: known?.color }} />
      <span className={classes.label}>{name}</span>{' '}
      {place !== null && (
        <span className={classes.detail}>
          {place.width}×{place.height}
        </span>
      )}
      <RowSigns id={object.id} isHidden={isHidden} isLocked={isLocked} />
    </div>
  );
}

interface RowSignsProps {
  readonly id: string;
  readonly isHidden: boolean;
  readonly isLocked: boolean;
}
function RowSigns({ id, isHidden, isLocked }: RowSignsProps): ReactElement {
  const { t } = useTranslation();
  const { editor, actions } = useLabeler();
  const { readOnly } = useEditorView();
  return (
    <>
      <Sign text={t('labeler.hideOne')} isOn={isHidden} onPress={() => editor.setHidden([id], !isHidden)}>
        <LabelerIcon name={isHidden ? 'eyeOff' : 'eye'} size={15} />
      </Sign>
      <Sign text={t('labeler.lockOne')} isOn={isLocked} onPress={() => editor.setLocked([id], !isLocked)}>
        <LabelerIcon name={isLocked ? 'lock' : 'unlock'} size={15} />
      </Sign>
      {!readOnly && !isLocked && (
        <Sign text={t('labeler.deleteOne')} isOn={false} onPress={() => actions.deleteObjects([id])}>
          <Icon name="trash" size={15} />
        </Sign>
      )}
    </>
  );
}

/** For the pointer only: an option of a list holds no buttons, and each of these has a key. */
function Sign({ text, isOn, onPress, children }: { readonly text: string; readonly isOn: boolean; readonly onPress: () => void; readonly children: ReactNode }): ReactElement {
  return (
    <span
      className={classes.icon}
      aria-hidden
      title={text}
      data-on={isOn}
      onClick={(event) => {
        event.stopPropagation();
        onPress();
      }}
    >
      {children}
    </span>
  );
}

function placeOf({ geometry }: LabelObject): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null {
  const box = boundsOf(geometry);
  return box === null ? null : { x: Math.round(box.x), y: Math.round(box.y), width: Math.round(box.width), height: Math.round(box.height) };
}
