import { API_ROOT, http } from '../../api/http.js';
import { Problem, problemOf } from '../../api/problem.js';
import { session } from '../../api/session.js';
import type { Dataset, UploadView } from '../../api/types.js';
import type { UploadEvent } from './upload-machine.js';

/** How often the server is asked how far its checks are. */
const POLL_MILLISECONDS = 700;

/**
 * Sends one file and tells what happens, until it is over. XMLHttpRequest, because fetch cannot tell how much of a body was sent. A server
 * that refuses early closes the connection before the browser has read the answer: then the upload's own page says why.
 */
export async function sendFile(id: string, file: File, tell: (event: UploadEvent) => void, signal: AbortSignal): Promise<void> {
  try {
    const token = await session.accessToken();
    if (signal.aborted) return;
    tell({ kind: 'started', atMilliseconds: performance.now() });
    const stopAsking = new AbortController();
    const answer = exchange({ id, file, token, signal }, tell, () => void pollUntil(id, tell, stopAsking.signal));
    const { status, body } = await answer.finally(() => stopAsking.abort());
    if (status === 0) tell(await fateOf(id));
    else if (status === 201) tell({ kind: 'registered', datasetId: (JSON.parse(body) as Dataset).id });
    else tell(refusalOf(Problem.parse(status, body)));
  } catch (error) {
    tell({ kind: 'failed', problem: problemOf(error) });
  }
}

const refusalOf = (problem: Problem): UploadEvent => ({ kind: problem.errors.length > 0 || problem.status === 422 || problem.status === 413 ? 'refused' : 'failed', problem });

interface Outgoing {
  readonly id: string;
  readonly file: File;
  readonly token: string | null;
  readonly signal: AbortSignal;
}

/** Status 0: no answer was read. */
function exchange({ id, file, token, signal }: Outgoing, tell: (event: UploadEvent) => void, onAllSent: () => void): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    const finish = (): void => {
      signal.removeEventListener('abort', abort);
      resolve({ status: request.status, body: request.status === 0 ? '' : request.responseText });
    };
    request.upload.onprogress = (event) => tell({ kind: 'sent', bytes: event.loaded, atMilliseconds: performance.now() });
    request.upload.onload = () => {
      tell({ kind: 'all-sent' });
      onAllSent();
    };
    request.onload = finish;
    request.onerror = finish;
    request.onabort = finish;
    signal.addEventListener('abort', abort);
    request.open('POST', `${API_ROOT}datasets/upload`);
    request.setRequestHeader('upload-id', id);
    if (token !== null) request.setRequestHeader('authorization', `Bearer ${token}`);
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}

async function pollUntil(id: string, tell: (event: UploadEvent) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const view = await http.get<UploadView>(`uploads/${id}`, { signal }).catch(() => null);
    if (view !== null && !signal.aborted) tell({ kind: 'server-told', view });
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

async function fateOf(id: string): Promise<UploadEvent> {
  const view = await http.get<UploadView>(`uploads/${id}`).catch(() => null);
  if (view?.state === 'completed' && view.dataset_id !== null) return { kind: 'registered', datasetId: view.dataset_id };
  if (view?.state !== 'refused') return { kind: 'failed', problem: Problem.network() };
  const errors = view.errors ?? [];
  return { kind: 'refused', problem: new Problem({ status: 422, code: view.code ?? 'validation-failed', detail: errors[0]?.message ?? '', errors }) };
}
