import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { beginModelUpload, completeModelUpload, datasetModelsQuery } from '../../../api/model-queries.js';
import type { Model } from '../../../api/types.js';
import { pause, putFile } from '../../uploads/images/upload-ports.js';
import { hashFile } from './hash-file.js';
import { sendModel, type ModelToSend, type UploadStep } from './model-upload.js';

/** Sends one model while the page is open; leaving the page gives it up, and the browser asks first. */
export function useModelUpload(datasetId: string, onDone: (model: Model) => void) {
  const client = useQueryClient();
  const stop = useRef<AbortController | null>(null);
  const [step, setStep] = useState<UploadStep | null>(null);
  const upload = useMutation({
    mutationFn: (model: ModelToSend) => {
      const control = new AbortController();
      stop.current = control;
      const ports = { hash: hashFile, begin: beginModelUpload.bind(null, datasetId), put: putFile, complete: completeModelUpload.bind(null, datasetId), wait: pause };
      return sendModel(model, ports, { signal: control.signal, onStep: setStep });
    },
    onSuccess: async (model) => {
      await client.invalidateQueries({ queryKey: datasetModelsQuery(datasetId).queryKey });
      onDone(model);
    },
    onSettled: () => setStep(null),
  });
  useEffect(() => () => stop.current?.abort(), []);
  useLeaveGuard(upload.isPending);
  // What was given up on purpose is no error to show.
  const error = stop.current?.signal.aborted === true ? null : upload.error;
  return { start: upload.mutate, isRunning: upload.isPending, error, step, cancel: () => stop.current?.abort() };
}

function useLeaveGuard(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isNeeded]);
}
