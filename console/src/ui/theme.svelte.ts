export type Look = 'dark' | 'light';

const STORED = 'aurora.theme';

class Theme {
  look = $state<Look>('dark');

  start() {
    const stored = localStorage.getItem(STORED);
    const light = matchMedia('(prefers-color-scheme: light)').matches;
    this.#apply(stored === 'dark' || stored === 'light' ? stored : light ? 'light' : 'dark');
  }

  toggle() {
    this.#apply(this.look === 'dark' ? 'light' : 'dark');
    localStorage.setItem(STORED, this.look);
  }

  #apply(look: Look) {
    this.look = look;
    document.documentElement.dataset.theme = look;
  }
}

export const theme = new Theme();
