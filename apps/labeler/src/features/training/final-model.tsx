import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { checkpointsQuery } from '../../api/queries.js';
import type { JobDetails } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Icon } from '../../ui/icons.js';
import { Notice } from '../../ui/notice.js';
import classes from './checkpoint-panel.module.css';

/** What it was all for. */
export function FinalModel({ job }: { readonly job: JobDetails }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({ ...checkpointsQuery(job.id), enabled: job.final_model !== null });
  if (job.final_model === null) return null;
  const url = query.data?.items.find((one) => one.kind === 'final')?.url;
  return (
    <Notice tone="good" icon="box" title={t('job.finalTitle')}>
      <div className={classes.final}>
        <span>
          {t('job.finalText', { size: format.bytes(job.final_model.size_bytes), epoch: job.best_epoch ?? job.epoch })}
          <span className={`${classes.hash} mono`}>SHA-256 {job.final_model.sha256.slice(0, 16)}…</span>
        </span>
        {/* Takes its room before the address is there: the page does not jump. */}
        <Button component="a" href={url} rel="noreferrer" data-disabled={url === undefined} leftSection={<Icon name="download" size={17} />}>
          {t('job.downloadFinal')}
        </Button>
      </div>
    </Notice>
  );
}
