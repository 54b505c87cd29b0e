// What the engine says, asked through its command line: the page's own data is never looked at.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const out = fileURLToPath(new URL('../out', import.meta.url));
mkdirSync(out, { recursive: true });

/** Runs the program; RNN names one that is built already. */
export function rnn(...args) {
  const [program, before] = process.env.RNN
    ? [process.env.RNN, []]
    : ['cargo', ['run', '--quiet', '--release', '-p', 'rnn', '--']];
  return execFileSync(program, [...before, ...args], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
}

/** The built-in case, and everything that each mode says about it. */
export const file = 'rnn/data/lesson.json';
export const problem = JSON.parse(readFileSync(`${root}/${file}`, 'utf8'));
export const bptt = JSON.parse(rnn('credit', file, '--mode', 'bptt', '--full'));
export const rtrl = JSON.parse(rnn('credit', file, '--mode', 'rtrl', '--full'));

/** What the engine computed for every scene; what `credit` says too is held against that. */
export const scenes = JSON.parse(rnn('lesson', '--json'));

/** theta as the blocks and P have it: W_rec, W_in, b_rec, row by row. */
export const flat = (grad) => [...grad.W_rec.flat(), ...grad.W_in.flat(), ...grad.b_rec];

/** The names of theta's entries as the page shows them. */
export function names({ n, d }) {
  const each = (count) => Array.from({ length: count }, (_, index) => index + 1);
  const matrix = (name, cols) => each(d).flatMap((i) => each(cols).map((j) => `${name}[${i},${j}]`));
  return [...matrix('W_rec', d), ...matrix('W_in', n), ...each(d).map((i) => `b_rec[${i}]`)];
}

/** Writes the lesson, once. */
export const lesson = `${out}/lesson.html`;
rnn('lesson', '--out', lesson);

/** Writes the lesson about another case. */
export function lessonOf(other, name) {
  const [from, to] = ['json', 'html'].map((kind) => `${out}/${name}.${kind}`);
  writeFileSync(from, JSON.stringify(other));
  rnn('lesson', '--case', from, '--out', to);
  return to;
}
