import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { isTerminal, jobQuery } from '../../api/queries.js';
import type { Job, JobDetails } from '../../api/types.js';
import { Confirm } from '../../ui/confirm.js';
import { Icon } from '../../ui/icons.js';
import { showNote, useFailNote } from '../../ui/notes.js';

/** What the state allows: cancel what runs, go on with what ended without a model. */
export function JobActions({ job }: { readonly job: JobDetails }): ReactElement | null {
  if (job.state === 'failed' || job.state === 'cancelled') return <RetryButton job={job} />;
  return isTerminal(job.state) || job.state === 'cancelling' ? null : <CancelButton job={job} />;
}

function RetryButton({ job }: { readonly job: JobDetails }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  // An epoch that was counted left its checkpoint; the figures come live, the list of checkpoints does not.
  const hasCheckpoint = job.metrics.length > 0;
  const retry = useMutation({
    mutationFn: () => http.postOnce<Job>(`training/jobs/${job.id}/retry`),
    onSuccess: (next) => {
      showNote({ message: t(hasCheckpoint ? 'job.retried' : 'job.startedAgain'), color: 'green' });
      void client.invalidateQueries({ queryKey: ['jobs'] });
      void navigate({ to: '/training/$jobId', params: { jobId: next.id } });
    },
    onError: useFailNote(),
  });
  return (
    <Button leftSection={<Icon name="retry" size={17} />} loading={retry.isPending} onClick={() => retry.mutate()}>
      {t(hasCheckpoint ? 'job.retry' : 'job.startAgain')}
    </Button>
  );
}

function CancelButton({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => http.postOnce<Job>(`training/jobs/${job.id}/cancel`),
    onSuccess: (answer) => client.setQueryData(jobQuery(job.id).queryKey, (before) => (before === undefined ? before : { ...before, ...answer })),
    onError: useFailNote(),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button variant="default" leftSection={<Icon name="stop" size={17} />} onClick={() => setAsking(true)}>
        {t('job.cancel')}
      </Button>
      <Confirm opened={asking} title={t('job.cancelTitle')} text={t('job.cancelText')} confirm={t('job.cancelConfirm')} keep={t('job.keepRunning')} busy={cancel.isPending} onConfirm={() => cancel.mutate()} onClose={() => setAsking(false)} />
    </>
  );
}
