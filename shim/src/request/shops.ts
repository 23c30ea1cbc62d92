import { currentVisit, type Shop } from './visit.js';

/** The cutovers of this process, for calls that are made outside of a request. */
const shops = new Set<Shop>();

export function register(shop: Shop): void {
  shops.add(shop);
}

/** @throws when `cutover()` has not been called */
export function allShops(caller: string): Iterable<Shop> {
  if (shops.size === 0) throw new Error(`${caller}: cutover() has not been called in this process`);
  return shops;
}

/**
 * In a request: the cutover that serves it. Outside: all of this process.
 * @throws when there is none
 */
export function shopsHere(caller: string): Iterable<Shop> {
  const visit = currentVisit();
  return visit ? [visit.shop] : allShops(caller);
}
