import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { ImageDiff } from '../../api/types.js';
import { imageQuery } from '../../api/version-queries.js';
import { thumbnailOf } from '../gallery/image-thumb.js';
import { pathOf } from '../gallery/shape-overlay.js';
import { drawnDiff, SIGNS } from './diff-shapes.js';
import classes from './versions.module.css';

/** Size of a sign, as a part of the longer side: readable at the width of a card. */
const SIGN_PART = 0.085;

interface PictureProps {
  readonly datasetId: string;
  readonly diff: ImageDiff;
  /** The preview instead of the thumbnail. */
  readonly large?: boolean;
}

/** An image with what differs in it: by colour, by line and by sign. */
export function DiffPicture({ datasetId, diff, large = false }: PictureProps): ReactElement | null {
  const image = useQuery(imageQuery(datasetId, diff.image_id));
  const side = diff.after ?? diff.before;
  if (side === null) return null;
  const size = Math.max(side.width, side.height) * SIGN_PART;
  const url = image.data === undefined ? null : large ? (image.data.preview_url ?? thumbnailOf(image.data)) : thumbnailOf(image.data);
  return (
    <span className={classes.picture} style={{ aspectRatio: `${side.width} / ${side.height}` }}>
      {url !== null && <img crossOrigin="anonymous" loading="lazy" alt="" src={url} />}
      <svg viewBox={`0 0 ${side.width} ${side.height}`} aria-hidden="true">
        {diff.objects.map(drawnDiff).map((one, index) => (
          <g key={index} data-change={one.change}>
            {one.before.length > 0 && <path data-before d={one.before.map(pathOf).join('')} />}
            <path d={one.shapes.map(pathOf).join('')} />
            {one.corner !== null && (
              <text x={one.corner[0] + size * 0.15} y={one.corner[1] + size * 0.85} fontSize={size}>
                {SIGNS[one.change]}
              </text>
            )}
          </g>
        ))}
      </svg>
    </span>
  );
}
