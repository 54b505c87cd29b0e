// The page as a whole: nothing overflows, everything has a name, text can be read, keys work.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { LANGUAGES, WIDTHS, launch, open } from './lib/browser.js';
import { unreadable } from './lib/drawing.js';
import { lesson, out } from './lib/engine.js';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('the page is one file below 2 MB', () => {
  assert.ok(statSync(lesson).size < 2_000_000);
});

for (const language of LANGUAGES) {
  for (const width of WIDTHS) {
    for (const colorScheme of ['light', 'dark']) {
      test(`nothing overflows, and all text has contrast: ${language}, ${width}, ${colorScheme}`, async () => {
        const { page, close } = await open(browser, { language, width, colorScheme });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(await page.evaluate(lowContrast), []);
        await page.evaluate(() => document.querySelectorAll('.stepper .last').forEach((last) => last.click()));
        assert.deepEqual(await page.evaluate(lowContrast), []);
        assert.deepEqual(await page.evaluate(faintLines), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        await page.screenshot({ path: `${out}/page-${language}-${width}-${colorScheme}.png`, fullPage: true });
        await close();
      });
    }
  }
}

for (const colorScheme of ['light', 'dark']) {
  test(`what one does leaves contrast: ${colorScheme}`, async () => {
    const { page, close } = await open(browser, { colorScheme });
    const check = async (where) => assert.deepEqual(await page.evaluate(lowContrast), [], where);
    for (const way of ['rtrl', 'window', 'truncated', 'bptt']) {
      await page.locator(`#b input[value=${way}]`).check();
      for (let at = 0; at < 2; at += 1) await page.locator('#b .next').click();
      await check(way);
    }
    await page.locator('#b .tile:not(.empty)').nth(4).click();
    await page.locator('#b .tile:not(.empty)').nth(6).hover();
    await check('a path');
    for (const answer of [0, 1]) {
      await page.locator('#f .options input').nth(answer).check();
      await check(`answer ${answer}`);
    }
    for (const place of ['.play', '.next']) {
      await page.locator(`#b ${place}`).focus();
      await page.locator(`#b ${place}`).hover();
      await check(`${place} under pointer and focus`);
    }
    await close();
  });
}

test('both languages have the same texts, and the button changes them', async () => {
  const { page, close } = await open(browser, { language: 'en' });
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  await page.locator('#language').click();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ja');
  const text = await page.locator('body').innerText();
  for (const term of ['未来方向勾配和', '過去方向勾配和', '貢献度分配ベクトル', '感度行列']) assert.ok(text.includes(term), term);
  assert.match(await page.title(), /三角形/);
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ja', 'the choice is remembered');
  await close();
});

test('a scene keeps its place when the language changes', async () => {
  const { page, close } = await open(browser);
  await page.locator('#b .next').click();
  await page.locator('#language').click();
  assert.match(await page.locator('#b .place').textContent(), /^1 \//);
  await close();
});

test('the colour scheme has a button of its own', async () => {
  const { page, close } = await open(browser, { colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await ground();
  await page.locator('#theme').click();
  assert.notEqual(await ground(), before);
  await page.locator('#theme').click();
  assert.equal(await ground(), before);
  await close();
});

test('no line begins with a mark, or breaks inside a number', async () => {
  for (const language of LANGUAGES) {
    for (const width of WIDTHS) {
      const { page, close } = await open(browser, { language, width });
      await page.evaluate(() => document.querySelectorAll('.stepper .last').forEach((last) => last.click()));
      assert.deepEqual(await page.evaluate(badBreaks), []);
      await close();
    }
  }
});

test('no text of a drawing is cut off or covered', async () => {
  for (const width of WIDTHS) {
    const { page, close } = await open(browser, { width });
    assert.deepEqual(await page.evaluate(unreadable), []);
    await close();
  }
});

test('the Japanese page is in Japanese', async () => {
  const { page, close } = await open(browser, { language: 'ja' });
  await page.evaluate(() => document.querySelectorAll('.stepper .last').forEach((last) => last.click()));
  const text = await page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let all = '';
    while (texts.nextNode()) if (!texts.currentNode.parentElement.closest('code, pre, script, noscript, math, option, [lang=en]')) all += `${texts.currentNode.textContent} `;
    for (const name of ['aria-label', 'aria-valuetext']) document.querySelectorAll(`[${name}]:not([lang=en])`).forEach((e) => { all += `${e.getAttribute(name)} `; });
    return all;
  });
  const known = ['tangent', 'adjoint', 'Elman', 'operations', 'year', 'delta', 'theta'];
  assert.deepEqual([...new Set(text.match(/[A-Za-z]{4,}/g))].filter((word) => !known.includes(word) && !/^(BPTT|RTRL|RMSE)$/.test(word)), []);
  await close();
});

test('everything that can be operated has a name, and every formula is MathML', async () => {
  for (const language of LANGUAGES) {
    const { page, close } = await open(browser, { language });
    const nameless = await page.evaluate(() => {
      const named = (e) => e.getAttribute('aria-label') || e.textContent.trim() || [...(e.labels ?? [])].some((label) => label.textContent.trim());
      const hidden = (e) => e.closest('[aria-hidden=true]');
      return [...document.querySelectorAll('button, input, select, summary, a, section, [role]:not([role=status])')]
        .filter((e) => !hidden(e) && !named(e) && !e.getAttribute('aria-labelledby')).map((e) => e.outerHTML.slice(0, 100));
    });
    assert.deepEqual(nameless, []);
    const text = await page.locator('body').innerText();
    assert.ok(!/[$\\{}]|undefined|NaN/.test(text.replace(await page.locator('#a pre').textContent(), '')), 'no markup is left over');
    assert.ok((await page.locator('math').count()) > 50);
    assert.deepEqual(await page.locator('h1, h2, h3').evaluateAll((all) => all.map((e) => e.tagName).slice(0, 2)), ['H1', 'H2']);
    const broken = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute('href').slice(1)).filter((id) => !document.getElementById(id)));
    assert.deepEqual(broken, []);
    await close();
  }
});

test('arrow keys step a scene, and a slider by itself', async () => {
  const { page, close } = await open(browser);
  for (const scene of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const first = page.locator(`#${scene} .first`);
    if (await first.isEnabled()) await first.click();
    const place = page.locator(`#${scene} .place`);
    await page.locator(`#${scene} .next`).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    assert.match(await place.textContent(), /^1 \//);
    await page.locator(`#${scene} .stepper input`).focus();
    await page.keyboard.press('ArrowRight');
    assert.match(await place.textContent(), /^2 \//);
  }
  await close();
});

test('playing runs to the end and stops', async () => {
  const { page, close } = await open(browser);
  await page.clock.install();
  await page.locator('#b .play').click();
  await page.clock.runFor(20_000);
  assert.ok(await page.locator('#b .next').isDisabled());
  assert.equal(await page.locator('#b .play').textContent(), 'Play');
  await close();
});

test('with reduced motion nothing moves by itself', async () => {
  const { page, close } = await open(browser, { reducedMotion: 'reduce' });
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => {
    const style = getComputedStyle(e);
    return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none' || style.scrollBehavior === 'smooth';
  }).map((e) => e.className));
  assert.deepEqual(moving, []);
  await close();
});

test('without reduced motion cells fade in, and the page works', async () => {
  const { page, close } = await open(browser, { reducedMotion: 'no-preference' });
  const fading = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('#b .tile')).transitionDuration));
  assert.ok(fading > 0);
  await page.locator('#b .last').click();
  assert.equal(await page.locator('#b .tile.waiting').count(), 0);
  await close();
});

/** In the page: every kind of line in a chart that has less than WCAG's 3 against the page. */
function faintLines() {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = luminance(getComputedStyle(document.body).backgroundColor);
  const faint = new Set();
  for (const path of document.querySelectorAll('.curves path:not(.thin)')) {
    const line = luminance(getComputedStyle(path).stroke);
    const ratio = (Math.max(line, page) + 0.05) / (Math.min(line, page) + 0.05);
    if (ratio < 3) faint.add(`${path.getAttribute('class')} ${ratio.toFixed(2)}`);
  }
  return [...faint];
}

/** In the page: every formula that the mark after it has left for the next line, and every number that has come apart. */
function badBreaks() {
  const found = [];
  for (const math of document.querySelectorAll('math')) {
    const next = math.nextSibling;
    if (next?.nodeType !== Node.TEXT_NODE || !/^[.,:;。、]/.test(next.data) || !math.checkVisibility()) continue;
    const mark = document.createRange();
    mark.setStart(next, 0);
    mark.setEnd(next, 1);
    if (mark.getBoundingClientRect().left < math.getBoundingClientRect().left) found.push(math.parentElement.textContent.slice(0, 60));
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (parentElement.closest('script, code, pre') || !parentElement.checkVisibility()) continue;
    for (const { 0: number, index } of data.matchAll(/[\d.]+\s×\s10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d[\d\u2009\u202f]*\d|[\d.]+\s%/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + number.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(number);
    }
  }
  return found;
}

/** In the page: every visible text whose contrast with what lies under it is below WCAG's 4.5 (3 for large text). */
function lowContrast() {
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((c, i) => a * c + (1 - a) * below[i]);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const style = getComputedStyle(element);
    if (!texts.currentNode.textContent.trim() || !element.checkVisibility() || element.closest(':disabled, script, .skip')) continue;
    const below = ground(element);
    // A text in a drawing has its colour as its fill.
    const colour = over(parse(element instanceof SVGElement ? style.fill : style.color), below);
    const [light, dark] = [luminance(colour), luminance(below)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) found.add(`${ratio.toFixed(2)} ${element.className?.baseVal ?? element.className} ${texts.currentNode.textContent.trim().slice(0, 30)}`);
  }
  return [...found];
}
