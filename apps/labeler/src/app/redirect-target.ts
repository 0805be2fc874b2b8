/** Where to go after the login: a path of this page only. `//host`, `/\host` and full addresses would leave it. */
export function safeTarget(wish: string | undefined): string {
  if (wish === undefined || !wish.startsWith('/') || /^\/[/\\]/.test(wish) || /[\u0000-\u001f\\]/.test(wish) || wish.startsWith('/login')) return '/datasets';
  return wish;
}
