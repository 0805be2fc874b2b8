import { streamTopLevel, type StreamTopLevelLimits } from '@app/dice-format';
import { DomainError } from '@app/kernel';

const encoder = new TextEncoder();
const WRAPPER = '/all';

/** The elements of a JSON array, one by one, as strictly read as everything else. @throws DomainError as streamTopLevel does. */
export async function* streamArray(chunks: AsyncIterable<Uint8Array>, limits: StreamTopLevelLimits = {}): AsyncGenerator<{ readonly index: number; readonly element: unknown }> {
  try {
    for await (const item of streamTopLevel(wrapped(chunks), { ...limits, streamed: new Set(['all']) })) {
      if ('element' in item) yield { index: item.index, element: item.element };
      else if (item.key !== 'all' || !Array.isArray(item.value)) throw new DomainError('validation-failed', 'The file is a list of tasks.', { findings: [{ code: 'invalid-field', message: 'The file is a list of tasks.', pointer: '' }] });
    }
  } catch (error) {
    throw unwrapped(error);
  }
}

/** The array as the one member of an object, which is what the splitter takes. */
async function* wrapped(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield encoder.encode('{"all":');
  yield* chunks;
  yield encoder.encode('}');
}

function unwrapped(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const findings = error.findings.map((finding) => ({ ...finding, ...(finding.pointer === undefined ? {} : { pointer: finding.pointer.startsWith(WRAPPER) ? finding.pointer.slice(WRAPPER.length) : finding.pointer }) }));
  return new DomainError(error.code, error.detail, { cause: error, findings });
}
