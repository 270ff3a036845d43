// Which writings are the same entity, as the site tells them apart.
import type { Entity } from '../api/types';

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

export function key({ kind, value }: Entity): string {
  return `${kind} ${name(kind, value.trim())}`;
}

/** How it is written where there is little room: a host without its domain. */
export function brief({ kind, value }: Entity): string {
  return kind === 'host' ? (label(value) ?? value) : value;
}

/** A host's first label; the dots of an address are no domain. */
function label(value: string): string | undefined {
  if (IPV4.test(value) || value.includes(':')) return undefined;
  return value.split('.')[0] || undefined;
}

function name(kind: Entity['kind'], value: string): string {
  switch (kind) {
    case 'host':
      return (label(value) ?? value).toLowerCase();
    case 'user':
      return value.slice(value.lastIndexOf('\\') + 1).toLowerCase();
    case 'process':
    case 'file':
      return value.includes('\\') ? value.toLowerCase() : value;
    default:
      return value.toLowerCase();
  }
}
