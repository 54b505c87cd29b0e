// The page's two languages and its colour scheme, both by a button that remembers.

const TEXTS = { en: EN, ja: JA };

/** What was chosen on an earlier visit, if the browser keeps it. */
function remembered(name) {
  try {
    return localStorage.getItem(`rnn-lesson-${name}`);
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`rnn-lesson-${name}`, value);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

let language = remembered('language') ?? (navigator.language.startsWith('ja') ? 'ja' : 'en');
if (!(language in TEXTS)) language = 'en';

/** A text in the page's language, its {names} replaced. */
function say(key, values = {}) {
  const text = TEXTS[language][key];
  if (text === undefined) throw new Error(`no text for ${key} in ${language}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

function setLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  document.title = say('title');
  for (const element of document.querySelectorAll('[data-text]')) element.innerHTML = rich(say(element.dataset.text));
  const button = document.getElementById('language');
  button.textContent = chosen === 'en' ? '日本語' : 'English';
  button.lang = chosen === 'en' ? 'ja' : 'en';
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const button = document.getElementById('theme');
  button.textContent = say(dark ? 'theme.light' : 'theme.dark');
  button.onclick = () => {
    const other = dark ? 'light' : 'dark';
    remember('theme', other);
    setTheme(other);
  };
}
