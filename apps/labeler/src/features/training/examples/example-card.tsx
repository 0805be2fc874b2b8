import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { imageQuery } from '../../../api/image-queries.js';
import type { Dataset, ImageItem, ValidationExample } from '../../../api/types.js';
import { useFormat } from '../../../i18n/use-format.js';
import { AnchorLink } from '../../../ui/links.js';
import { ShapeOverlay } from '../../gallery/shape-overlay.js';
import { drawnObject } from '../../gallery/shapes.js';
import { describeSide, type SaidObject } from './describe-side.js';
import classes from './examples.module.css';
import { MaskOverlay } from './mask-overlay.js';

interface CardProps {
  readonly dataset: Dataset;
  readonly example: ValidationExample;
}

/** One image twice: as people labeled it, and as the model sees it. */
export function ExampleCard({ dataset, example }: CardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: image, isError } = useQuery(imageQuery(dataset.id, example.image_id));
  const quality = format.percent(example.quality, 0);
  if (image === undefined) return <li className={classes.card}>{isError ? <p className={classes.gone}>{t('examples.gone', { number: example.image_id })}</p> : <div className={classes.waiting} aria-busy="true" />}</li>;
  return (
    <li className={classes.card}>
      <div className={classes.sides}>
        <Side dataset={dataset} image={image} objects={example.truth} label={t('examples.truth')} />
        <Side dataset={dataset} image={image} objects={example.predicted} label={t('examples.predicted')} isModel />
      </div>
      <p className={classes.caption}>
        <AnchorLink to="/datasets/$datasetId/label/$imageId" params={{ datasetId: dataset.id, imageId: String(image.id) }} search={{}} className={classes.name} title={image.file_name}>
          {image.file_name}
        </AnchorLink>
        <span aria-label={t('examples.quality', { quality })}>{quality}</span>
      </p>
    </li>
  );
}

interface SideProps {
  readonly dataset: Dataset;
  readonly image: ImageItem;
  readonly objects: readonly SaidObject[];
  readonly label: string;
  readonly isModel?: boolean;
}

function Side({ dataset, image, objects, label, isModel = false }: SideProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [isBroken, setBroken] = useState(false);
  const nameOf = (id: number): string => dataset.classes.find((one) => one.id === id)?.name ?? String(id);
  const colorOf = (id: number | null): string => dataset.classes.find((one) => one.id === id)?.color ?? '';
  const said = describeSide(objects, { nameOf, percent: (score) => format.percent(score, 0) });
  const text = said === '' ? t('examples.nothing') : said;
  const drawn = objects.map((one) => ({ ...drawnObject(one), isSuggestion: isModel })).filter((one) => one.shapes.length > 0);
  const url = image.preview_url ?? image.url ?? undefined;
  return (
    <figure className={classes.side}>
      <div className={classes.picture} style={{ aspectRatio: `${image.width} / ${image.height}` }}>
        {!isBroken && <img src={url} crossOrigin="anonymous" alt={`${label}: ${text}`} loading="lazy" decoding="async" onError={() => setBroken(true)} />}
        <MaskOverlay objects={objects} width={image.width} height={image.height} colorOf={colorOf} />
        <ShapeOverlay width={image.width} height={image.height} objects={drawn} colorOf={colorOf} />
      </div>
      <figcaption>
        <strong>{label}</strong> {text}
      </figcaption>
    </figure>
  );
}
