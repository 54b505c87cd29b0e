// Scene f: questions. The page checks an answer by looking it up: a choice by its place, a number among the engine's.

const quiz = (() => {
  const { T } = DATA.case;
  const view = DATA.triangle.views.find((one) => one.name === 'W_rec[1,1]');
  /** A whole number has to be hit; of another two digits are enough, or 1 %. */
  const near = (x, right) => (Number.isInteger(right) ? x === right : Math.abs(x - right) <= Math.max(0.01 * Math.abs(right), Math.abs(Number(right.toPrecision(2)) - right)) + 1e-9);

  // `right` is the place of the right choice (from 0), or the number.
  const QUESTIONS = [
    { key: 'elman', choices: 3, right: 1 },
    { key: 'first', choices: 3, right: 0 },
    { key: 'backwards', choices: 3, right: 2 },
    { key: 'wide', choices: 2, right: 1 },
    { key: 'tall', choices: 2, right: 0 },
    { key: 'boundary', right: DATA.triangle.delta_immediate[T - 1][0], values: { T } },
    { key: 'cells', right: view.cells.flat().length, values: { T } },
    { key: 'sum', right: view.rtrl[T - 1], values: {} },
    { key: 'memory', choices: 3, right: 1 },
    { key: 'window', choices: 3, right: 2 },
    { key: 'online', choices: 3, right: 0 },
    { key: 'forwards', choices: 3, right: 1 },
  ];
  const state = { at: 0, given: QUESTIONS.map(() => '') };

  const isRight = ({ choices, right }, given) => (choices ? Number(given) === right : near(Number(given.replace('−', '-').replace(',', '.')), right));

  return {
    id: 'f',
    draw(host) {
      const card = h('div', { class: 'question' });
      const score = h('p', { class: 'note', role: 'status' });
      const update = () => {
        const question = QUESTIONS[state.at];
        const { key, choices } = question;
        const verdict = h('div', { class: 'verdict', role: 'status' });
        const judge = () => {
          const given = state.given[state.at];
          if (given === '') return;
          const right = isRight(question, given);
          verdict.className = `verdict ${right ? 'right' : 'wrong'}`;
          verdict.innerHTML = rich(`<b>${say(right ? 'f.right' : 'f.wrong')}</b> ${right || choices ? say(`f.${key}.why`, question.values) : say('f.again')}`);
          const answered = QUESTIONS.filter((one, index) => state.given[index] !== '' && isRight(one, state.given[index])).length;
          score.textContent = say('f.score', { right: answered, all: QUESTIONS.length });
        };
        const answer = (given) => { state.given[state.at] = given; judge(); };
        const ask = h('p', { class: 'ask', id: 'ask', html: rich(`${state.at + 1}. ${say(`f.${key}`, question.values)}`) });
        const options = choices
          ? h('div', { class: 'options', role: 'radiogroup', 'aria-labelledby': 'ask' }, upTo(choices).map((place) => h('label', {},
            h('input', { type: 'radio', name: `answer-${key}`, value: place, checked: state.given[state.at] === String(place), onchange: () => answer(String(place)) }),
            h('span', { html: rich(say(`f.${key}.${place}`, question.values)) }))))
          : h('form', { class: 'options', onsubmit: (event) => { event.preventDefault(); answer(event.target.elements[0].value.trim()); } },
            h('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', 'aria-labelledby': 'ask', value: state.given[state.at] }), h('button', { type: 'submit' }, say('f.check')));
        card.replaceChildren(ask, options, verdict);
        judge();
      };
      const text = (at) => plain(`${at + 1}. ${say(`f.${QUESTIONS[at].key}`, QUESTIONS[at].values)}`);
      const control = stepper({ count: QUESTIONS.length - 1, at: state.at, text, show(at) { state.at = at; update(); } });
      stepByKeys(host, () => control);
      host.append(control.element, card, score);
    },
  };
})();
