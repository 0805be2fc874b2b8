import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { membersQuery } from '../../api/image-queries.js';
import type { Dataset } from '../../api/types.js';
import { useUser } from '../../app/use-session.js';
import { Icon } from '../../ui/icons.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { DatasetFrame } from '../datasets/dataset-frame.js';
import { mayAct } from '../datasets/roles.js';
import users from '../users/users-page.module.css';
import { AddMemberDialog } from './add-member-dialog.js';
import { MemberRow } from './member-row.js';

const route = getRouteApi('/app/datasets/$datasetId/members');

export function MembersPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  const [adding, setAdding] = useState(false);
  return (
    <DatasetFrame
      datasetId={datasetId}
      title={t('members.title')}
      actions={(dataset) =>
        mayAct(dataset, 'owner') && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => setAdding(true)}>
            {t('members.add')}
          </Button>
        )
      }
    >
      {(dataset) => (
        <>
          <MemberList dataset={dataset} />
          <AddMemberDialog datasetId={dataset.id} opened={adding} onClose={() => setAdding(false)} />
        </>
      )}
    </DatasetFrame>
  );
}

function MemberList({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const me = useUser();
  const query = useQuery(membersQuery(dataset.id));
  if (query.isPending) return <LoadingState rows={3} height={64} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <ul className={users.list} aria-label={t('members.list')}>
      {query.data.map((member) => (
        <MemberRow key={member.user_id} dataset={dataset} member={member} meId={me?.id ?? ''} />
      ))}
    </ul>
  );
}
