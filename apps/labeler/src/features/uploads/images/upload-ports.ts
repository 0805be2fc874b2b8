import { http } from '../../../api/http.js';
import type { Announced, Outcome, UploadPorts } from './image-uploader.js';
import type { PutTarget, UploadItem } from './upload-item.js';

export interface UploadChoices {
  readonly split: 'train' | 'val' | 'test' | null;
  readonly onConflict: 'keep_both' | 'skip' | 'replace';
}

const nameOf = (path: string): string => path.split('/').at(-1) ?? path;

/** The API's side of uploads into a dataset. */
export function apiPorts(datasetId: string, choices: UploadChoices): Pick<UploadPorts, 'announce' | 'complete' | 'put' | 'wait'> {
  const path = `datasets/${encodeURIComponent(datasetId)}/images/uploads`;
  return {
    announce: async (items) => {
      const files = items.map((item: UploadItem) => ({ file_name: nameOf(item.path), content_type: item.type, size_bytes: item.size, sha256: item.sha256 }));
      return (await http.post<{ files: readonly Announced[] }>(path, { files, on_conflict: choices.onConflict, ...(choices.split === null ? {} : { split: choices.split }) })).files;
    },
    complete: async (ids) => {
      const { results } = await http.post<{ results: readonly (Outcome & { readonly id: string })[] }>(`${path}/complete`, { ids });
      return new Map(results.map((result) => [result.id, result]));
    },
    put: putFile,
    wait: pause,
  };
}

interface PutOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}

/** XMLHttpRequest, because fetch cannot tell how much of a body was sent. The browser sets the length by itself and refuses to be told. */
export function putFile(file: File, { url, headers }: PutTarget, { signal, onProgress }: PutOptions): Promise<number> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onloadend = () => {
      signal.removeEventListener('abort', abort);
      resolve(request.status);
    };
    signal.addEventListener('abort', abort);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    request.send(file);
  });
}

export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
