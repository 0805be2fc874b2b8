import type { InferenceSession } from 'onnxruntime-node';

const SESSION = { graphOptimizationLevel: 'all', logSeverityLevel: 3, executionMode: 'sequential', extra: { session: { intra_op: { allow_spinning: '0' } } } } as const;

/** What is used of a package of onnxruntime. */
export interface OnnxRuntimePackage {
  readonly InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
}

/** Rejects where the native package cannot be loaded, unless another one is given. */
export async function openSession(model: Uint8Array, threads: number, from?: OnnxRuntimePackage): Promise<InferenceSession> {
  const { InferenceSession: Session } = from ?? (await import('onnxruntime-node'));
  return Session.create(model, { ...SESSION, intraOpNumThreads: threads, interOpNumThreads: 1 });
}
