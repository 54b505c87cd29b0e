// Scene a: one program, three scalars. The lines of the model's step with value, tangent and adjoint, run forwards and then back.

const network = (() => {
  const { lines, parameters, steps } = DATA.network;
  const half = 5 * steps.length;
  const state = { at: 0, parameter: 0 };
  let control;

  /** What happens at a position: the pass, the step (from 0) and the line (from 0); `null` before the start. */
  function moment(at) {
    if (at === 0) return null;
    const done = at <= half ? at - 1 : 2 * half - at;
    return { back: at > half, t: Math.floor(done / 5), line: done % 5 };
  }

  /** Whether the forward pass, and whether the backward pass, has been through a line of a step. */
  const ran = (t, line) => state.at > 5 * t + line;
  const swept = (t, line) => state.at > 2 * half - 1 - (5 * t + line);

  function sentence(at) {
    const now = moment(at);
    if (!now) return say('a.start');
    const values = { t: now.t + 1, next: now.t + 2, equation: `[${lines[now.line].equation}]`, parameter: parameters[state.parameter] };
    const key = now.back ? 'a.back' : 'a.forward';
    const { name } = lines[now.line];
    const still = key === 'a.forward' && 'hL'.includes(name) && values.parameter.includes('_out');
    return `${say(key, values)} ${say(`${key}.${name}${still ? '.still' : ''}`, values)}`;
  }

  /** One line of source with its three numbers. */
  function row(line, index, now) {
    const name = line.name === 'L' ? '\\L' : `\\vec{${line.name}}`;
    const quantity = steps[now?.t ?? 0][index];
    const t = now?.t ?? 0;
    const cell = (kind, tex, known, value) => h('div', { class: `cell ${kind}${known ? '' : ' unknown'}` },
      h('span', { class: 'what', html: math(tex) }), h('output', {}, known ? value : '·'));
    const forward = ran(t, index);
    const adjoint = quantity.adjoint === null ? say('a.passed') : vector(quantity.adjoint);
    return h('div', { class: `line${now?.line === index ? ' now' : ''}`, 'data-line': line.name },
      h('a', { class: 'eq', href: `#eq-${line.equation}` }, `(${line.equation})`),
      h('code', {}, line.code.replace(/\s*\/\/ \(1\.\d\)$/, '')),
      cell('value', `${name}_{${t + 1}}`, forward, vector(quantity.value)),
      cell('tangent', by(`${name}_{${t + 1}}`, '\\theta_k'), forward, vector(quantity.tangent[state.parameter])),
      cell('adjoint', by('\\L', `${name}_{${t + 1}}`), swept(t, index), adjoint));
  }

  /** The whole run at a glance: a column for each step, a mark for each line. */
  function overview(now) {
    const marks = steps.map((_, t) => h('div', { class: 'column' }, lines.map((line, index) => h('button', {
      type: 'button', tabindex: -1, 'aria-hidden': 'true',
      class: `mark${ran(t, index) ? ' ran' : ''}${swept(t, index) ? ' swept' : ''}${now && now.t === t && now.line === index ? ' now' : ''}`,
      onclick: () => control.go(state.at > half ? 2 * half - (5 * t + index) : 5 * t + index + 1),
    })), h('span', {}, t + 1)));
    return [h('div', { class: 'names', 'aria-hidden': 'true' }, lines.map((line) => h('span', { html: math(`${line.name === 'L' ? '\\L' : `\\vec{${line.name}}`}_t`) })), h('span', {}, 't')), marks];
  }

  return {
    id: 'a',
    draw(host) {
      const says = h('p', { class: 'says', role: 'status' });
      const table = h('div', { class: 'lines', role: 'group', 'aria-label': say('a.table') });
      const map = h('div', { class: 'overview' });
      const update = () => {
        const now = moment(state.at);
        says.innerHTML = rich(sentence(state.at));
        const head = h('div', { class: 'line head', 'aria-hidden': 'true' }, h('span'), h('span', {}, say('a.source')),
          ['value', 'tangent', 'adjoint'].map((kind) => h('span', { class: kind, html: rich(say(`a.${kind}`)) })));
        table.replaceChildren(head, ...lines.map((line, index) => row(line, index, now)));
        map.replaceChildren(...overview(now).flat());
      };
      control = stepper({ count: 2 * half, at: state.at, text: (at) => plain(sentence(at)), show(at) { state.at = at; update(); } });
      stepByKeys(host, () => control);
      const parameter = choice(say('a.parameter'), parameters, state.parameter, (chosen) => { state.parameter = chosen; update(); });
      const source = h('details', {}, h('summary', {}, say('a.whole')),
        h('pre', { tabindex: 0 }, h('code', {}, lines.map((line) => `/// ${line.says}\n${line.function}\n\n`).join('').trimEnd())));
      host.append(control.element, h('div', { class: 'controls' }, parameter), says, map, table, source);
    },
  };
})();
