// Numbers as the page shows them, read back and held against what they should be.

import assert from 'node:assert/strict';

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number on the page, and the size of half a unit of its last digit. */
export function read(text) {
  const clean = text.trim().replace('−', '-').replaceAll('\u202f', '');
  const match = /^(-?\d+(?:\.(\d+))?)(?:\u00a0×\u00a010([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?$/.exec(clean);
  assert.ok(match, `not a number: ${text}`);
  const raised = (match[3] ?? '').replace('⁻', '-').replace(/[⁰-⁹¹²³]/g, (c) => RAISED.indexOf(c));
  const scale = 10 ** Number(raised || 0);
  return { value: Number(match[1]) * scale, half: 0.5 * 10 ** -(match[2] ?? '').length * scale };
}

/** All numbers of a vector in parentheses, or the one number. */
export const readVector = (text) => text.replace(/[()]/g, '').split(',').map(read);

/** That what is shown is the number, to the digits shown. */
export function same(text, expected, what) {
  const { value, half } = read(text);
  assert.ok(Math.abs(value - expected) <= half * (1 + 1e-6) + 1e-13 * Math.abs(expected) + 1e-15, `${what}: shown ${text}, the engine says ${expected}`);
}

export function sameVector(text, expected, what) {
  const parts = text.replace(/[()]/g, '').split(',');
  assert.equal(parts.length, expected.length, `${what}: ${text}`);
  parts.forEach((part, index) => same(part, expected[index], `${what}[${index}]`));
}
