import { ActionIcon, Button, Menu } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, Version } from '../../api/types.js';
import { Confirm } from '../../ui/confirm.js';
import { Icon } from '../../ui/icons.js';
import { ButtonLink } from '../../ui/links.js';
import { mayAct } from '../datasets/roles.js';
import { useVersionChange } from './use-version-change.js';
import classes from './versions.module.css';

interface ActionsProps {
  readonly dataset: Dataset;
  readonly version: Version;
  readonly onEdit: () => void;
  readonly onRestore: () => void;
}

/** What a version is good for first, the rest behind a menu. */
export function VersionActions({ dataset, version, onEdit, onRestore }: ActionsProps): ReactElement {
  const { t } = useTranslation();
  const { download } = useVersionChange(dataset.id, version.version);
  const params = { datasetId: dataset.id };
  const isReady = version.state === 'ready';
  return (
    <div className={classes.actions}>
      {isReady && (
        <Button size="compact-sm" variant="default" leftSection={<Icon name="download" size={15} />} loading={download.isPending} aria-label={t('versions.downloadOne', { version: version.version })} onClick={() => download.mutate()}>
          {t('versions.download')}
        </Button>
      )}
      {isReady && mayAct(dataset, 'admin') && (
        <ButtonLink size="compact-sm" variant="default" leftSection={<Icon name="training" size={15} />} to="/datasets/$datasetId" params={params} search={{ version: version.version }}>
          {t('versions.train')}
        </ButtonLink>
      )}
      {isReady && version.parent !== null && (
        <ButtonLink size="compact-sm" variant="subtle" to="/datasets/$datasetId/versions" params={params} search={{ from: version.parent, to: version.version }}>
          {t('versions.compare')}
        </ButtonLink>
      )}
      {isReady && (
        <ButtonLink size="compact-sm" variant="subtle" to="/datasets/$datasetId/versions" params={params} search={{ from: version.version, to: 'live' }}>
          {t('versions.compareLive')}
        </ButtonLink>
      )}
      {mayAct(dataset, 'admin') && <MoreMenu dataset={dataset} version={version} onEdit={onEdit} onRestore={onRestore} />}
    </div>
  );
}

function MoreMenu({ dataset, version, onEdit, onRestore }: ActionsProps): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { dropZip, remove } = useVersionChange(dataset.id, version.version);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('versions.more', { version: version.version })}>
            <Icon name="dots" size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="edit" size={15} />} onClick={onEdit}>
            {t('versions.edit')}
          </Menu.Item>
          {version.state === 'ready' && mayAct(dataset, 'owner') && (
            <Menu.Item leftSection={<Icon name="retry" size={15} />} onClick={onRestore}>
              {t('versions.restore')}
            </Menu.Item>
          )}
          {version.zip.state === 'ready' && (
            <Menu.Item leftSection={<Icon name="box" size={15} />} onClick={() => dropZip.mutate()}>
              {t('versions.dropZip')}
            </Menu.Item>
          )}
          <Menu.Item color="red" leftSection={<Icon name="trash" size={15} />} onClick={() => setAsking(true)}>
            {t('versions.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        title={t('versions.deleteTitle', { version: version.version })}
        text={t('versions.deleteText')}
        confirm={t('versions.delete')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
