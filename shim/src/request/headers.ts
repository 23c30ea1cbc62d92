import type { IncomingMessage } from 'node:http';

/** How many headers of this name the client sent: Node keeps the first of several and hides the rest. */
export function given(req: IncomingMessage, name: string): number {
  let count = 0;
  for (let at = 0; at < req.rawHeaders.length; at += 2)
    if (req.rawHeaders[at]?.toLowerCase() === name) count += 1;
  return count;
}

/** Takes a header off the request, in each of the forms that Node offers it in. */
export function removeHeader(req: IncomingMessage, name: string): void {
  const key = name.toLowerCase();
  // Node reads this one from the raw headers when first asked, and must have done so before they change.
  delete req.headersDistinct[key];
  delete req.headers[key];
  for (let at = req.rawHeaders.length - 2; at >= 0; at -= 2)
    if (req.rawHeaders[at]?.toLowerCase() === key) req.rawHeaders.splice(at, 2);
}

/** Puts a header on the request, in the place of any of the same name. */
export function placeHeader(req: IncomingMessage, name: string, value: string): void {
  removeHeader(req, name);
  req.headersDistinct[name.toLowerCase()] = [value];
  req.headers[name.toLowerCase()] = value;
  req.rawHeaders.push(name, value);
}
