// Scene c: operations counted as T and d grow, and time and memory as they were measured.

const cost = (() => {
  const data = DATA.cost;
  const WAYS = [['double_adjoints', 'line-4'], ['double_tangents', 'line-3'], ['bptt', 'line-0'], ['rtrl', 'line-1'], ['window', 'line-2']];
  const state = { at: 0, d: 1 };

  function sentence(at) {
    const from = data.crossover[state.d];
    const crossing = from === null ? say('c.never') : say('c.crossover', { T: from });
    return `${say('c.at', { T: data.steps[at], d: data.units[state.d] })} ${crossing}`;
  }

  function table(at) {
    const row = data.counted[state.d][at];
    const cells = WAYS.map(([way]) => h('tr', {}, h('th', { scope: 'row', html: rich(say(`c.${way}`)) }),
      h('td', {}, h('output', { 'data-way': way }, count(row[way])))));
    return h('table', {}, h('caption', {}, say('c.operations')), h('tbody', {}, cells));
  }

  /** What a measured series is of, and its line. */
  const series = ({ name, against, fixed }) => {
    const [way, length] = name.split(':');
    const [key, look] = { 'double-sum': ['c.double_adjoints', 'line-4'], bptt: ['c.bptt', 'line-0'], rtrl: ['c.rtrl', 'line-1'], window: ['c.windows', 'line-2'] }[way];
    const said = say(key, { K: length });
    return [look, `${said}, $${against === 'T' ? 'd' : 'T'} = ${fixed}$`];
  };

  /** Time and memory over one size, T or d: two charts under one legend. */
  function curves(size, charts) {
    const shown = data.measured.filter(({ against }) => against === size).map(series);
    const figures = ['seconds', 'bytes'].map((what) => {
      const text = say(`c.chart.${what}.${size}`);
      const figure = chart(charts[what], text);
      figure.show(shown.map(([look], index) => [index, look]));
      return h('figure', {}, figure.element, h('figcaption', {}, text));
    });
    return [legend(shown), h('div', { class: 'two even' }, figures)];
  }

  /** The measured series with their exponents beside those of theory. */
  function exponents() {
    const rows = data.measured.map((measured) => h('tr', {}, h('th', { scope: 'row', html: rich(series(measured)[1]) }), measured.exponents.map(([fit, theory]) =>
      h('td', { html: math(`${measured.against}^{${fit.toFixed(2)}}`) + ` (${math(`${measured.against}^{${theory}}`)})` }))));
    return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': say('c.exponents') }, h('table', {}, h('caption', {}, say('c.exponents')),
      h('thead', {}, h('tr', {}, ['c.series', 'c.time', 'c.memory'].map((key) => h('th', { scope: 'col' }, say(key))))), h('tbody', {}, rows)));
  }

  /** From which length on BPTT needs more memory than RTRL. */
  function memory() {
    const { d, each_step: step, rtrl, steps } = data.memory_crossover;
    return rich(say('c.memory.crossover', { d, step: number(step / 1e3, 3), rtrl: number(rtrl / 1e6, 3), T: steps }));
  }

  return {
    id: 'c',
    draw(host) {
      const says = h('p', { class: 'says', role: 'status' });
      const numbers = h('div', {});
      const counted = ['steps', 'units'].map((size) => {
        const text = say(`c.chart.operations.${size}`);
        const drawn = chart(data[`counted_over_${size}`], text);
        return { ...drawn, figure: h('figure', {}, drawn.element, h('figcaption', {}, text)) };
      });
      const update = () => {
        says.innerHTML = rich(sentence(state.at));
        numbers.replaceChildren(table(state.at));
        const lines = (row) => WAYS.map(([, look], index) => [WAYS.length * row + index, look]);
        counted[0].show(lines(state.d), { upTo: state.at + 1, at: state.at });
        counted[1].show(lines(state.at), { at: state.d });
      };
      const control = stepper({ count: data.steps.length - 1, at: state.at, text: (at) => plain(sentence(at)), show(at) { state.at = at; update(); } });
      stepByKeys(host, () => control);
      const units = slider(say('c.units'), data.units.length, state.d, (place) => `d = ${data.units[place]}`, (place) => { state.d = place; update(); });
      host.append(control.element, h('div', { class: 'controls' }, units), says,
        legend(WAYS.map(([way, look]) => [look, say(`c.${way}`)])),
        h('div', { class: 'two even' }, counted.map(({ figure }) => figure)), numbers,
        h('h3', {}, say('c.measured')), h('p', { html: rich(say('c.measured.lead', data.source)) }),
        ...curves('T', data.against_steps), h('p', { class: 'crossover', html: memory() }), ...curves('d', data.against_units), exponents());
    },
  };
})();
