// Formulas: a small part of TeX, turned into MathML.
//
// Letters are variables, {..} groups, _ and ^ are scripts; \frac, \tilde, \vec (bold, as the chapter sets vectors and
// matrices), \text, \under{formula}{note} and the names below.

const SYMBOLS = {
  alpha: 'α', delta: 'δ', theta: 'θ', partial: '∂', L: 'ℒ', le: '≤', ge: '≥', cdot: '·', cdots: '⋯', infty: '∞', sigma: 'σ',
  times: '×', log: 'log', tau: 'τ', quad: '\u2003', in: '∈', R: 'ℝ', ll: '≪', gg: '≫', to: '→',
};

function tokens(tex) {
  return tex.match(/\\[a-zA-Z]+|\d+(\.\d+)?|[^\s]/g) ?? [];
}

/** The MathML of one argument: a group or a single token. */
function argument(rest) {
  if (rest[0] !== '{') return atom(rest);
  rest.shift();
  const inside = row(rest, '}');
  rest.shift();
  return `<mrow>${inside}</mrow>`;
}

/** The characters of a group as they stand. */
function verbatim(rest) {
  rest.shift();
  let text = '';
  while (rest[0] !== '}') text += rest.shift();
  rest.shift();
  return text.replaceAll('~', '\u00a0');
}

function atom(rest) {
  const token = rest.shift();
  if (token === '{') {
    rest.unshift(token);
    return argument(rest);
  }
  if (token === '\\frac') return `<mfrac>${argument(rest)}${argument(rest)}</mfrac>`;
  if (token === '\\tilde') return `<mover accent="true">${argument(rest)}<mo stretchy="false">~</mo></mover>`;
  if (token === '\\vec') return `<mi class="vec" mathvariant="normal">${verbatim(rest)}</mi>`;
  if (token === '\\text') return `<mtext>${verbatim(rest)}</mtext>`;
  if (token === '\\sum') return '<mo movablelimits="false">∑</mo>';
  if (token === '\\under') {
    return `<munder><munder>${argument(rest)}<mo stretchy="true">⏟</mo></munder>${argument(rest)}</munder>`;
  }
  if (token === '-') return '<mo>−</mo>';
  if (token === '|') return '<mo lspace="0" rspace="0" stretchy="true">|</mo>';
  if (token === '*') return '<mo>∗</mo>';
  if (/^\d/.test(token)) return `<mn>${token}</mn>`;
  if (/^[a-zA-Z]$/.test(token)) return `<mi>${token}</mi>`;
  if (token === '+') return '<mo form="infix">+</mo>';
  // Parentheses grow with what they hold, and not with what stands beside them.
  if (token === '(') {
    const inside = row(rest, ')');
    rest.shift();
    return `<mrow><mo>(</mo>${inside}<mo>)</mo></mrow>`;
  }
  const symbol = token.startsWith('\\') ? SYMBOLS[token.slice(1)] : token;
  if (symbol === undefined) throw new Error(`unknown in a formula: ${token}`);
  if (symbol === '∂' || /[\u0370-\u03ffℒℝ]/.test(symbol)) return `<mi>${symbol}</mi>`;
  const escaped = symbol === '<' ? '&lt;' : symbol === '>' ? '&gt;' : symbol;
  return `<mo>${escaped}</mo>`;
}

/** A run of atoms with their scripts, up to `end`. */
function row(rest, end) {
  let out = '';
  let scripted = false;
  while (rest.length > 0 && rest[0] !== end) {
    // A J after an index would run into it.
    if (scripted && /^\\(vec|tilde)$/.test(rest[0])) out += '<mspace width="0.12em"></mspace>';
    const isSum = rest[0] === '\\sum';
    const base = atom(rest);
    let below = null;
    let above = null;
    while (rest[0] === '_' || rest[0] === '^') {
      if (rest.shift() === '_') below = argument(rest);
      else above = argument(rest);
    }
    const [under, over, both] = isSum ? ['munder', 'mover', 'munderover'] : ['msub', 'msup', 'msubsup'];
    scripted = !isSum && (below !== null || above !== null);
    if (below && above) out += `<${both}>${base}${below}${above}</${both}>`;
    else if (below) out += `<${under}>${base}${below}</${under}>`;
    else if (above) out += `<${over}>${base}${above}</${over}>`;
    else out += base;
  }
  return out;
}

/** A formula; `display` sets it on a line of its own. */
function math(tex, display = false) {
  return `<math${display ? ' display="block"' : ''}>${row(tokens(tex), null)}</math>`;
}

/** Text with $formulas$, each on one line with the mark after it, and [1.12], references to equations. */
function rich(text) {
  return text
    .replace(/\$([^$]+)\$([.,:;。、])?/g, (_, tex, mark) => (mark ? `<span class="whole">${math(tex)}${mark}</span>` : math(tex)))
    .replace(/\[(1\.\d+)\]/g, '<a class="eq" href="#eq-$1">($1)</a>');
}

/** The same text for a reader that takes no markup. */
function plain(text) {
  const group = String.raw`\{((?:[^{}]|\{[^{}]*\})*)\}`;
  return text
    .replace(/<[^>]*>/g, '')
    .replace(new RegExp(String.raw`\\frac${group}${group}`, 'g'), '$1/$2')
    .replace(/\\tilde|\\vec|[$[\]{}]/g, '')
    .replace(/\\(\w+)/g, (_, name) => SYMBOLS[name] ?? name);
}
