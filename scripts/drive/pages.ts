import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** What a client was built to, on a port of this machine until it is closed. */
export interface Serving {
  /** Serves another build from now on. */
  show(folder: string): void;
  close(): void;
}

/**
 * Serves a client as its web server does: its files, its start page for every path that is none, and its server's
 * answers for what is passed on.
 */
export function servePages(port: number, passedOn: readonly string[], server: number): Serving {
  let folder = '';
  const isPassedOn = (path: string) => passedOn.some((beginning) => path.startsWith(beginning));
  const pages = createServer((asked, answer) => {
    if (isPassedOn(asked.url ?? '')) return passOn(asked, answer, server);
    sendFile(folder, asked, answer).catch(() => answer.writeHead(404).end());
  });
  pages.on('upgrade', (asked, socket, head) => {
    const onward = connect(server, '127.0.0.1');
    const headers = asked.rawHeaders.map((text, at) => (at % 2 ? `${text}\r\n` : `${text}: `)).join('');
    onward.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${headers}\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  pages.listen(port, '127.0.0.1');
  return {
    show(build) {
      folder = build;
    },
    close() {
      pages.close();
      pages.closeAllConnections();
    },
  };
}

function passOn(asked: IncomingMessage, answer: ServerResponse, port: number): void {
  const onward = request(
    { port, host: '127.0.0.1', method: asked.method, path: asked.url, headers: asked.headers },
    (given) => {
      answer.writeHead(given.statusCode ?? 502, given.rawHeaders);
      given.pipe(answer);
    },
  );
  onward.on('error', () => answer.writeHead(502).end());
  asked.pipe(onward);
}

async function sendFile(folder: string, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const path = normalize(decodeURIComponent(new URL(asked.url ?? '/', 'http://localhost').pathname));
  const file = (await isFile(join(folder, path))) ? join(folder, path) : join(folder, 'index.html');
  if (!(await isFile(file))) throw new Error('it is not built');
  answer.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(answer);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
