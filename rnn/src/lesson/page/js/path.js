// The path of Jacobians that makes one cell: dL_t/dtheta_s = delta~_t J_t .. J_{s+1} P~_s.

/** The formula of a cell (times from 0). */
function pathFormula(t, s) {
  const jacobians = upTo(t - s).map((back) => `\\vec{J}_{${t + 1 - back}}`).join(' ');
  return `${by(`\\L_{${t + 1}}`, `\\theta_{${s + 1}}`)} = \\tilde{\\delta}_{${t + 1}} ${jacobians} \\tilde{\\vec{P}}_{${s + 1}}`;
}

/** The path with the numbers that arise on it. */
function pathOf(view, parameter, t, s) {
  const { reach, sensitivity_immediate: immediate } = DATA.triangle;
  const stop = (tex, value) => h('li', {}, h('span', { html: math(tex) }), h('output', {}, value));
  const back = upTo(t - s + 1).map((steps) => {
    const time = t - steps;
    const tex = steps === 0 ? `\\tilde{\\delta}_{${t + 1}}` : `\\cdot \\vec{J}_{${time + 2}} = ${by(`\\L_{${t + 1}}`, `\\vec{h}_{${time + 1}}`)}`;
    return stop(tex, vector(reach[t][time]));
  });
  const used = parameter === null ? null : stop(by(`\\vec{h}_{${s + 1}}`, `\\theta_{${s + 1}}`), vector(immediate[s].map((line) => line[parameter])));
  return [
    h('p', { class: 'formula', html: math(pathFormula(t, s), true) }),
    h('ol', { class: 'path' }, back, used, stop(by(`\\L_{${t + 1}}`, `\\theta_{${s + 1}}`), number(view.cells[t][s]))),
  ];
}
