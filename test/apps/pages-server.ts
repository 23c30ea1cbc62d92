import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

/** Serves the built client of whichever version is deployed, from an address that the API is not at. */
export interface PagesServer {
  show(folder: string): void;
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export async function startPages(address: string): Promise<PagesServer> {
  let folder = '';
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', address);
    const path = extname(pathname) ? pathname : '/index.html';
    try {
      const content = await readFile(join(folder, path));
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream').end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(new URL(address).port), '127.0.0.1', resolve);
  });
  return {
    show: (one) => {
      folder = one;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
