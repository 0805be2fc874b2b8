import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { chromePath, keepPicture, seriousFindings } from './browser.js';
import { FakeBench } from './fake-bench.js';

/** Versions, classes, members, splits and trainings of a dataset, before the API from memory. */
const chrome = chromePath();
const ROAD = '/datasets/platform-road-1f2e5c3b';
const bench = FakeBench.use(chrome, { mustChangePassword: false });
let page: Page;
beforeEach(() => {
  if (chrome === null) return;
  page = bench.page;
});

const enter = (path = '/'): Promise<void> => bench.enter(path);

const button = (name: string | RegExp) => page.getByRole('button', { name });
const dialog = () => page.getByRole('dialog');
const item = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

describe.skipIf(chrome === null)('the versions of a dataset', () => {
  it('are made with a note, tell how far their zip is, and are given other words', async () => {
    await enter(`${ROAD}/versions`);
    await item('Version 3').getByText('golden').waitFor();
    await button('New version').click();
    await dialog().getByRole('textbox', { name: 'Note' }).fill('before the new camera');
    await dialog().getByRole('switch').check({ force: true });
    await dialog().getByText('Class A requests: 3, class B: 0. $0.000014. Stores 48 MB more: $0.00072 a month.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Make version' }).click();
    await page.getByText('Version 4 was made.').waitFor();
    await item('Version 4').getByText('before the new camera').waitFor();
    await item('Version 4').getByText(/ MB of 48 MB · 19\.2 MB\/s, .* left$/).waitFor();
    await item('Version 4').getByText('Zip is ready').waitFor();
    await button('More for version 4').click();
    await page.getByRole('menuitem', { name: 'Note and tag' }).click();
    await dialog().getByRole('textbox', { name: 'Tag' }).fill('golden');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('It exists already.').waitFor();
    await dialog().getByRole('textbox', { name: 'Tag' }).fill('camera');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await item('Version 4').getByText('camera', { exact: true }).waitFor();
    await button('More for version 2').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The present state does not allow this.').waitFor();
  });

  it('are compared in figures, by class and as pictures', async () => {
    await enter(`${ROAD}/versions`);
    await item('Version 3').getByRole('link', { name: 'What changed' }).click();
    await page.waitForURL('**/versions?from=2&to=3');
    const compared = page.getByRole('region', { name: 'What differs' });
    await compared.getByRole('row', { name: '사람 (was 보행자) −2 −2' }).waitFor();
    await compared.getByText('1 added, 1 removed, 1 changed').waitFor();
    const picture = compared.getByRole('button', { name: 'Enlarge images/000003.jpg' });
    await expect.poll(() => picture.locator('text').allTextContents()).toEqual(['+', '−', '~']);
    await compared.getByText('not in the dataset any more', { exact: false }).waitFor();
    await keepPicture(page, 'versions-compare', true);
    expect(await seriousFindings(page)).toEqual([]);
    await compared.getByRole('combobox', { name: 'Show' }).click();
    await page.getByRole('option', { name: 'Other split' }).click();
    await expect.poll(() => compared.getByRole('listitem').count()).toBe(1);
    await picture.waitFor({ state: 'detached' });
    await button('Swap sides').click();
    await page.waitForURL('**/versions?from=3&to=2');
    await button('Close comparison').click();
    await compared.waitFor({ state: 'detached' });
  });

  it('say what restoring would do, and take it back', async () => {
    await enter(`${ROAD}/versions`);
    await button('More for version 1').click();
    await page.getByRole('menuitem', { name: 'Restore' }).click();
    await dialog().getByText('2 images get their earlier labels.').waitFor();
    await dialog().getByText('The classes become those of the version.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The dataset is version 1 again.').waitFor();
    await button('Undo').click();
    await page.getByText('The dataset is as it was before.').waitFor();
  });

  it('are downloaded when their zip is made, and trained on', async () => {
    await enter('/datasets/platform-digits-1f2e3d4c/versions');
    const zip = page.waitForEvent('download');
    await button('Download version 1').click();
    await item('Version 1').getByText(/ of 48 MB/).waitFor();
    expect((await zip).suggestedFilename()).toBe('version.zip');
    await item('Version 2').getByRole('link', { name: 'Train on it' }).click();
    await page.getByText('It trains on version 2').waitFor();
    const asked = page.waitForRequest('**/training/start');
    await button('Start training').click();
    expect((await asked).postDataJSON()).toMatchObject({ snapshot_version: 2 });
  });
});

describe.skipIf(chrome === null)('the classes of a dataset', () => {
  it('are added, renamed, ordered, merged, and not deleted while they are in use', async () => {
    await enter(`${ROAD}/classes`);
    const rows = page.getByRole('list', { name: 'Classes in order' }).getByRole('listitem');
    await page.getByRole('textbox', { name: 'Name' }).fill('버스');
    await button('Add class').click();
    await page.getByText('A class has this name already.').waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('트럭');
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.last().textContent()).toContain('트럭');
    await button('Move 트럭 up').click();
    await expect.poll(() => rows.last().textContent()).toContain('표지판');
    await button('Rename 트럭').click();
    await dialog().getByRole('textbox', { name: 'Name' }).fill('화물차');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('화물차', { exact: true }).waitFor();
    await page.getByLabel('Colour of 화물차').fill('#123456');
    await expect.poll(() => page.getByLabel('Colour of 화물차').inputValue()).toBe('#123456');
    await keepPicture(page, 'classes', true);
    expect(await seriousFindings(page)).toEqual([]);
    await button('More for 차량').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog().getByText(/images show it\. Merge it/).waitFor();
    await dialog().getByRole('button', { name: 'Merge into another' }).click();
    await dialog().getByRole('combobox', { name: 'Into' }).click();
    await page.getByRole('option', { name: '화물차' }).click();
    await dialog().getByRole('button', { name: 'Merge', exact: true }).click();
    await page.getByText('“차량” is part of “화물차” now.').waitFor();
    await expect.poll(() => rows.first().textContent()).toContain('사람');
  });

  it('are shown as they are when somebody was faster', async () => {
    await enter(`${ROAD}/classes`);
    await button('Move 사람 up').waitFor();
    await page.evaluate(`(async () => {
      const session = await (await fetch('/api/v1/auth/refresh', { method: 'POST' })).json();
      await fetch('/api/v1${ROAD}/classes/1', { method: 'PATCH', headers: { authorization: 'Bearer ' + session.access_token, 'content-type': 'application/json', 'if-match': '"1"' }, body: '{"name":"보행자"}' });
    })()`);
    await button('Move 사람 up').click();
    await page.getByText('Somebody changed the classes meanwhile.', { exact: false }).waitFor();
    await page.getByText('보행자', { exact: true }).waitFor();
  });
});

describe.skipIf(chrome === null)('the members and splits of a dataset', () => {
  it('are added by address, given a role, and the last owner stays', async () => {
    await enter(`${ROAD}/members`);
    await button('Add').click();
    await dialog().getByRole('textbox', { name: 'E-mail' }).fill('nobody@example.com');
    await dialog().getByRole('radio', { name: /^Reviewer/ }).check();
    await dialog().getByRole('button', { name: 'Add' }).click();
    await dialog().getByText('Nobody here has this address.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('textbox', { name: 'E-mail' }).fill('mira.novak@example.com');
    await dialog().getByRole('button', { name: 'Add' }).click();
    await page.getByText('Mira Novak is a member now.').waitFor();
    await page.getByRole('combobox', { name: 'Role of Mira Novak' }).click();
    await page.getByRole('option', { name: 'Admin' }).click();
    await page.getByText('Mira Novak is now: Admin.').waitFor();
    await button('Leave dataset').click();
    await dialog().getByRole('button', { name: 'Leave' }).click();
    await page.getByText('A dataset needs an owner: make somebody else one first.').waitFor();
    await button('More for Mira Novak').click();
    await page.getByRole('menuitem', { name: 'Hand over to Mira Novak' }).click();
    await dialog().getByRole('button', { name: 'Hand over' }).click();
    await page.getByText('Mira Novak owns the dataset now.').waitFor();
    await keepPicture(page, 'members', true);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('are divided by a rule, after a look at what it would do', async () => {
    await enter(ROAD);
    await button('Divide images').click();
    await dialog().getByRole('textbox', { name: 'Training, %' }).fill('70');
    await dialog().getByText('The shares make 90 %; they must make 100 %.').waitFor();
    await dialog().getByRole('textbox', { name: 'Test, %' }).fill('10');
    await dialog().getByRole('button', { name: 'Preview' }).click();
    await dialog().getByText('27,344 images would change their split.').waitFor();
    await dialog().getByText('Some classes have no image for validation: 1.').waitFor();
    await keepPicture(page, 'splits', true);
    expect(await seriousFindings(page)).toEqual([]);
    const put = page.waitForRequest((request) => request.method() === 'PUT');
    await dialog().getByRole('button', { name: 'Apply' }).click();
    expect((await put).postDataJSON()).toMatchObject({ method: 'auto', default_ratio: { train: 0.7, val: 0.2, test: 0.1 } });
    await page.getByText('27,344 images changed their split.').waitFor();
  });
});

describe.skipIf(chrome === null)('trainings beside each other', () => {
  it('are chosen by the keyboard; the page follows the one that goes on, and names what is left out', async () => {
    await enter('/training');
    const choices = page.getByRole('checkbox', { name: /^Choose to compare/ });
    await choices.nth(1).focus();
    await page.keyboard.press('Space');
    expect(await button('Compare').isDisabled()).toBe(true);
    await choices.nth(0).press('Space');
    await page.getByText('2 chosen', { exact: false }).waitFor();
    await page.getByRole('link', { name: 'Compare', exact: true }).press('Enter');
    await page.waitForURL(`**/training/compare?jobs=*2*3`);
    const chart = page.getByRole('img', { name: /^Validation loss of each training by epoch/ });
    const before = await chart.getAttribute('aria-label');
    await expect.poll(() => chart.getAttribute('aria-label'), { timeout: 10_000 }).not.toBe(before);
    const settings = page.getByRole('region', { name: 'Differences in settings' });
    await expect.poll(() => settings.getByRole('row').allInnerTexts()).toEqual([expect.stringContaining('Setting'), 'Learning rate\t0.0039\t0.003']);
    await settings.getByRole('switch', { name: 'Show what is equal too' }).check({ force: true });
    await settings.getByRole('row', { name: 'Content of the version (SHA-256) abababababab abababababab' }).waitFor();
    await button('Numbers: Accuracy').click();
    await expect.poll(() => page.getByRole('group', { name: 'Numbers: Accuracy' }).getByRole('row').count()).toBe(13);
    await page.getByText('By time').click();
    await page.waitForURL('**&x=seconds');
    await page.getByRole('slider', { name: /^Smoothing/ }).press('End');
    await keepPicture(page, 'flow-runs', true);
    await page.goto(`${page.url().replace('&x=seconds', '')},0d0f0000-0000-4000-8000-0000000000ff`);
    await page.getByRole('alert').getByText('0d0f0000-0000-4000-8000-0000000000ff').waitFor();
    await expect.poll(() => page.getByRole('list', { name: 'The trainings' }).getByRole('listitem').count()).toBe(2);
    await page.getByRole('link', { name: '손글씨 숫자' }).first().click();
    await button('Compare with …').click();
    await page.getByRole('dialog').getByRole('checkbox').check();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'Compare trainings' }).waitFor();
  });
});

describe.skipIf(chrome === null)('what it costs and what is removed', () => {
  it('stands on the dataset and in the settings, where a dry run tells what would go', async () => {
    await enter(ROAD);
    await page.getByRole('region', { name: 'Cost' }).getByText('312 class A, 1,024 class B').waitFor();
    await page.goto(new URL('/settings', page.url()).href);
    await page.getByRole('region', { name: 'Cost' }).getByText('8.4 GB', { exact: false }).waitFor();
    const trash = page.getByRole('region', { name: 'Clean-up' }).getByRole('listitem').filter({ hasText: 'Datasets in the trash' });
    await trash.getByText('Now it would be 1 removed, 73 kB.').waitFor();
    await trash.getByRole('button', { name: 'Dry run' }).click();
    await trash.getByText('Now it would be 3 removed, 1.2 MB.').waitFor();
    await trash.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('It began; the list tells how it ends.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });
});
