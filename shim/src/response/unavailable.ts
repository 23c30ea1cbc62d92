import type { ServerResponse } from 'node:http';

/** Something that the answer depends on does not answer: the request gets 503, never "anonymous". */
export class UnavailableError extends Error {
  readonly code = 'ERR_SESSION_UNAVAILABLE';
  readonly status = 503;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'UnavailableError';
  }
}

/** Fails after `limit` milliseconds: a store that hangs must not hang the request. */
export function within<Value>(limit: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new UnavailableError(`the store took more than ${limit} ms`)),
      limit,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What the headers of the answer that could not be given said about its body, its caching and its cookies. */
const OF_THE_LOST_ANSWER = [
  'set-cookie',
  'content-length',
  'content-type',
  'content-encoding',
  'content-disposition',
  'content-range',
  'transfer-encoding',
  'etag',
  'last-modified',
  'location',
  'expires',
  'trailer',
];

/** Answers 503 and asks to try again; headers that were set for another answer go, CORS headers stay. */
export function answerUnavailable(res: ServerResponse): void {
  for (const name of OF_THE_LOST_ANSWER) res.removeHeader(name);
  const body = JSON.stringify({ error: 'sessions are not available at the moment, try again' });
  res.statusCode = 503;
  res.statusMessage = 'Service Unavailable';
  res.setHeader('Retry-After', '1');
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(body));
  res.end(body);
}
