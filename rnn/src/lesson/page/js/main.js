// The page: its scenes in order, drawn again when the language changes.

const SCENES = [network, triangle, cost, horizon, online, quiz, equations];

function draw() {
  const main = document.getElementById('main');
  main.replaceChildren(...SCENES.map((scene) => {
    const body = h('div', { class: 'body' });
    const section = h('section', { id: scene.id, class: 'scene', 'aria-labelledby': `${scene.id}-title` },
      h('h2', { id: `${scene.id}-title` }, say(`${scene.id}.title`)), h('p', { html: rich(say(`${scene.id}.lead`, scene.facts)) }), body);
    scene.draw(body);
    return section;
  }));
  const contents = SCENES.map((scene) => h('li', {}, h('a', { href: `#${scene.id}` }, say(`${scene.id}.title`))));
  const nav = document.getElementById('contents');
  nav.setAttribute('aria-label', say('contents'));
  nav.replaceChildren(h('ol', {}, contents));
}

function speak(chosen) {
  setLanguage(chosen);
  setTheme(document.documentElement.dataset.theme);
  draw();
}

const theme = remembered('theme');
if (theme) document.documentElement.dataset.theme = theme;
document.getElementById('language').addEventListener('click', () => {
  const other = language === 'en' ? 'ja' : 'en';
  remember('language', other);
  speak(other);
});
speak(language);
