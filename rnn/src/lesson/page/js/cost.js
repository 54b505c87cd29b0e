// Scene c: operations counted as T and d grow, and time and memory as they were measured.

const cost = (() => {
  const data = DATA.cost;
  const WAYS = [['double_adjoints', 'line-4'], ['double_tangents', 'line-3'], ['bptt', 'line-0'], ['rtrl', 'line-1'], ['window', 'line-2']];
  const LOOKS = { bptt: 'line-0', rtrl: 'line-1' };
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

  /** A measured series with its exponents beside those of theory. */
  function measured() {
    const rows = data.measured.map((series) => h('tr', {}, h('th', { scope: 'row' }, series.case), series.exponents.map(([fit, theory]) =>
      h('td', { html: math(`${series.against}^{${fit.toFixed(2)}}`) + ` (${math(`${series.against}^{${theory}}`)})` }))));
    return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': say('c.exponents') }, h('table', {}, h('caption', {}, say('c.exponents')),
      h('thead', {}, h('tr', {}, ['c.series', 'c.time', 'c.memory'].map((key) => h('th', { scope: 'col' }, say(key))))), h('tbody', {}, rows)));
  }

  return {
    id: 'c',
    draw(host) {
      const says = h('p', { class: 'says', role: 'status' });
      const numbers = h('div', {});
      const counted = chart(data.counted_chart, say('c.chart.operations'));
      const update = () => {
        says.innerHTML = rich(sentence(state.at));
        numbers.replaceChildren(table(state.at));
        counted.show(WAYS.map(([, look], index) => [5 * state.d + index, look]), { upTo: state.at + 1, at: state.at });
      };
      const control = stepper({ count: data.steps.length - 1, at: state.at, text: (at) => plain(sentence(at)), show(at) { state.at = at; update(); } });
      stepByKeys(host, () => control);
      const units = slider(say('c.units'), data.units.length, state.d, (place) => `d = ${data.units[place]}`, (place) => { state.d = place; update(); });
      const figures = ['seconds', 'bytes'].map((what) => {
        const figure = chart(data[`${what}_chart`], say(`c.chart.${what}`));
        figure.show(data.measured.map((series, index) => [index, `${LOOKS[series.name] ?? 'line-2'}${series.against === 'd' ? ' dashed' : ''}`]));
        return h('figure', {}, figure.element, h('figcaption', {}, say(`c.chart.${what}`)));
      });
      host.append(control.element, h('div', { class: 'controls' }, units), says,
        h('div', { class: 'two even' }, h('figure', {}, legend(WAYS.map(([way, look]) => [look, say(`c.${way}`)])), counted.element), numbers),
        h('h3', {}, say('c.measured')), h('p', { html: rich(say('c.measured.lead', data.source)) }),
        legend([['line-0', 'BPTT'], ['line-1', 'RTRL'], ['line-2', say('c.window')], ['line-2 dashed', say('c.dashed')]]),
        h('div', { class: 'two even' }, figures), measured());
    },
  };
})();
