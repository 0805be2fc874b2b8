/** Seconds of the keystroke-level model (Card, Moran, Newell 1980): a key, pointing at something, a button pressed or released. */
const SECONDS = { key: 0.28, point: 1.1, button: 0.1 };

/** Pointer and keyboard of a page. Counts what a person would have done; moving the pointer alone is part of the next click or drag. */
export class Hand {
  counts = { clicks: 0, drags: 0, keys: 0 };

  constructor(page) {
    this.page = page;
  }

  async key(key) {
    this.counts.keys += 1;
    await this.page.keyboard.press(key);
  }
  async type(text) {
    this.counts.keys += text.length;
    await this.page.keyboard.type(text);
  }
  async click(target) {
    this.counts.clicks += 1;
    await target.click();
  }
  async drag(from, to) {
    this.counts.drags += 1;
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
    await mouse.move(to.x, to.y);
    await mouse.up();
  }

  /** What was done since the last call. */
  take() {
    const taken = this.counts;
    this.counts = { clicks: 0, drags: 0, keys: 0 };
    return taken;
  }
}

export const actionsOf = ({ clicks, drags, keys }) => clicks + drags + keys;
/** How long a practised person takes for it, looking and thinking not counted. */
export const modelSecondsOf = ({ clicks, drags, keys }) => keys * SECONDS.key + clicks * (SECONDS.point + 2 * SECONDS.button) + drags * 2 * (SECONDS.point + SECONDS.button);
