// The chapter's equations, under its numbers.

const DELTA = '\\delta_t = \\tilde{\\delta}_t + \\delta_{t+1} \\vec{J}_{t+1}';
const SENSITIVITY = '\\vec{P}_t = \\tilde{\\vec{P}}_t + \\vec{J}_t \\vec{P}_{t-1}';

const by = (above, below) => `\\frac{\\partial ${above}}{\\partial ${below}}`;

const EQUATIONS = [
  ['1.1', '\\vec{u}_t = \\vec{W}_{\\text{rec}} \\vec{h}_{t-1} + \\vec{W}_{\\text{in}} \\vec{x}_t + \\vec{b}_{\\text{rec}}'],
  ['1.2', '\\vec{h}_t = (1 - \\alpha) \\vec{h}_{t-1} + \\alpha f(\\vec{u}_t)'],
  ['1.3', '\\vec{v}_t = \\vec{W}_{\\text{out}} \\vec{h}_t + \\vec{b}_{\\text{out}}'],
  ['1.4', '\\vec{y}_t = g(\\vec{v}_t)'],
  ['1.5', '\\L = \\sum_{t=1}^T \\L_t (\\vec{y}_t, \\vec{y}_t^*)'],
  ['1.6', `${by('\\L', '\\theta')} = \\sum_{t=1}^T ${by('\\L_t', '\\theta')} = \\sum_{t=1}^T \\sum_{s=1}^T ${by('\\L_t', '\\theta_s')} \\under{${by('\\theta_s', '\\theta')}}{= \\vec{I}} = \\sum_{t=1}^T \\sum_{s=1}^t ${by('\\L_t', '\\theta_s')}`],
  ['1.7', `${by('\\L', '\\theta')} = \\sum_{s=1}^T ${by('\\L', '\\theta_s')} = \\sum_{s=1}^T \\sum_{t=s}^T ${by('\\L_t', '\\theta_s')}`, 'future'],
  ['', `${by('\\L', '\\theta')} = \\sum_{t=1}^T ${by('\\L_t', '\\theta')} = \\sum_{t=1}^T \\sum_{s=1}^t ${by('\\L_t', '\\theta_s')}`, 'past'],
  ['1.8', `${by('\\L', '\\theta_t')} = ${by('\\L', '\\vec{h}_t')} ${by('\\vec{h}_t', '\\theta_t')} = ( \\sum_{s \\ge t} ${by('\\L_s', '\\vec{h}_t')} ) ${by('\\vec{h}_t', '\\theta_t')}`],
  ['1.9', `= ( ${by('\\L_t', '\\vec{h}_t')} + \\sum_{s \\ge t+1} ${by('\\L_s', '\\vec{h}_t')} ) ${by('\\vec{h}_t', '\\theta_t')}`],
  ['1.10', `= ( ${by('\\L_t', '\\vec{h}_t')} + \\sum_{s \\ge t+1} ${by('\\L_s', '\\vec{h}_{t+1}')} ${by('\\vec{h}_{t+1}', '\\vec{h}_t')} ) ${by('\\vec{h}_t', '\\theta_t')}`],
  ['1.11', `= ( ${by('\\L_t', '\\vec{h}_t')} + ${by('\\L', '\\vec{h}_{t+1}')} ${by('\\vec{h}_{t+1}', '\\vec{h}_t')} ) ${by('\\vec{h}_t', '\\theta_t')}`],
  ['1.12', DELTA],
  ['1.13', `${by('\\L_t', '\\theta')} = ${by('\\L_t', '\\vec{h}_t')} ${by('\\vec{h}_t', '\\theta')} = ${by('\\L_t', '\\vec{h}_t')} ( \\sum_{s \\le t} ${by('\\vec{h}_t', '\\theta_s')} )`],
  ['1.14', `= ${by('\\L_t', '\\vec{h}_t')} ( ${by('\\vec{h}_t', '\\theta_t')} + \\sum_{s \\le t-1} ${by('\\vec{h}_t', '\\theta_s')} )`],
  ['1.15', `= ${by('\\L_t', '\\vec{h}_t')} ( ${by('\\vec{h}_t', '\\theta_t')} + \\sum_{s \\le t-1} ${by('\\vec{h}_t', '\\vec{h}_{t-1}')} ${by('\\vec{h}_{t-1}', '\\theta_s')} )`],
  ['1.16', `= ${by('\\L_t', '\\vec{h}_t')} ( ${by('\\vec{h}_t', '\\theta_t')} + ${by('\\vec{h}_t', '\\vec{h}_{t-1}')} ${by('\\vec{h}_{t-1}', '\\theta')} )`],
  ['1.17', SENSITIVITY],
  ['1.18', `${by('\\L', '\\theta')} = \\sum_{t=1}^T ${by('\\L', '\\theta_t')} = \\sum_{t=1}^T ${by('\\L', '\\vec{h}_t')} ${by('\\vec{h}_t', '\\theta_t')} = \\sum_{t=1}^T ( ${by('\\L_t', '\\vec{h}_t')} + ${by('\\L', '\\vec{h}_{t+1}')} ${by('\\vec{h}_{t+1}', '\\vec{h}_t')} ) ${by('\\vec{h}_t', '\\theta_t')}`, 'future'],
  ['', `${by('\\L', '\\theta')} = \\sum_{t=1}^T ${by('\\L_t', '\\theta')} = \\sum_{t=1}^T ${by('\\L_t', '\\vec{h}_t')} ${by('\\vec{h}_t', '\\theta')} = \\sum_{t=1}^T ${by('\\L_t', '\\vec{h}_t')} ( ${by('\\vec{h}_t', '\\theta_t')} + ${by('\\vec{h}_t', '\\vec{h}_{t-1}')} ${by('\\vec{h}_{t-1}', '\\theta')} )`, 'past'],
];

const equations = {
  id: 'equations',
  draw(host) {
    const line = ([name, tex, direction]) => h('div', { class: 'equation', id: name ? `eq-${name}` : null },
      direction ? h('span', { class: `direction ${direction}` }, say(`direction.${direction}`)) : null,
      h('span', { class: 'formula', html: math(tex, true) }),
      h('span', { class: 'number' }, name ? `(${name})` : ''));
    host.append(h('div', { class: 'equations' }, EQUATIONS.map(line)));
  },
};
