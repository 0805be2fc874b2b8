import { Button, FileButton } from '@mantine/core';
import { useRef, useState, type DragEvent, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../../ui/icons.js';
import styles from './add-images.module.css';
import { ofDrop, ofField } from './picked-files.js';
import type { PickedFile } from './upload-item.js';

interface ZoneProps {
  readonly onPick: (picked: readonly PickedFile[]) => void;
  readonly children: ReactNode;
}

/** Images or a whole folder, by hand or dropped. */
export function PickZone({ onPick, children }: ZoneProps): ReactElement {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void ofDrop(event.dataTransfer).then(onPick);
  };
  return (
    <section
      className={styles.zone}
      data-over={over || undefined}
      aria-label={t('addImages.title')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="upload" size={34} />
      <h2>{t('addImages.drop')}</h2>
      <p>{t('addImages.hint')}</p>
      <div className={styles.buttons}>
        <FileButton multiple accept="image/jpeg,image/png,image/webp" onChange={(files) => onPick(ofField(files))} inputProps={{ 'aria-label': t('addImages.choose') }}>
          {(props) => <Button {...props}>{t('addImages.choose')}</Button>}
        </FileButton>
        <Button variant="default" onClick={() => folder.current?.click()}>
          {t('addImages.chooseFolder')}
        </Button>
        <input
          ref={(element) => {
            folder.current = element;
            element?.setAttribute('webkitdirectory', '');
          }}
          type="file"
          hidden
          multiple
          aria-label={t('addImages.chooseFolder')}
          onChange={(event) => {
            onPick(ofField(event.currentTarget.files ?? []));
            event.currentTarget.value = '';
          }}
        />
      </div>
      {children}
    </section>
  );
}
