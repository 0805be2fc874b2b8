import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ProductFacts } from '../harness.js';
import { Watch } from './browser.js';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The labeler as a person has it: a pointer over the canvas, keys, and what stands on the page. */
export class LabelerPage {
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly watch: Watch,
    private readonly product: ProductFacts,
  ) {}

  static async open(browser: Browser, product: ProductFacts, path: string, options: { readonly locale?: string; readonly scheme?: 'dark' | 'light' } = {}): Promise<LabelerPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: options.locale ?? 'en-US', colorScheme: options.scheme ?? 'dark', reducedMotion: 'reduce' });
    const page = await context.newPage();
    const labeler = new LabelerPage(page, context, new Watch(page), product);
    await page.goto(`${product.url}${path}`);
    await page.fill('input[name=email]', product.admin.email);
    await page.fill('input[name=password]', product.admin.password);
    await page.keyboard.press('Enter');
    await labeler.ready();
    return labeler;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.product.url}${path}`);
    await this.ready();
  }
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }
  /** The labels are there and the image is painted. */
  async ready(): Promise<void> {
    await this.page.waitForSelector('main[data-phase=ready]');
    await expect.poll(() => this.imagePixels(), { timeout: 15_000 }).toBeGreaterThan(1_000);
  }
  async close(): Promise<void> {
    await this.context.close();
    expect(this.watch.problems).toEqual([]);
  }

  /** Where the page says that a place of the window lies in the image. */
  async placeAt(screen: Place): Promise<Place> {
    await this.page.mouse.move(screen.x, screen.y);
    const text = await this.page.textContent('[data-readout]');
    const found = /(-?[\d.]+), (-?[\d.]+)/.exec(text ?? '');
    if (found === null) throw new Error(`no place in ${text ?? 'nothing'}`);
    return { x: Number(found[1]), y: Number(found[2]) };
  }
  async drag(from: Place, to: Place): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
    await mouse.move(to.x, to.y);
    await mouse.up();
  }
  async click(at: Place): Promise<void> {
    await this.page.mouse.click(at.x, at.y);
  }
  async key(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }
  async zoom(at: Place, delta: number): Promise<void> {
    await this.page.mouse.move(at.x, at.y);
    await this.page.mouse.wheel(0, delta);
  }
  get state(): Promise<string | null> {
    return this.page.getAttribute('[data-save-state]', 'data-save-state');
  }
  async saved(): Promise<void> {
    await expect.poll(() => this.state, { timeout: 15_000 }).toBe('saved');
  }
  async objects(): Promise<number> {
    const text = await this.page.locator('section h2 span').nth(1).textContent();
    return Number(text);
  }

  /** Painted pixels of the image's canvas among those looked at; throws where the canvas is tainted. */
  private async imagePixels(): Promise<number> {
    return (await this.page.evaluate(`(() => {
      const canvas = document.querySelector('[data-labeler-canvas] canvas');
      if (canvas === null) return 0;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let painted = 0;
      for (let index = 3; index < data.length; index += 4 * 31) if (data[index] > 0) painted += 1;
      return painted;
    })()`)) as number;
  }
  async colorAt({ x, y }: Place): Promise<number[]> {
    return (await this.page.evaluate(`(() => {
      const canvas = document.querySelector('[data-labeler-canvas] canvas');
      const { left, top } = canvas.getBoundingClientRect();
      return [...canvas.getContext('2d').getImageData(Math.round(${x} - left), Math.round(${y} - top), 1, 1).data];
    })()`)) as number[];
  }
}
