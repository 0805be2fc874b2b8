import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useBlocker, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { followEvents } from '../../api/event-stream.js';
import { classListQuery, imageQuery } from '../../api/image-queries.js';
import { datasetQuery } from '../../api/queries.js';
import { randomId } from '../../api/random-id.js';
import type { Dataset, ImageItem, LabelClass } from '../../api/types.js';
import { useUser } from '../../app/use-session.js';
import { BrowserTabLocks, IndexedOutbox } from '../../engine/save/index.js';
import { ButtonLink } from '../../ui/links.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { usePageTitle } from '../../ui/use-page-title.js';
import { LabelerView, type Dialog } from './labeler-view.js';
import { LabelerSession } from './session/labeler-session.js';
import { suggestionWire } from './session/suggestion-desk.js';
import { LabelerContext, useSessionView } from './session/use-labeler.js';

const route = getRouteApi('/app-wide/datasets/$datasetId/label/$imageId');

/** One image after the other. The address names the image and the filter of the gallery, so that it can be sent to somebody. */
export function LabelerPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId, imageId } = route.useParams();
  const dataset = useQuery(datasetQuery(datasetId));
  const classes = useQuery(classListQuery(datasetId));
  // The image that was asked for first: going on changes the address, and not this.
  const [first] = useState(imageId);
  const image = useQuery(imageQuery(datasetId, Number(first)));
  const failed = [dataset, classes, image].find((one) => one.isError);
  if (failed !== undefined) {
    return (
      <ErrorState error={failed.error} order={1} onRetry={() => void failed.refetch()}>
        <ButtonLink to="/datasets">{t('notFound.action')}</ButtonLink>
      </ErrorState>
    );
  }
  if (dataset.data === undefined || classes.data === undefined || image.data === undefined) return <LoadingState rows={3} height={140} />;
  return <Opened dataset={dataset.data} classes={classes.data.classes} image={image.data} />;
}

interface Opening {
  readonly dataset: Dataset;
  readonly classes: readonly LabelClass[];
  readonly image: ImageItem;
}
function Opened({ dataset, classes, image }: Opening): ReactElement {
  const filter = route.useSearch();
  const navigate = useNavigate();
  const user = useUser();
  const [session, setSession] = useState<LabelerSession | null>(null);
  const [dialog, setDialog] = useState<Dialog>(null);
  const start = useRef({ image, filter, classes });
  const userId = user?.id ?? '';
  useEffect(() => {
    const outbox = new IndexedOutbox();
    const closed = new AbortController();
    let made: LabelerSession | null = null;
    let tab: BrowserTabLocks | null = null;
    const open = async (): Promise<void> => {
      tab = await BrowserTabLocks.hold(randomId());
      // Only datasets of masks load what paints them.
      const masks = dataset.task_type === 'semantic_segmentation' ? await import('./session/mask-bridge.js') : null;
      if (closed.signal.aborted) return tab.close();
      made = new LabelerSession({
        suggestions: suggestionWire(dataset.id),
        ...{ dataset, userId, outbox, tabs: tab, makeMask: masks?.makeMaskBridge ?? null },
        ...{ classes: start.current.classes, filter: start.current.filter, start: start.current.image },
        onImage: (id) => void navigate({ to: '/datasets/$datasetId/label/$imageId', params: { datasetId: dataset.id, imageId: String(id) }, search: true, replace: true }),
        onNeedClass: () => setDialog('class'),
      });
      setSession(made);
    };
    void open();
    return () => {
      closed.abort();
      made?.close();
      tab?.close();
      setSession(null);
    };
    // The dataset's own changes (a count) are no reason to begin again.
  }, [dataset.id, userId]);
  if (session === null) return <LoadingState rows={3} height={140} />;
  return (
    <LabelerContext value={session}>
      <Living dataset={dataset} session={session} />
      <LabelerView dataset={dataset} dialog={dialog} onDialog={setDialog} />
    </LabelerContext>
  );
}

/** What lasts as long as the visit: the first image, the news of others, and what is still to be saved when somebody leaves. */
function Living({ dataset, session }: { readonly dataset: Dataset; readonly session: LabelerSession }): null {
  const { t } = useTranslation();
  const { image } = useSessionView();
  usePageTitle(t('labeler.pageTitle', { name: image.original_name ?? image.file_name, dataset: dataset.name }));
  useEffect(() => void session.begin(), [session]);
  useEffect(() => {
    const stop = new AbortController();
    const news = followEvents(`datasets/${encodeURIComponent(dataset.id)}/events`, {
      lastEventId: '',
      signal: stop.signal,
      goOn: () => true,
      onStatus: (status) => status === 'live' && void session.saver.retry(),
      onEvent: ({ event, data }) => {
        const told = event === 'annotated' ? annotatedOf(data) : null;
        if (told !== null) void session.savedElsewhere(told.imageId, told.revision).catch(() => undefined);
      },
    });
    news.catch(() => undefined);
    return () => stop.abort();
  }, [session, dataset.id]);
  useEffect(() => {
    const onHide = (): void => {
      if (document.visibilityState === 'hidden') session.leave();
    };
    const onOnline = (): void => void session.saver.retry();
    const onLeave = (): void => session.leave();
    document.addEventListener('visibilitychange', onHide);
    window.addEventListener('online', onOnline);
    window.addEventListener('pagehide', onLeave);
    return () => {
      document.removeEventListener('visibilitychange', onHide);
      window.removeEventListener('online', onOnline);
      window.removeEventListener('pagehide', onLeave);
    };
  }, [session]);
  // Inside the app a short wait saves what is on its way; what cannot be saved stays on the device and says so at the next visit.
  useBlocker({
    shouldBlockFn: async ({ next }) => {
      if (!next.pathname.includes('/label/')) await Promise.race([session.save(), new Promise((resolve) => setTimeout(resolve, 2_000))]);
      return false;
    },
    enableBeforeUnload: false,
  });
  return null;
}

function annotatedOf(data: string): { readonly imageId: number; readonly revision: number } | null {
  const value: unknown = JSON.parse(data);
  if (typeof value !== 'object' || value === null || !('image_id' in value) || !('revision' in value)) return null;
  return typeof value.image_id === 'number' && typeof value.revision === 'number' ? { imageId: value.image_id, revision: value.revision } : null;
}
