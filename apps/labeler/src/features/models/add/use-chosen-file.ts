import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../../api/types.js';
import type { AdapterForm } from './adapter-form.js';
import { factsOf, filledFrom } from './file-facts.js';

/** What the server takes (docs/models.md). */
const LARGEST_BYTES = 512 * 1024 * 1024;

interface Options {
  readonly onForm: (change: (before: AdapterForm) => AdapterForm) => void;
  /** The file's name without its ending. */
  readonly onName: (stem: string) => void;
}

/** The chosen file and what is wrong with it; the form takes what the file says of itself. */
export function useChosenFile(dataset: Dataset, { onForm, onName }: Options) {
  const { t } = useTranslation();
  const latest = useRef<File | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isFilled, setFilled] = useState(false);
  const take = (facts: Readonly<Record<string, string>>, name: string): void => {
    setFault(null);
    setFilled('preprocessing' in facts || 'class_names' in facts);
    onName(name.replace(/\.onnx$/i, '').slice(0, 100));
    onForm((before) => filledFrom(facts, before, dataset));
  };
  const choose = async (next: File): Promise<void> => {
    latest.current = next;
    setFile(next);
    setFilled(false);
    if (next.size > LARGEST_BYTES) return setFault(t('addModel.fault.tooLarge'));
    const facts = next.size === 0 ? null : await factsOf(next).catch(() => null);
    // Another one was chosen meanwhile.
    if (latest.current !== next) return undefined;
    return facts === null ? setFault(t('addModel.fault.noOnnx')) : take(facts, next.name);
  };
  return { file, fault, isFilled, choose };
}
