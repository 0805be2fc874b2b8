import type { OnnxNode } from '../../onnx/onnx-model.js';
import type { Held } from './held.js';

/** What an operator computes from. Inputs that the node leaves out are null. */
export interface OperatorCall {
  readonly node: OnnxNode;
  readonly inputs: readonly (Held | null)[];
  /** The integers of an input that is a constant list of them, such as axes. */
  integers(index: number): readonly number[];
  /** The numbers of an input that is a constant list of them, such as scales. */
  floats(index: number): readonly number[];
}

/** Computes the outputs. Called within `tf.tidy`; what it answers outlives it. */
export type Operator = (call: OperatorCall) => readonly Held[];

export function input(call: OperatorCall, index: number): Held {
  const held = call.inputs[index];
  if (held === null || held === undefined) throw new Error(`${call.node.opType} lacks its input ${index}`);
  return held;
}

export function integersOf(call: OperatorCall, name: string, fallback: readonly number[]): readonly number[] {
  const value = call.node.attributes[name];
  return Array.isArray(value) ? value : fallback;
}

export function integerOf(call: OperatorCall, name: string, fallback: number): number {
  const value = call.node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

export function textOf(call: OperatorCall, name: string, fallback: string): string {
  const value = call.node.attributes[name];
  return typeof value === 'string' ? value : fallback;
}

export function floatOf(call: OperatorCall, name: string, fallback: number): number {
  const value = call.node.attributes[name];
  return typeof value === 'object' && 'float' in value ? value.float : fallback;
}
