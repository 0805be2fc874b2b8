import { VisuallyHidden } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../api/types.js';
import { keymapOf, type ActionName } from '../../engine/index.js';
import { BrushPanel } from './brush-panel.js';
import { CanvasView } from './canvas-view.js';
import { ClassPanel } from './class-panel.js';
import { ConflictPanel } from './conflict-panel.js';
import { Filmstrip } from './filmstrip.js';
import classes from './labeler.module.css';
import { ObjectDetails } from './object-details.js';
import { ObjectList } from './object-list.js';
import { PictureTroublePanel } from './picture-trouble.js';
import { pressKey, releaseKey } from './session/keyboard.js';
import type { LabelerSession } from './session/labeler-session.js';
import { useLabelerSettings } from './session/labeler-settings.js';
import { mayReview } from './session/may-review.js';
import { useChooseClass } from './session/use-choose-class.js';
import { useEditorView, useLabeler, useSessionView } from './session/use-labeler.js';
import { SuggestionPanel } from './suggestion-panel.js';
import { ToolRail } from './tool-rail.js';
import { TopBar } from './top-bar.js';

const LabelerHelp = lazy(async () => ({ default: (await import('./labeler-help.js')).LabelerHelp }));
const ClassPicker = lazy(async () => ({ default: (await import('./class-picker.js')).ClassPicker }));

export type Dialog = 'class' | 'help' | null;
interface Props {
  readonly dataset: Dataset;
  readonly dialog: Dialog;
  readonly onDialog: (dialog: Dialog) => void;
}

export function LabelerView({ dataset, dialog, onDialog }: Props): ReactElement {
  const choose = useChooseClass(dataset);
  const run = useRun(dataset, onDialog);
  useKeys({ run, choose, isOff: dialog !== null });
  const hasObjects = dataset.task_type !== 'image_classification' && dataset.task_type !== 'semantic_segmentation';
  return (
    <main id="main" tabIndex={-1} className={classes.frame} data-phase={useSessionView().phase}>
      <TopBar dataset={dataset} run={run} />
      <ToolRail task={dataset.task_type} />
      <div className={classes.middle}>
        <CanvasView />
        <PictureTroublePanel />
        <CanvasNotice />
      </div>
      <aside className={classes.side}>
        <ConflictPanel />
        <SuggestionPanel />
        <ClassPanel dataset={dataset} />
        {dataset.task_type === 'semantic_segmentation' && <BrushPanel />}
        {hasObjects && <ObjectList />}
        {hasObjects && <ObjectDetails />}
      </aside>
      <Filmstrip />
      <Announcer />
      <Suspense fallback={null}>
        {dialog === 'class' && <ClassPicker onChoose={choose} onClose={() => onDialog(null)} />}
        {dialog === 'help' && <LabelerHelp onClose={() => onDialog(null)} />}
      </Suspense>
    </main>
  );
}

/** The actions of the page; the others are the editor's. */
function useRun(dataset: Dataset, onDialog: (dialog: Dialog) => void): (action: ActionName) => boolean {
  const session = useLabeler();
  const table: Partial<Record<ActionName, () => void>> = {
    'previous-image': () => void session.step(-1),
    'next-image': () => void session.step(1),
    'next-unlabeled': () => void session.nextUnlabeled(),
    'pick-class': () => onDialog('class'),
    help: () => onDialog('help'),
    save: () => void session.save(),
    'brush-smaller': () => session.mask?.sizeBrush('smaller'),
    'brush-larger': () => session.mask?.sizeBrush('larger'),
    nothing: () => (hasLabels(session) && !session.editor.view().noObject ? undefined : session.actions.run('nothing')),
    submit: () => {
      const { image } = session.view();
      if (mayReview(dataset) && image.status === 'labeled' && hasLabels(session)) session.setStatus('reviewed');
      void session.step(1);
    },
  };
  return (action) => {
    const own = table[action];
    own?.();
    return own !== undefined || session.actions.run(action);
  };
}

function hasLabels({ editor, mask, view }: LabelerSession): boolean {
  const painted = mask?.objectsOf(view().image.id).size ?? 0;
  return painted > 0 || (editor.document?.all().length ?? 0) > 0 || editor.view().noObject;
}

interface Keys {
  readonly run: (action: ActionName) => boolean;
  readonly choose: (classId: number) => void;
  readonly isOff: boolean;
}
function useKeys({ run, choose, isOff }: Keys): void {
  const session = useLabeler();
  const { preset, keys } = useLabelerSettings();
  const latest = useRef({ run, choose });
  latest.current = { run, choose };
  useEffect(() => {
    if (isOff) return;
    const keymap = keymapOf(preset, keys);
    const chooseClass = (index: number): void => {
      const found = session.editor.view().classes[index];
      if (found !== undefined) latest.current.choose(found.id);
    };
    const onDown = (event: KeyboardEvent): void => {
      if (pressKey(event, session, { keymap, preset, page: (action) => latest.current.run(action), chooseClass })) event.preventDefault();
    };
    const onUp = (event: KeyboardEvent): void => releaseKey(event, session);
    window.addEventListener('keydown', onDown);
    window.addEventListener('keyup', onUp);
    return () => {
      window.removeEventListener('keydown', onDown);
      window.removeEventListener('keyup', onUp);
    };
  }, [session, preset, keys, isOff]);
}

/** One line over the canvas: what to do next, while something is under way. */
function CanvasNotice(): ReactElement | null {
  const { t } = useTranslation();
  const { end, phase, picture, trouble, overlap } = useSessionView();
  const hint = useDrawingHint();
  const isLoading = phase === 'loading' || (picture === 'none' && trouble === null && phase === 'ready');
  const place = end === null ? null : t(end === 1 ? 'labeler.lastImage' : 'labeler.firstImage');
  const shown = place ?? (isLoading ? t('labeler.loading') : overlap ? t('labeler.overlap') : hint);
  return shown === null ? null : <div className={classes.notice}>{shown}</div>;
}

function useDrawingHint(): string | null {
  const { t } = useTranslation();
  const { state, draft, noObject, readOnly } = useEditorView();
  if (draft?.kind === 'keypoints') return t('labeler.nextPoint', { name: draft.next ?? '' });
  if (state === 'polygon.drawing') return t('labeler.hint.polygon');
  if (state === 'box.second-corner') return t('labeler.hint.box');
  if (noObject) return t('labeler.isEmpty');
  return readOnly ? t('labeler.readOnly') : null;
}

/** What a screen reader hears of changes: how many objects there are, and which one is selected. */
function Announcer(): ReactElement {
  const { t } = useTranslation();
  const { objects, selection, classes: known } = useEditorView();
  const [id] = selection;
  const selected = objects.find((one) => one.id === id);
  const name = known.find((one) => one.id === selected?.classId)?.name ?? '';
  return (
    <VisuallyHidden role="status">
      {t('labeler.announce', { count: objects.length })} {selection.size === 1 ? t('labeler.announceSelected', { name }) : ''}
    </VisuallyHidden>
  );
}
