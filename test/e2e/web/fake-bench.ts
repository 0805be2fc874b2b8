import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { FAKE_PASSWORD, type FakeApiOptions } from '../../../apps/labeler/dev/fake-api.js';
import { launch, Watch } from './browser.js';
import { serveFake, type FakeSite } from './fake-site.js';

/** A page of its own for each test, before a fresh API from memory; nothing may go wrong in it that nobody looks at. */
export class FakeBench {
  private readonly folder = inject('pageFolder');
  private browser: Browser | null = null;
  private currentSite: FakeSite | null = null;
  private currentPage: Page | null = null;
  private watch: Watch | null = null;

  /** Call it in the body of a spec file. `chrome` null: there is no browser, and nothing is started. */
  static use(chrome: string | null, options: FakeApiOptions): FakeBench {
    const bench = new FakeBench();
    if (chrome === null) return bench;
    beforeAll(async () => {
      bench.browser = await launch(chrome);
    });
    afterAll(() => bench.browser?.close());
    beforeEach(() => bench.open(options));
    afterEach(() => bench.close());
    return bench;
  }

  get page(): Page {
    if (this.currentPage === null) throw new Error('There is a page during a test only.');
    return this.currentPage;
  }
  get site(): FakeSite {
    if (this.currentSite === null) throw new Error('There is a site during a test only.');
    return this.currentSite;
  }

  async logIn(): Promise<void> {
    await this.page.fill('input[name=email]', 'admin@example.com');
    await this.page.fill('input[name=password]', FAKE_PASSWORD);
    await this.page.click('button[type=submit]');
  }
  /** Logs in on the way to a page, and waits until it has a heading. */
  async enter(path = '/'): Promise<void> {
    await this.page.goto(`${this.site.url}${path}`);
    await this.logIn();
    await this.page.waitForSelector('main#main h1');
  }

  /** Another API in the place of this one, as after a reinstallation. The page stays. */
  async restart(options: FakeApiOptions): Promise<void> {
    await this.site.close();
    this.currentSite = await serveFake(this.folder, options);
  }

  private async open(options: FakeApiOptions): Promise<void> {
    this.currentSite = await serveFake(this.folder, options);
    const context = await this.browser?.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-US', reducedMotion: 'reduce' });
    this.currentPage = (await context?.newPage()) ?? null;
    this.watch = new Watch(this.page);
  }
  private async close(): Promise<void> {
    await this.page.context().close();
    await this.site.close();
    expect(this.watch?.problems).toEqual([]);
  }
}
