import type { BrowserClient } from './client.js';
import type { OutgoingRequest } from './requests.js';

/**
 * The requests that must say that they carry cookies: none where the API is on the page's own origin. An axios
 * instance says it once for all, so that its first request stands for it; axios itself is told at the entry.
 */
export function credentialRequests({ base, requests }: BrowserClient): OutgoingRequest[] {
  if (base.origin === 'same') return [];
  const instances = new Set<unknown>();
  return requests.filter((request) => {
    if (request.client === 'fetch') return true;
    if (!request.instance) return false;
    if (instances.has(request.instance.node)) return false;
    instances.add(request.instance.node);
    return true;
  });
}
