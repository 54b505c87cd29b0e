// Scene d: how far credit reaches, for networks of a grid of gains and update rates.

const horizon = (() => {
  const data = DATA.horizon;
  const state = { at: data.steps, gain: 2, alpha: 3 };
  const index = () => state.gain * data.alphas.length + state.alpha;
  const network = () => data.networks[index()];

  function sentence(at) {
    if (at === 0) return say('d.start', { d: data.units, T: data.steps });
    const error = network().error[at - 1];
    return error === null ? say('d.lost', { t: at }) : say('d.at', { t: at, error: number(error, 2) });
  }

  return {
    id: 'd',
    draw(host) {
      const says = h('p', { class: 'says', role: 'status' });
      const names = ['delta', 'sensitivity', 'singular', 'forwards'];
      const charts = Object.fromEntries(names.map((name) => [name, chart(data[`${name}_chart`], plain(say(`d.${name}`)))]));
      const keys = Object.fromEntries(names.map((name) => [name, h('div', {})]));
      const update = () => {
        const { at } = state;
        const now = network();
        const value = (list) => (at === 0 ? '–' : number(list[at - 1], 3));
        const mark = { at: at === 0 ? null : at - 1 };
        const i = index();
        says.innerHTML = rich(sentence(at));
        charts.delta.show([[2 * i, 'line-0'], [2 * i + 1, 'line-0 dashed']], mark);
        charts.sensitivity.show([[i, 'line-1']], mark);
        charts.singular.show(upTo(data.units).map((k) => [data.units * i + k, k === 0 ? 'line-2' : 'line-2 thin']), mark);
        charts.forwards.show([[2 * i, 'line-0'], [2 * i + 1, 'line-4']], mark);
        keys.delta.replaceChildren(legend([['line-0', '$|\\delta_t|$', value(now.delta)], ['line-0 dashed', say('d.last'), value(now.last_loss)]]));
        keys.sensitivity.replaceChildren(legend([['line-1', '$|\\vec{P}_t|$', value(now.sensitivity)]]));
        keys.singular.replaceChildren(legend([['line-2', say('d.largest'), at === 0 ? '–' : number(now.singular[at - 1][0], 3)], ['line-2 thin', say('d.smallest'), at === 0 ? '–' : number(now.singular[at - 1].at(-1), 3)]]));
        keys.forwards.replaceChildren(legend([['line-0', say('d.backwards'), value(now.delta)], ['line-4', say('d.forwards.run'), value(now.forwards)]]));
      };
      const control = stepper({ count: data.steps, at: state.at, text: (at) => plain(sentence(at)), show(at) { state.at = at; update(); } });
      stepByKeys(host, () => control);
      const gain = slider(say('d.gain'), data.gains.length, state.gain, (place) => `${data.gains[place]}`, (place) => { state.gain = place; update(); });
      const alpha = slider(say('d.alpha'), data.alphas.length, state.alpha, (place) => `α = ${data.alphas[place]}`, (place) => { state.alpha = place; update(); });
      const figure = (name) => h('figure', {}, keys[name], charts[name].element, h('figcaption', { html: rich(say(`d.${name}`)) }));
      host.append(h('div', { class: 'controls' }, gain, alpha), control.element, says, h('div', { class: 'two even' }, names.map(figure)));
    },
  };
})();
