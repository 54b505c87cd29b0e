// The ways through the triangle: after so many steps, which cells are summed, what the sum is, and what the step computed.
//
// Times are from 0 here and from 1 in what is shown. Every number is looked up.

const ways = (() => {
  const { delta, delta_immediate: deltaNow, delta_carried: deltaOld } = DATA.triangle;
  const { sensitivity, sensitivity_immediate: sensitivityNow, sensitivity_carried: sensitivityOld } = DATA.triangle;
  const T = DATA.case.T;
  const column = (matrix, k) => matrix.map((line) => line[k]);
  const term = (tex, value) => ({ label: `$${tex}$`, value });

  return {
    bptt: {
      count: () => T,
      filled: (j) => (t, s) => s >= T - j,
      newest: (j) => (t, s) => s === T - j,
      sum: (view, j) => (j === 0 ? 0 : view.bptt[j - 1]),
      values: (j) => ({ s: T - j + 1, next: T - j + 2 }),
      terms(view, parameter, j) {
        const s = T - j;
        const n = s + 1;
        return [
          term(`\\delta_{${n}}`, vector(delta[s])),
          term(`= \\tilde{\\delta}_{${n}}`, vector(deltaNow[s])),
          term(`+ \\delta_{${n + 1}} \\vec{J}_{${n + 1}}`, vector(deltaOld[s])),
          term(`${by('\\L', `\\theta_{${n}}`)} = \\delta_{${n}} ${by(`\\vec{h}_{${n}}`, `\\theta_{${n}}`)}`, number(view.columns[s])),
        ];
      },
    },
    rtrl: {
      count: () => T,
      filled: (j) => (t) => t < j,
      newest: (j) => (t) => t === j - 1,
      sum: (view, j) => (j === 0 ? 0 : view.rtrl[j - 1]),
      values: (j) => ({ t: j, before: j - 1 }),
      terms(view, parameter, j) {
        const t = j - 1;
        const columns = parameter === null ? [] : [
          term(`\\vec{P}_{${j}}`, vector(column(sensitivity[t], parameter))),
          term(`= \\tilde{\\vec{P}}_{${j}}`, vector(column(sensitivityNow[t], parameter))),
          term(`+ \\vec{J}_{${j}} \\vec{P}_{${j - 1}}`, vector(column(sensitivityOld[t], parameter))),
        ];
        return [...columns, term(`${by(`\\L_{${j}}`, '\\theta')} = \\tilde{\\delta}_{${j}} \\vec{P}_{${j}}`, number(view.rows[t]))];
      },
    },
    window: {
      count: (k) => Math.ceil(T / k),
      filled: (j, k) => (t) => t < j * k,
      newest: (j, k) => (t) => t < j * k && t >= (j - 1) * k,
      sum: (view, j, k) => (j === 0 ? 0 : view.windows[k - 1][j - 1]),
      values: (j, k) => ({ from: (j - 1) * k + 1, to: Math.min(T, j * k), before: (j - 1) * k }),
      terms: () => [],
    },
    truncated: {
      count: () => T,
      filled: (j) => (t, s) => t - s < j,
      newest: (j) => (t, s) => t - s === j - 1,
      sum: (view, j) => (j === 0 ? 0 : view.truncated[j - 1]),
      values: (j) => ({ k: j }),
      terms: (view, parameter, j) => [{ label: say('b.missing'), value: percent(view.missing[j - 1]) }],
    },
  };
})();
