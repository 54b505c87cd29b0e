// Scene b: the triangle of Eq. 1.6, filled by BPTT, by RTRL, by windows between them, and cut by truncation.

const triangle = (() => {
  const { views } = DATA.triangle;
  const T = DATA.case.T;
  const NORMS = views.filter((view) => view.norm).length;
  /** From this shade on a cell is light, and what is written in it dark. */
  const LIGHT = 25;
  const SIGNS = { '-1': '−', 0: '0', 1: '+' };
  const state = { way: 'bptt', k: Math.min(3, T), view: Math.min(NORMS + 1, views.length - 1), at: 0, cell: null };

  const view = () => views[state.view];
  const parameter = () => (view().norm ? null : state.view - NORMS);

  function sentence(at) {
    const way = ways[state.way];
    if (at === 0) return say(`b.${state.way}.start`, { K: state.k, T });
    const end = at === way.count(state.k) ? ` ${say(`b.${state.way}.end`, { T })}` : '';
    return say(`b.${state.way}`, { ...way.values(at, state.k), K: state.k, T }) + end;
  }

  function look(t, s) {
    const way = ways[state.way];
    const shade = view().shades.cells[t]?.[s];
    const value = view().cells[t][s];
    const filled = way.filled(state.at, state.k)(t, s);
    const newest = state.at > 0 && way.newest(state.at, state.k)(t, s);
    const kept = state.way === 'window' && filled && s < Math.floor(t / state.k) * state.k;
    const colour = shade == null ? 'zero' : `heat-${shade}${shade >= LIGHT ? ' light' : ''}`;
    return {
      classes: `${filled ? colour : 'waiting'}${newest ? ' newest' : ''}${kept ? ' carried' : ''}`,
      mark: filled && !view().norm ? SIGNS[Math.sign(value)] : '',
      says: `t = ${t + 1}, s = ${s + 1}: ${number(value)}`,
    };
  }

  /** The step's equation with its numbers, and the sum so far. */
  function account() {
    const way = ways[state.way];
    const terms = state.at === 0 ? [] : way.terms(view(), parameter(), state.at);
    const line = ({ label, value }) => h('li', {}, h('span', { html: rich(label) }), h('output', {}, value));
    const sum = h('li', { class: 'sum' }, h('span', {}, say(view().norm ? 'b.sum.norm' : 'b.sum')), h('output', { 'data-sum': state.way }, number(way.sum(view(), state.at, state.k))));
    return h('ul', { class: 'account' }, terms.map(line), sum);
  }

  return {
    id: 'b',
    draw(host) {
      const says = h('p', { class: 'says', role: 'status' });
      const board = h('div', { class: 'board' });
      const side = h('div', { class: 'side' });
      const path = h('div', { class: 'cell-path' });
      let grid;
      let control;

      const visit = (t, s) => {
        if (t !== null) state.cell = [t, s];
        for (const row of grid.cells) for (const tile of row) tile.classList.remove('on-path', 'chosen');
        if (!state.cell) {
          path.replaceChildren(h('p', { class: 'hint', html: rich(say('b.hover')) }));
          return;
        }
        [t, s] = state.cell;
        for (let time = s; time <= t; time++) grid.cells[t][time].classList.add('on-path');
        grid.cells[t][s].classList.add('chosen');
        path.replaceChildren(...pathOf(view(), parameter(), t, s));
      };
      const update = () => {
        says.innerHTML = rich(sentence(state.at));
        const focused = board.contains(document.activeElement);
        grid = triangleGrid({ size: T, label: say('b.grid'), look, visit });
        const ends = view().shades.ends;
        board.replaceChildren(grid.element, h('div', { class: `arrow ${state.way}`, html: rich(say(`b.${state.way}.arrow`)) }),
          h('div', { class: 'key' }, h('span', {}, ends ? number(ends[0], 2) : ''), h('span', { class: 'scale' }, upTo(16).map((i) => h('i', { class: `heat-${i * 4}` }))), h('span', {}, ends ? number(ends[1], 2) : '')));
        side.replaceChildren(account());
        visit(null);
        if (focused && state.cell) grid.cells[state.cell[0]][state.cell[1]].focus();
      };
      const restart = () => {
        const count = ways[state.way].count(state.k);
        const text = (at) => plain(sentence(at));
        const renewed = stepper({ count, at: Math.min(state.at, count), text, show(at) { state.at = at; update(); } });
        control?.element.replaceWith(renewed.element);
        control = renewed;
        windows.hidden = state.way !== 'window';
      };
      const windows = slider(say('b.K'), T, state.k - 1, (place) => `K = ${place + 1}`, (place) => {
        Object.assign(state, { k: place + 1, at: 0 });
        restart();
      });
      const names = views.map((one) => (one.norm ? say('b.norm', { name: one.name }) : one.name));
      const controls = h('div', { class: 'controls' },
        radios(say('b.way'), Object.keys(ways).map((way) => [way, say(`b.${way}.name`)]), state.way, (way) => {
          Object.assign(state, { way, at: 0 });
          restart();
        }),
        choice(say('b.parameter'), names, state.view, (chosen) => { state.view = chosen; update(); }),
        windows);

      restart();
      stepByKeys(host, () => control);
      host.append(controls, control.element, says, h('div', { class: 'two' }, board, h('div', {}, side, path)),
        h('p', { class: 'note', html: rich(say('b.difference', { difference: number(DATA.triangle.difference, 2) })) }));
    },
  };
})();
