import { expect, it } from 'vitest';
import { address, place, type Place } from './place';

const id = '44e0e670ac30904f6f08eed79b0d16dc';

it.each([
  ['/', { page: 'alerts' }],
  [`/alerts/${id}`, { page: 'alerts', id }],
  ['/incidents', { page: 'incidents' }],
  [`/incidents/${id}`, { page: 'incidents', id }],
  ['/entities', { page: 'entities' }],
  ['/entities/user/CORP%5Ceva%2Fx', { page: 'entities', id: 'user/CORP\\eva/x' }],
  ['/rules', { page: 'rules' }],
  ['/rules/a%20rule', { page: 'rules', id: 'a rule' }],
] as [string, Place][])('%s is an address of the console', (path, shown) => {
  expect(place(path)).toEqual(shown);
  expect(address(shown)).toBe(path);
});

it.each([
  ['/alerts', { page: 'alerts' }],
  ['/nowhere', { page: 'alerts' }],
  ['/incidents/', { page: 'incidents' }],
  ['/incidents/44e0', { page: 'incidents' }],
  [`/incidents/${id.toUpperCase()}`, { page: 'incidents' }],
  ['/incidents/..%2f..%2fapi', { page: 'incidents' }],
  ['/entities/host', { page: 'entities' }],
  ['/entities/Host/ws1', { page: 'entities' }],
  ['/rules/%zz', { page: 'rules' }],
] as [string, Place][])('%s leads somewhere all the same', (path, shown) => {
  expect(place(path)).toEqual(shown);
});
