// The drawings that the command line writes as files: each can be read where it stands alone.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch } from './lib/browser.js';
import { unreadable } from './lib/drawing.js';
import { file, out, rnn } from './lib/engine.js';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const drawings = {
  triangle: ['triangle', '--case', file],
  sunspots: ['--quick', '--out', `${out}/report.html`],
};

for (const [folder, command] of Object.entries(drawings)) {
  test(`every drawing of rnn ${command[0]} is whole, and no text in it is cut off or covered`, async () => {
    rnn(...command, '--svg', `${out}/${folder}`);
    const names = readdirSync(`${out}/${folder}`).filter((name) => name.endsWith('.svg'));
    assert.ok(names.length >= 3, names.join());
    for (const name of names) {
      const page = await browser.newPage({ viewport: { width: 1000, height: 620 } });
      // A file that is not well formed has an element that says so.
      await page.goto(`file://${out}/${folder}/${name}`);
      assert.equal(await page.locator('parsererror').count(), 0, name);
      assert.deepEqual(await page.evaluate(unreadable), [], name);
      const { width, height } = await page.evaluate(() => document.documentElement.getBoundingClientRect());
      assert.equal(await page.evaluate(() => document.documentElement.getAttribute('viewBox')), `0 0 ${4 * width} ${4 * height}`, name);
      await page.screenshot({ path: `${out}/${folder}-${name.replace('.svg', '.png')}`, clip: { x: 0, y: 0, width, height } });
      await page.close();
    }
  });
}
