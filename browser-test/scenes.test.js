// Scenes c to f: counted and measured cost, the horizon, online learning, questions. The numbers are held against
// `rnn lesson --json`; that those are right is tested in Rust.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LANGUAGES, WIDTHS, launch, open, shot, stepToEnd } from './lib/browser.js';
import { bptt, flat, lessonOf, problem, scenes } from './lib/engine.js';
import { read, same } from './lib/numbers.js';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const { cost, horizon, online } = scenes;
const steps = (count) => Array.from({ length: count }, (_, index) => index);
const slide = (page, scene, index, place) => page.locator(`#${scene} .slider input`).nth(index).fill(String(place));

test('c: every count is the engine\'s, and the measurements are the bench\'s', async () => {
  const { page, close } = await open(browser);
  for (const d of steps(cost.units.length)) {
    await slide(page, 'c', 0, d);
    for (const t of steps(cost.steps.length)) {
      await page.locator('#c .stepper input').fill(String(t));
      for (const [way, operations] of Object.entries(cost.counted[d][t])) {
        const shown = await page.locator(`#c [data-way=${way}]`).textContent();
        assert.equal(read(shown).value, operations, `${way}, d = ${cost.units[d]}, T = ${cost.steps[t]}`);
      }
      const says = (await page.locator('#c .says').textContent()).replaceAll('\u00a0', ' ');
      const crossing = cost.crossover[d] === null ? 'Up to the largest T' : `From T=${cost.crossover[d]} on`;
      for (const part of [`T=${cost.steps[t]} steps`, `d=${cost.units[d]} units`, crossing]) assert.ok(says.includes(part), `${part} in ${says}`);
    }
  }
  const text = await page.locator('#c').innerText();
  for (const said of [cost.source.machine, cost.source.date]) assert.ok(text.includes(said), said);
  // The series, as they are titled in the bench, with the exponents that it fitted.
  const rows = await page.locator('#c .scroll tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  const titles = cost.measured.map(({ name, against, fixed }) => {
    const way = { 'double-sum': 'double sum, reverse mode for each loss', bptt: 'BPTT', rtrl: 'RTRL' }[name] ?? `windows of K=${name.split(':')[1]} steps`;
    return `${way}, ${against === 'T' ? 'd' : 'T'}=${fixed}`;
  });
  assert.deepEqual(rows.map(([title]) => title), titles);
  for (const [index, { against, exponents }] of cost.measured.entries()) {
    assert.deepEqual(rows[index].slice(1), exponents.map(([fit, theory]) => `${against}${fit.toFixed(2)} (${against}${theory})`));
  }
  const legends = await page.locator('#c .legend').evaluateAll((all) => all.slice(1).map((list) => [...list.children].map((item) => item.textContent)));
  assert.deepEqual(legends, ['T', 'd'].map((size) => titles.filter((_, index) => cost.measured[index].against === size)));
  const { d, each_step: each, rtrl, steps: from } = cost.memory_crossover;
  const said = (await page.locator('#c .crossover').textContent()).replaceAll('\u00a0', ' ');
  const expected = [`d=${d}`, `${(each / 1e3).toPrecision(3)} kB`, `${(rtrl / 1e6).toPrecision(3)} MB`, `T=${from}`];
  for (const part of expected) assert.ok(said.includes(part), `${part} in ${said}`);
  await close();
});

test('d: every network\'s curves at four steps, and those of one at every step', async () => {
  const { page, close } = await open(browser);
  for (const gain of steps(horizon.gains.length)) {
    for (const alpha of steps(horizon.alphas.length)) {
      await slide(page, 'd', 0, gain);
      await slide(page, 'd', 1, alpha);
      const network = horizon.networks[gain * horizon.alphas.length + alpha];
      const everyStep = gain === 2 && alpha === 3;
      for (const t of everyStep ? steps(horizon.steps).map((t) => t + 1) : [1, 10, 20, 40]) {
        await page.locator('#d .stepper input').fill(String(t));
        const shown = await page.locator('#d .legend output').allTextContents();
        const { delta, last_loss, sensitivity, singular, forwards } = network;
        const expected = [delta, last_loss, sensitivity].map((list) => list[t - 1]);
        expected.push(singular[t - 1][0], singular[t - 1].at(-1), delta[t - 1], forwards[t - 1]);
        expected.forEach((number, index) => {
          if (number === null) assert.equal(shown[index], '–');
          else same(shown[index], number, `${index} at t = ${t}, gain ${horizon.gains[gain]}, alpha ${horizon.alphas[alpha]}`);
        });
        const says = await page.locator('#d .says').textContent();
        if (network.error[t - 1] === null) assert.match(says, /no finite number/);
        else same(/off by (.*) times its own/.exec(says)[1], network.error[t - 1], `the error at t = ${t}`);
      }
    }
  }
  await close();
});

test('e: errors and updates year by year, for every window', async () => {
  const { page, close } = await open(browser);
  for (const k of steps(online.windows.length).slice(1)) {
    await slide(page, 'e', 0, k - 1);
    const count = Number(await page.locator('#e .stepper input').getAttribute('max'));
    for (const at of [0, 3, count]) {
      await page.locator('#e .stepper input').fill(String(at));
      const i = Math.min(online.years.length - 1, at * 11);
      const shown = await page.locator('#e .legend output').allTextContents();
      [online.errors[0], online.errors[k], online.persistence].forEach((list, index) => same(shown[index], list[i], `${index} in ${online.years[i]}`));
      const says = await page.locator('#e .says').textContent();
      assert.ok(says.includes(` ${Math.floor((i + 1) / online.windows[k])} times`));
      const [, rtrl, bptt] = /years: RTRL ([^,]*), BPTT (.*)\.$/.exec(says.replaceAll('\u00a0', ' ')).map((part) => part.replace(' × ', '\u00a0×\u00a0'));
      same(rtrl, online.errors[0][i], `RTRL in ${online.years[i]}`);
      same(bptt, online.errors[k][i], `BPTT in ${online.years[i]}`);
    }
  }
  const rows = await page.locator('#e table tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  assert.equal(rows.length, online.windows.length + 1);
  const [baseline, noRate] = rows.pop();
  same(baseline, online.whole_persistence, 'all years, each year as the one before');
  assert.equal(noRate, '–');
  rows.forEach(([whole, rate], k) => {
    same(whole, online.whole[k], `all years, K = ${online.windows[k]}`);
    assert.equal(Number(rate), online.rates[k]);
  });
  await close();
});

test('f: right answers are called right and wrong ones wrong', async () => {
  const { page, close } = await open(browser);
  const triangular = (problem.T * (problem.T + 1)) / 2;
  const numbers = { boundary: bptt.delta[problem.T - 1][0], cells: triangular, sum: flat(bptt.grad)[0] };
  const keys = ['elman', 'first', 'backwards', 'wide', 'tall', 'boundary', 'cells', 'sum', 'memory', 'window', 'online', 'forwards'];
  const choices = { elman: 1, first: 0, backwards: 2, wide: 1, tall: 0, memory: 1, window: 2, online: 0, forwards: 1 };
  const verdict = page.locator('#f .verdict');
  for (const [index, key] of keys.entries()) {
    if (index > 0) await page.locator('#f .next').click();
    if (key in choices) {
      const options = page.locator('#f .options input');
      for (const place of steps(await options.count())) {
        await options.nth(place).check();
        assert.match(await verdict.getAttribute('class'), place === choices[key] ? /right/ : /wrong/, key);
      }
      await options.nth(choices[key]).check();
    } else {
      const input = page.locator('#f .options input');
      for (const [given, expected] of [[numbers[key] * 1.5, /wrong/], ['nothing', /wrong/], [numbers[key].toPrecision(2), /right/], [numbers[key].toPrecision(3), /right/]]) {
        await input.fill(String(given));
        await page.locator('#f .options button').click();
        assert.match(await verdict.getAttribute('class'), expected, `${key}: ${given}`);
      }
    }
  }
  assert.match(await page.locator('#f .note').textContent(), /^12 of 12/);
  await close();
});

test('f: two digits are enough, but a count is whole', async () => {
  // One cell more or less of 136 is less than two digits show.
  const T = 16;
  const long = { ...problem, T, x: [...problem.x, ...problem.x], y_target: [...problem.y_target, ...problem.y_target] };
  const { page, close } = await open(browser, { file: lessonOf(long, 'sixteen') });
  const ask = async (place, answers) => {
    await page.locator('#f .stepper input').fill(String(place));
    for (const [given, expected] of answers) {
      await page.locator('#f .options input').fill(given);
      await page.locator('#f .options button').click();
      assert.match(await page.locator('#f .verdict').getAttribute('class'), expected, given);
    }
  };
  await ask(6, [['135', /wrong/], ['137', /wrong/], ['140', /wrong/], ['136', /right/]]);
  await close();
});

for (const language of LANGUAGES) {
  for (const width of WIDTHS) {
    test(`c to f stepped to their ends in ${language} at ${width}`, async () => {
      const { page, close } = await open(browser, { language, width, colorScheme: width === 360 ? 'light' : 'dark' });
      for (const scene of ['c', 'd', 'e', 'f']) {
        await stepToEnd(page, scene);
        await shot(page, scene, `${scene}-${language}-${width}`);
      }
      await close();
    });
  }
}
