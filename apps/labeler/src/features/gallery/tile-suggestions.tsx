import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { imageSuggestionsQuery } from '../../api/image-queries.js';
import type { Dataset, ImageItem } from '../../api/types.js';
import { proposedShapes } from './proposed-shapes.js';
import { ShapeOverlay } from './shape-overlay.js';

/** What models propose for an image, dashed, over its picture. */
export default function TileSuggestions({ dataset, image }: { readonly dataset: Dataset; readonly image: ImageItem }): ReactElement | null {
  const { data } = useQuery(imageSuggestionsQuery(dataset.id, image.id));
  const objects = proposedShapes(data ?? [], image);
  return objects.length === 0 ? null : <ShapeOverlay width={image.width} height={image.height} objects={objects} colorOf={(classId) => dataset.classes.find((one) => one.id === classId)?.color ?? ''} />;
}
