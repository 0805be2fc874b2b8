import { useCallback } from 'react';
import type { Dataset } from '../../../api/types.js';
import { useLabeler } from './use-labeler.js';

/** What choosing a class does in a task. */
export function useChooseClass({ task_type: task, multi_label: isMulti }: Pick<Dataset, 'task_type' | 'multi_label'>): (classId: number) => void {
  const { editor, actions } = useLabeler();
  return useCallback((classId) => (task === 'image_classification' ? actions.classify(classId, isMulti) : editor.setClass(classId)), [actions, editor, task, isMulti]);
}
