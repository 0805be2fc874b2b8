import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeClasses, classesQuery, type ClassChange } from '../../api/class-queries.js';
import { problemOf, type Problem } from '../../api/problem.js';
import { datasetQuery } from '../../api/queries.js';
import { showNote } from '../../ui/notes.js';
import { useProblemText } from '../../ui/use-problem-text.js';

const KNOWN = ['duplicate-name', 'reserved-name', 'invalid-field', 'keypoint-count'] as const;

/** Why a class was not changed, in the reader's language where it is known. */
export function useClassProblem(): (error: unknown) => string {
  const { t } = useTranslation();
  const text = useProblemText();
  return (error) => {
    const problem: Problem = problemOf(error);
    const finding = problem.errors[0];
    const known = KNOWN.find((one) => one === finding?.code);
    if (known !== undefined) return t(`classes.problem.${known}`);
    return finding === undefined ? text(problem) : `${text(problem)} ${finding.message}`;
  };
}

/** Changes the classes as they are shown; when somebody was faster they are read again, and it is said. */
export function useChangeClasses(datasetId: string, revision: number) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problemText = useClassProblem();
  return useMutation({
    mutationFn: (change: ClassChange) => changeClasses(datasetId, revision, change),
    onSuccess: (classes) => {
      client.setQueryData(classesQuery(datasetId).queryKey, classes);
      void client.invalidateQueries({ queryKey: datasetQuery(datasetId).queryKey, exact: true });
      void client.invalidateQueries({ queryKey: ['images', datasetId] });
    },
    onError: (error) => {
      const isStale = problemOf(error).code === 'version-conflict';
      showNote({ color: isStale ? 'orange' : 'red', message: isStale ? t('classes.stale') : problemText(error) });
      if (isStale) void client.invalidateQueries({ queryKey: classesQuery(datasetId).queryKey });
    },
  });
}
