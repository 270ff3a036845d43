// The console's addresses.

export const PAGES = ['alerts', 'incidents', 'entities', 'rules', 'fleet', 'approvals', 'people', 'account'] as const;

export type Page = (typeof PAGES)[number];

/** `id`: of an alert, an incident or a site 32 hexadecimal digits, of an entity `kind/value`, of a rule its own. */
export type Place = { page: Page; id?: string };

const ID = /^[0-9a-f]{32}$/;
const KIND = /^[a-z]{1,16}$/;

/** What an address shows; an unknown one shows the queue. */
export function place(path: string): Place {
  const [, name, ...rest] = path.split('/');
  const page = PAGES.find((known) => known === name);
  if (page === undefined) return { page: 'alerts' };
  const id = named(page, rest);
  return id === undefined ? { page } : { page, id };
}

export function address({ page, id }: Place): string {
  if (id !== undefined) return `/${page}/${written(page, id)}`;
  return page === 'alerts' ? '/' : `/${page}`;
}

function named(page: Page, [first, second]: string[]): string | undefined {
  switch (page) {
    case 'alerts':
    case 'incidents':
    case 'fleet':
      return first !== undefined && ID.test(first) ? first : undefined;
    case 'rules':
    case 'people':
      return decoded(first);
    case 'approvals':
    case 'account':
      return undefined;
    case 'entities': {
      const value = decoded(second);
      return first !== undefined && KIND.test(first) && value ? `${first}/${value}` : undefined;
    }
  }
}

function written(page: Page, id: string): string {
  if (page !== 'entities') return encodeURIComponent(id);
  const cut = id.indexOf('/');
  return `${id.slice(0, cut)}/${encodeURIComponent(id.slice(cut + 1))}`;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text ? decodeURIComponent(text) : undefined;
  } catch {
    return undefined;
  }
}
