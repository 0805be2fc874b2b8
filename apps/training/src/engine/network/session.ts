import { InferenceSession } from 'onnxruntime-node';

const SESSION = { graphOptimizationLevel: 'all', logSeverityLevel: 3, executionMode: 'sequential', extra: { session: { intra_op: { allow_spinning: '0' } } } } as const;

export async function openSession(model: Uint8Array, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(model, { ...SESSION, intraOpNumThreads: threads, interOpNumThreads: 1 });
}

export function floatsOf(results: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the graph has no float output ${name}`);
  return data;
}
