import { useCallback, useEffect, useRef, useState, type PointerEvent, type ReactElement, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Stage, type PointerInput } from '../../engine/index.js';
import classes from './labeler.module.css';
import { useLabelerSettings } from './session/labeler-settings.js';
import { useEditorView, useLabeler } from './session/use-labeler.js';

/** The canvas. What it shows can also be read and changed in the list of objects: this one is for pointers. */
export function CanvasView(): ReactElement {
  const { t } = useTranslation();
  const session = useLabeler();
  const { tools } = session.editor;
  const { cursor, objects } = useEditorView();
  const { stage: options } = useLabelerSettings();
  const host = useRef<HTMLDivElement>(null);
  const readout = useReadout();
  const [stage, setStage] = useState<Stage | null>(null);

  useEffect(() => {
    if (host.current === null) return;
    const made = new Stage(host.current, session.editor);
    setStage(made);
    const stop = session.onPicture((shown, image) => made.setPicture(shown === null ? null : { source: shown.bitmap, size: { width: image.width, height: image.height } }));
    made.setMask(session.mask?.drawMask ?? null);
    const stopMask = session.mask?.onPaint(() => made.maskChanged());
    return () => {
      stop();
      stopMask?.();
      made.dispose();
      setStage(null);
    };
  }, [session]);
  useEffect(() => stage?.setOptions(options), [stage, options]);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    // Not React's: it may not prevent the browser's own zoom from a passive listener.
    const onWheel = (event: globalThis.WheelEvent): void => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
      tools.wheel({ screen: placeOf(event, element), deltaX: event.deltaX * lines, deltaY: event.deltaY * lines, shift: event.shiftKey, mod: event.ctrlKey || event.metaKey });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [tools]);

  const onDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.focus({ preventScroll: true });
    tools.pointerDown(inputOf(event));
  };
  const onMove = (event: PointerEvent<HTMLDivElement>): void => {
    const input = inputOf(event);
    stage?.setPointer(input.screen);
    readout.show(input.screen);
    tools.pointerMove(input);
  };
  return (
    <>
      <div
        ref={host}
        className={classes.canvas}
        style={{ cursor }}
        role="application"
        aria-label={t('labeler.canvas', { count: objects.length })}
        tabIndex={0}
        data-labeler-canvas
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={(event) => tools.pointerUp(inputOf(event))}
        onPointerCancel={(event) => tools.pointerCancel(event.pointerId)}
        onPointerLeave={() => {
          stage?.setPointer(null);
          readout.show(null);
        }}
        onDoubleClick={(event) => tools.doubleClick({ ...inputOf(event), button: 0 })}
        onContextMenu={(event) => event.preventDefault()}
      />
      <span ref={readout.element} className={classes.readout} aria-hidden data-readout />
    </>
  );
}

/** Where the pointer stands in the image, and the zoom. Written past React: it changes with each move. */
function useReadout(): { readonly element: RefObject<HTMLSpanElement | null>; readonly show: (screen: { readonly x: number; readonly y: number } | null) => void } {
  const { viewport } = useLabeler().editor;
  const element = useRef<HTMLSpanElement>(null);
  const last = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const show = useCallback(
    (screen: { readonly x: number; readonly y: number } | null): void => {
      last.current = screen;
      if (element.current === null) return;
      const place = screen === null ? null : viewport.toImage(screen);
      element.current.textContent = `${place === null ? '' : `${place.x.toFixed(1)}, ${place.y.toFixed(1)} · `}${Math.round(viewport.scale * 100)} %`;
    },
    [viewport],
  );
  useEffect(() => {
    show(last.current);
    return viewport.subscribe(() => show(last.current));
  }, [viewport, show]);
  return { element, show };
}

type CanvasEvent = Pick<globalThis.MouseEvent, 'clientX' | 'clientY'>;
function placeOf({ clientX, clientY }: CanvasEvent, element: Element): { readonly x: number; readonly y: number } {
  const { left, top } = element.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

function inputOf(event: PointerEvent<HTMLDivElement> | React.MouseEvent<HTMLDivElement>): PointerInput {
  const { currentTarget: element, shiftKey, altKey, ctrlKey, metaKey, button, nativeEvent } = event;
  const common = { screen: placeOf(event, element), button, shift: shiftKey, alt: altKey, mod: ctrlKey || metaKey };
  if (!(nativeEvent instanceof globalThis.PointerEvent)) return { ...common, pointerId: 0, type: 'mouse', pressure: 0.5, coalesced: [] };
  const { pointerId, pointerType, pressure } = nativeEvent;
  const type = (['pen', 'touch'] as const).find((one) => one === pointerType) ?? 'mouse';
  return { ...common, pointerId, type, pressure, coalesced: nativeEvent.getCoalescedEvents().map((one) => placeOf(one, element)) };
}
