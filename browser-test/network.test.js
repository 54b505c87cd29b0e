// Scene a: value, tangent and adjoint of every line, against `rnn credit --full`.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LANGUAGES, WIDTHS, launch, open, shot, stepToEnd } from './lib/browser.js';
import { bptt, names, problem, rtrl, scenes } from './lib/engine.js';
import { same, sameVector } from './lib/numbers.js';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const LINES = ['u', 'h', 'v', 'y', 'L'];
const entries = (t, line) => (line === 'L' ? [bptt.L_t[t]] : line === 'h' ? bptt.h[t + 1] : bptt[line][t]);

test('every value, tangent and adjoint is the engine\'s', async () => {
  const { page, close } = await open(browser);
  const parameters = names(problem);
  for (const k of [1, parameters.length - 1]) {
    await page.locator('#a select').selectOption(String(k));
    const shown = (line, kind) => page.locator(`#a [data-line=${line}] .${kind} output`).textContent();
    const half = 5 * problem.T;
    await stepToEnd(page, 'a', async (at) => {
      const done = at <= half ? at - 1 : 2 * half - at;
      const [t, line] = [Math.floor(done / 5), LINES[done % 5]];
      const where = `${line} at t = ${t + 1}, ${parameters[k]}`;
      const computed = scenes.network.steps[t][done % 5];
      if (at <= half) {
        sameVector(await shown(line, 'value'), entries(t, line), `value of ${where}`);
        if (line === 'h') sameVector(await shown(line, 'tangent'), rtrl.P[t].map((row) => row[k]), `tangent of ${where}`);
        if (line === 'L') {
          const row = rtrl.blocks[t].reduce((sum, cell) => sum + cell[k], 0);
          same(await shown(line, 'tangent'), row, `tangent of ${where}`);
        }
        sameVector(await shown(line, 'tangent'), computed.tangent[k], `tangent of ${where}`);
        assert.equal(await shown(line, 'adjoint'), '·');
      } else {
        if (line === 'h') sameVector(await shown(line, 'adjoint'), bptt.delta[t], `adjoint of ${where}`);
        if (line === 'L') same(await shown(line, 'adjoint'), 1, where);
        sameVector(await shown(line, 'adjoint'), computed.adjoint, `adjoint of ${where}`);
      }
    });
  }
  await close();
});

test('a parameter of the output does not move the state, and the page says so', async () => {
  const { page, close } = await open(browser);
  await page.locator('#a select').selectOption({ label: 'b_out[1]' });
  await page.locator('#a .stepper input').fill('2');
  sameVector(await page.locator('#a [data-line=h] .tangent output').textContent(), bptt.h[1].map(() => 0), 'the tangent of h');
  assert.match(await page.locator('#a .says').textContent(), /does not depend on b_out\[1\]/);
  await page.locator('#a .stepper input').fill('5');
  assert.match(await page.locator('#a .says').textContent(), /for b_out\[1\], which acts within the step alone/);
  await close();
});

test('the source shown is the project\'s', async () => {
  const { readFileSync } = await import('node:fs');
  const { page, close } = await open(browser);
  const source = readFileSync(new URL('../rnn/src/model.rs', import.meta.url), 'utf8');
  for (const code of (await page.locator('#a .line code').allTextContents()).slice(0, 4)) assert.ok(source.includes(code), code);
  await close();
});

for (const language of LANGUAGES) {
  for (const width of WIDTHS) {
    test(`stepped to its end in ${language} at ${width}`, async () => {
      const { page, close } = await open(browser, { language, width, colorScheme: width === 360 ? 'dark' : 'light' });
      const says = new Set();
      const count = await stepToEnd(page, 'a', async (at) => {
        says.add(await page.locator('#a .says').textContent());
        if (at === 52) await shot(page, 'a', `a-${language}-${width}`);
      });
      assert.equal(says.size, count, 'every step says something of its own');
      await close();
    });
  }
}
