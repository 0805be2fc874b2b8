/** What goes along with one request or one message; workers have the same. */
export { WorkContext as RequestContext } from '@app/observability';
