import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { problemOf } from '../api/problem.js';
import { session } from '../api/session.js';
import { DATASET_SORTS, JOB_STATES, TASK_TYPES, type DatasetSort, type JobState, type TaskType } from '../api/types.js';
import { gallerySearch } from '../features/gallery/gallery-search.js';
import { runsSearch } from '../features/training/compare/run-search.js';
import { sideOf, versionsSearch } from '../features/versions/versions-search.js';
import { ErrorState, LoadingState } from '../ui/states.js';
import { NotFound } from './not-found.js';
import { Shell } from './shell.js';
import { WideShell } from './wide-shell.js';

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined => values.find((one) => one === value);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value.slice(0, 2000) : undefined);

const rootRoute = createRootRoute({ component: Outlet });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { redirect?: string; ended?: boolean } => ({ redirect: text(search['redirect']), ended: search['ended'] === true ? true : undefined }),
  component: lazyRouteComponent(() => import('../features/auth/login-page.js'), 'LoginPage'),
});

async function requireLogin(location: { readonly pathname: string; readonly href: string }): Promise<void> {
  const state = await session.restore();
  if (state.kind !== 'in') throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { redirect: location.href } });
}

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: ({ location }) => requireLogin(location),
  component: Shell,
});

const indexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/datasets' });
  },
});

const datasetsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets',
  validateSearch: (search: Record<string, unknown>): { q?: string; task?: TaskType; sort?: DatasetSort } => ({
    q: text(search['q'])?.slice(0, 120),
    task: oneOf(TASK_TYPES, search['task']),
    sort: oneOf(DATASET_SORTS, search['sort']),
  }),
  component: lazyRouteComponent(() => import('../features/datasets/datasets-page.js'), 'DatasetsPage'),
});

const datasetRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId',
  // A version that a training shall be made on.
  validateSearch: (search: Record<string, unknown>): { version?: number } => {
    const version = sideOf(search['version']);
    return { version: version === 'live' ? undefined : version };
  },
  component: lazyRouteComponent(() => import('../features/datasets/dataset-page.js'), 'DatasetPage'),
});

const galleryRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId/images',
  validateSearch: gallerySearch,
  component: lazyRouteComponent(() => import('../features/gallery/gallery-page.js'), 'GalleryPage'),
});

const addImagesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId/add',
  component: lazyRouteComponent(() => import('../features/uploads/images/add-images-page.js'), 'AddImagesPage'),
});

const versionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId/versions',
  validateSearch: versionsSearch,
  component: lazyRouteComponent(() => import('../features/versions/versions-page.js'), 'VersionsPage'),
});

const modelsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId/models',
  component: lazyRouteComponent(() => import('../features/models/models-page.js'), 'ModelsPage'),
});

const addModelRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId/models/add',
  component: lazyRouteComponent(() => import('../features/models/add/add-model-page.js'), 'AddModelPage'),
});

const classesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId/classes',
  component: lazyRouteComponent(() => import('../features/classes/classes-page.js'), 'ClassesPage'),
});

const membersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/$datasetId/members',
  component: lazyRouteComponent(() => import('../features/members/members-page.js'), 'MembersPage'),
});

/** Pages that take the whole window: no header of the app above them. */
const wideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app-wide',
  beforeLoad: ({ location }) => requireLogin(location),
  component: WideShell,
});

const labelerRoute = createRoute({
  getParentRoute: () => wideRoute,
  path: '/datasets/$datasetId/label/$imageId',
  validateSearch: gallerySearch,
  component: lazyRouteComponent(() => import('../features/labeler/labeler-page.js'), 'LabelerPage'),
});

const trashRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/datasets/trash',
  component: lazyRouteComponent(() => import('../features/datasets/trash-page.js'), 'TrashPage'),
});

const jobsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/training',
  validateSearch: (search: Record<string, unknown>): { state?: JobState; dataset?: string } => ({ state: oneOf(JOB_STATES, search['state']), dataset: text(search['dataset']) }),
  component: lazyRouteComponent(() => import('../features/training/jobs-page.js'), 'JobsPage'),
});

const compareRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/training/compare',
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import('../features/training/compare/compare-page.js'), 'ComparePage'),
});

const jobRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/training/$jobId',
  component: lazyRouteComponent(() => import('../features/training/job-page.js'), 'JobPage'),
});

const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/account/account-page.js'), 'AccountPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.js'), 'SettingsPage'),
});

const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users',
  component: lazyRouteComponent(() => import('../features/users/users-page.js'), 'UsersPage'),
});

/** Whatever no other route knows, inside the shell. */
const nowhereRoute = createRoute({ getParentRoute: () => appRoute, path: '$', component: NotFound });

export const router = createRouter({
  routeTree: rootRoute.addChildren([loginRoute, wideRoute.addChildren([labelerRoute]), appRoute.addChildren([indexRoute, datasetsRoute, trashRoute, datasetRoute, galleryRoute, addImagesRoute, versionsRoute, modelsRoute, addModelRoute, classesRoute, membersRoute, jobsRoute, compareRoute, jobRoute, accountRoute, usersRoute, settingsRoute, nowhereRoute])]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultPendingComponent: LoadingState,
  defaultErrorComponent: ({ error, reset }) => (
    <ErrorState
      error={error}
      order={1}
      onRetry={() => {
        // A part that could not be loaded is remembered as such: only a new start asks for it again.
        if (problemOf(error).code === 'page-part') return window.location.reload();
        reset();
        void router.invalidate();
      }}
    />
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
