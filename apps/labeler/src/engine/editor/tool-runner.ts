import type { Point } from '../model/geometry.js';
import { BoxIdle } from '../tools/box/box-idle.js';
import { KeypointsIdle } from '../tools/keypoints/keypoints-idle.js';
import { KeypointsPlacing } from '../tools/keypoints/keypoints-placing.js';
import { PolygonIdle } from '../tools/polygon/polygon-idle.js';
import { SelectIdle } from '../tools/select/select-idle.js';
import type { ToolHost, ToolInput, ToolState } from '../tools/tool.js';
import { Navigation } from '../view/navigation.js';
import type { PointerInput, WheelInput } from '../view/pointer-input.js';
import type { Viewport } from '../view/viewport.js';
import type { EditorView, ToolName } from './editor-view.js';

export type ToolFactory = (host: ToolHost) => ToolState;

const FACTORIES: Readonly<Partial<Record<ToolName, ToolFactory>>> = {
  select: (host) => new SelectIdle(host),
  box: (host) => new BoxIdle(host),
  polygon: (host) => new PolygonIdle(host),
  keypoints: (host) => new KeypointsIdle(host),
};

/** Leads pointers to the view or to the present tool, and keeps the state that the tool is in. */
export class ToolRunner {
  readonly navigation: Navigation;
  private readonly factories = new Map<string, ToolFactory>(Object.entries(FACTORIES));
  private name: ToolName = 'select';
  private state: ToolState;
  /** Alt in a drawing tool: the select tool has the pointer until it is lifted. */
  private borrowed: ToolState | null = null;
  /** The pointer that is down in the tool; the others, such as the hand that holds the pen, do not reach it. */
  private held: Pick<PointerInput, 'pointerId' | 'type'> | null = null;

  constructor(
    private readonly host: ToolHost & { readonly isLookOnly: boolean },
    private readonly viewport: Viewport,
    private readonly changed: () => void,
  ) {
    this.navigation = new Navigation(viewport);
    this.state = new SelectIdle(host);
  }

  /** A tool of the page's own, such as the brush of a mask. */
  register(name: ToolName, factory: ToolFactory): void {
    this.factories.set(name, factory);
  }

  view(): Pick<EditorView, 'tool' | 'state' | 'cursor' | 'draft'> {
    const shown = this.borrowed ?? this.state;
    return { tool: this.name, state: shown.name, cursor: shown.cursor, draft: shown.draft };
  }
  get tool(): ToolName {
    return this.name;
  }
  get isIdle(): boolean {
    return this.state.isIdle && this.borrowed === null;
  }

  choose(name: ToolName): void {
    const factory = this.factories.get(name);
    if (factory === undefined || (this.host.isLookOnly && name !== 'select')) return;
    this.breakOff((state) => state.cancel());
    this.name = name;
    this.state = factory(this.host);
    this.host.hover(null);
    this.changed();
  }
  /** Ends what is under way, and keeps the tool: the next image is labelled with the same. */
  reset(): void {
    this.breakOff((state) => state.cancel());
    this.state = this.factories.get(this.name)?.(this.host) ?? new SelectIdle(this.host);
  }

  pointerDown(input: PointerInput): void {
    if (this.isRestingHand(input)) return;
    const purpose = this.navigation.down(input);
    if (purpose === 'view' && this.held?.type === 'touch') this.breakOff((state) => state.interrupt());
    if (purpose !== 'tool' || input.button !== 0 || this.held !== null) return;
    this.held = { pointerId: input.pointerId, type: input.type };
    if (input.alt && this.name !== 'select' && this.state.isIdle) this.borrowed = new SelectIdle(this.host);
    this.handle(input, (state, one) => state.down(one));
  }
  pointerMove(input: PointerInput): void {
    if (this.navigation.move(input) === 'tool' && this.isForTool(input)) this.handle(input, (state, one) => state.move(one));
  }
  pointerUp(input: PointerInput): void {
    const purpose = this.navigation.up(input);
    if (purpose === 'context-click') this.stepBack();
    // Whatever button it is: a browser tells of the last one only when several were down.
    if (purpose !== 'tool' || this.held?.pointerId !== input.pointerId) return;
    this.held = null;
    this.handle(input, (state, one) => state.up(one));
    this.endBorrowing();
  }
  pointerCancel(pointerId: number): void {
    this.navigation.cancel(pointerId);
    if (this.held?.pointerId === pointerId) this.breakOff((state) => state.interrupt());
  }
  doubleClick(input: PointerInput): void {
    this.handle(input, (state, one) => state.doubleClick(one));
  }
  wheel(input: WheelInput): void {
    this.navigation.wheel(input);
  }

  finish(): void {
    this.become(this.state.finish());
  }
  cancel(): void {
    if (this.borrowed === null) this.become(this.state.cancel());
    else this.breakOff((state) => state);
  }
  stepBack(): void {
    this.become(this.state.stepBack());
  }
  /** The keypoint whose turn it is is absent. */
  skipPoint(): void {
    if (this.state instanceof KeypointsPlacing) this.become(this.state.skip());
  }

  /** What is under way ends as if it had not begun; what is selected stays. */
  private breakOff(own: (state: ToolState) => ToolState): void {
    this.held = null;
    if (this.borrowed?.isIdle === false) this.borrowed.cancel();
    this.endBorrowing();
    if (!this.state.isIdle) this.become(own(this.state));
  }
  private endBorrowing(): void {
    if (this.borrowed === null) return;
    this.borrowed = null;
    this.changed();
  }
  private isRestingHand({ type }: PointerInput): boolean {
    return type === 'touch' && this.held !== null && this.held.type !== 'touch';
  }
  private isForTool({ pointerId }: PointerInput): boolean {
    return this.held === null || this.held.pointerId === pointerId;
  }

  private handle(input: PointerInput, step: (state: ToolState, input: ToolInput) => ToolState): void {
    const one = this.inImage(input);
    if (this.borrowed === null) this.become(step(this.state, one));
    else {
      this.borrowed = step(this.borrowed, { ...one, alt: true });
      this.changed();
    }
  }
  private become(state: ToolState): void {
    if (state === this.state) return;
    this.state = state;
    this.changed();
  }
  private inImage({ screen, coalesced, shift, alt, mod, pressure }: PointerInput): ToolInput {
    const toImage = (point: Point): Point => this.viewport.toImage(point);
    return { point: toImage(screen), path: coalesced.length === 0 ? [toImage(screen)] : coalesced.map(toImage), shift, alt, mod, pressure };
  }
}
