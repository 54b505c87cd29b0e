// The lesson in headless Chromium: with every console message and every request on record.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { lesson, out } from './engine.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const LANGUAGES = ['en', 'ja'];
export const WIDTHS = [1100, 360];

export const launch = () => chromium.launch({ executablePath, args });

/** Opens the page; `close` fails the test if anything was said on the console or asked of the network. */
export async function open(browser, { language = 'en', width = 1100, colorScheme = 'light', reducedMotion = 'reduce', file = lesson } = {}) {
  const context = await browser.newContext({ locale: language, viewport: { width, height: 900 }, colorScheme, reducedMotion });
  const page = await context.newPage();
  const trouble = [];
  page.on('console', (message) => trouble.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) trouble.push(`request: ${request.url()}`);
  });
  await page.goto(`file://${file}`);
  const close = async () => {
    await context.close();
    assert.deepEqual(trouble, []);
  };
  return { page, close };
}

/** Steps a scene on until its end; `look(at)` after every step. */
export async function stepToEnd(page, scene, look = async () => {}) {
  const stepper = page.locator(`#${scene} .stepper`);
  if (await stepper.locator('.first').isEnabled()) await stepper.locator('.first').click();
  const count = Number(await stepper.locator('input').getAttribute('max'));
  const next = stepper.locator('.next');
  for (let at = 1; at <= count; at++) {
    await next.click();
    await look(at);
  }
  assert.ok(await next.isDisabled(), `scene ${scene} is at its end`);
  assert.equal(await stepper.locator('.place').textContent(), `${count} / ${count}`);
  return count;
}

export async function shot(page, scene, name) {
  await page.locator(`#${scene}`).screenshot({ path: `${out}/${name}.png`, animations: 'disabled' });
}
