import type { SocketCredential } from './browser/sockets.js';
import type { Common } from './site.js';
import type { SocketOpening } from './socket-openings.js';

/** A socket is opened with a token, or told which. */
export interface SocketSite extends Common<'attach'> {
  readonly kind: 'socket';
  readonly socket: SocketCredential;
}

/** Sockets are handed to code that checks their token while it serves them. */
export interface SocketOpeningSite extends Common<'configure'> {
  readonly kind: 'socket-opening';
  readonly opening: SocketOpening;
}

/** A text tells people to send a login token in a header. */
export interface ToldHeaderSite extends Common<'read'> {
  readonly kind: 'told-header';
}
