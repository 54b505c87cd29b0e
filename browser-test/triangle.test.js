// Scene b: cells, sums and the ways through the triangle, against `rnn credit --full`.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LANGUAGES, WIDTHS, launch, open, shot, stepToEnd } from './lib/browser.js';
import { bptt, flat, names, problem, rtrl, scenes } from './lib/engine.js';
import { same, sameVector } from './lib/numbers.js';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const { T } = problem;
const parameters = names(problem);
const NORMS = 4;
const steps = (count) => Array.from({ length: count }, (_, index) => index);
const tile = (page, t, s) => page.locator('#b .tile:not(.empty)').nth((t * (t + 1)) / 2 + s);
const account = (page) => page.locator('#b .account output').allTextContents();
const sum = (page) => page.locator('#b .sum output').textContent();
const filled = (page) => page.locator('#b .tile:not(.empty):not(.waiting)').count();
const way = (page, name) => page.locator(`#b input[value=${name}]`).check();

test('every cell by every parameter is the engine\'s', async () => {
  const { page, close } = await open(browser);
  for (const k of steps(parameters.length)) {
    await page.locator('#b select').selectOption(String(NORMS + k));
    for (const t of steps(T)) {
      for (const s of steps(t + 1)) {
        const label = await tile(page, t, s).getAttribute('aria-label');
        assert.ok(label.startsWith(`t = ${t + 1}, s = ${s + 1}: `), label);
        same(label.split(': ')[1], bptt.blocks[t][s][k], `cell ${label} of ${parameters[k]}`);
      }
    }
  }
  await close();
});

test('norms are those of the engine\'s cells', async () => {
  const { page, close } = await open(browser);
  await page.locator('#b select').selectOption('0');
  for (const t of steps(T)) {
    const label = await tile(page, t, 0).getAttribute('aria-label');
    same(label.split(': ')[1], Math.hypot(...bptt.blocks[t][0]), label);
  }
  await close();
});

test('BPTT: delta, columns and the sum so far', async () => {
  const { page, close } = await open(browser);
  const k = 1;
  await page.locator('#b select').selectOption(String(NORMS + k));
  let total = 0;
  await stepToEnd(page, 'b', async (j) => {
    const s = T - j;
    const column = steps(j).reduce((all, back) => all + bptt.blocks[T - 1 - back][s][k], 0);
    total += column;
    const [delta, now, carried, summed, running] = await account(page);
    sameVector(delta, bptt.delta[s], `delta_${s + 1}`);
    sameVector(now, bptt.delta_tilde[s], `delta~_${s + 1}`);
    sameVector(carried, bptt.delta[s].map((x, i) => x - bptt.delta_tilde[s][i]), 'delta J');
    same(summed, column, `column ${s + 1}`);
    same(running, total, 'sum');
    assert.equal(await filled(page), (j * (j + 1)) / 2);
  });
  same(await sum(page), flat(bptt.grad)[k], 'the gradient');
  await close();
});

test('RTRL: P, rows and the sum so far', async () => {
  const { page, close } = await open(browser);
  const k = 4;
  await page.locator('#b select').selectOption(String(NORMS + k));
  await way(page, 'rtrl');
  let total = 0;
  await stepToEnd(page, 'b', async (j) => {
    const t = j - 1;
    const row = rtrl.blocks[t].reduce((all, cell) => all + cell[k], 0);
    total += row;
    const shown = await account(page);
    sameVector(shown[0], rtrl.P[t].map((line) => line[k]), `P_${j}`);
    const { sensitivity_immediate: now, sensitivity_carried: carried } = scenes.triangle;
    sameVector(shown[1], now[t].map((line) => line[k]), `P~_${j}`);
    sameVector(shown[2], carried[t].map((line) => line[k]), `J P_${j - 1}`);
    now[t].forEach((line, i) => assert.ok(Math.abs(line[k] + carried[t][i][k] - rtrl.P[t][i][k]) < 1e-14, 'P = P~ + J P'));
    same(shown[3], row, `row ${j}`);
    same(shown[4], total, 'sum');
    assert.equal(await filled(page), (j * (j + 1)) / 2);
  });
  same(await sum(page), flat(rtrl.grad)[k], 'the gradient');
  await close();
});

test('windows of every length end in the same sum, and a band does at full width only', async () => {
  const { page, close } = await open(browser);
  const k = 2;
  await page.locator('#b select').selectOption(String(NORMS + k));
  await way(page, 'window');
  for (const place of steps(T)) {
    await page.locator('#b .slider input').fill(String(place));
    assert.equal(await stepToEnd(page, 'b'), Math.ceil(T / (place + 1)));
    same(await sum(page), flat(bptt.grad)[k], `windows of ${place + 1}`);
    assert.equal(await filled(page), (T * (T + 1)) / 2);
  }
  await way(page, 'truncated');
  await stepToEnd(page, 'b', async (width) => {
    const band = bptt.blocks.flatMap((row, t) => row.filter((_, s) => t - s < width)).reduce((all, cell) => all + cell[k], 0);
    same(await sum(page), band, `a band of ${width}`);
    assert.equal(await page.locator('#b .account li span').first().innerText(), 'relative error |missing| / |whole|');
    const { missing } = scenes.triangle.views[NORMS + k];
    const [shown] = await account(page);
    if (missing[width - 1] !== null) same(shown.replace('\u00a0%', ''), 100 * missing[width - 1], `missing from a band of ${width}`);
  });
  same(await sum(page), flat(bptt.grad)[k], 'the whole triangle');
  await close();
});

test('a cell shows its path, by pointer and by keyboard', async () => {
  const { page, close } = await open(browser);
  await tile(page, T - 1, 2).hover();
  assert.equal(await page.locator('#b .tile.on-path').count(), T - 2);
  const stops = await page.locator('#b .path output').allTextContents();
  sameVector(stops[0], bptt.delta_tilde[T - 1], 'the path starts at delta~');
  const { reach, sensitivity_immediate: now } = scenes.triangle;
  for (const back of steps(T - 2)) sameVector(stops[back], reach[T - 1][T - 1 - back], `${back} Jacobians back`);
  assert.equal(stops.length, T, 'the credit at every time from T to s, P~_s, and the cell');
  sameVector(stops[T - 2], now[2].map((line) => line[1]), 'P~_3');
  same(stops.at(-1), bptt.blocks[T - 1][2][1], 'the path ends in the cell');
  await tile(page, T - 1, 0).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  const chosen = await page.locator('#b .tile.chosen').getAttribute('aria-label');
  assert.ok(chosen.startsWith(`t = ${T - 1}, s = 2:`), chosen);
  await close();
});

for (const language of LANGUAGES) {
  for (const width of WIDTHS) {
    for (const name of ['bptt', 'rtrl', 'window', 'truncated']) {
      test(`${name} stepped to its end in ${language} at ${width}`, async () => {
        const { page, close } = await open(browser, { language, width, colorScheme: language === 'ja' ? 'dark' : 'light' });
        await way(page, name);
        await stepToEnd(page, 'b', async (at) => {
          if (at === 2) {
            await tile(page, T - 2, 3).click();
            await shot(page, 'b', `b-${name}-${language}-${width}`);
          }
        });
        await close();
      });
    }
  }
}
