// The console's addresses.

export type Place = { page: 'alerts' | 'incidents'; id?: string };

const ID = /^[0-9a-f]{32}$/;

/** What an address shows; an unknown one shows the queue. */
export function place(path: string): Place {
  const [, page, id] = path.split('/');
  if (page !== 'incidents' && page !== 'alerts') return { page: 'alerts' };
  return id !== undefined && ID.test(id) ? { page, id } : { page };
}

export function address({ page, id }: Place): string {
  if (id !== undefined) return `/${page}/${id}`;
  return page === 'alerts' ? '/' : `/${page}`;
}
