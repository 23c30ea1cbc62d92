import type { Common } from '../site.js';
import type { Application } from './application.js';
import type { Cors } from './cors.js';

/** An Express application that serves logins is made. */
export interface ApplicationSite extends Common<'configure'> {
  readonly kind: 'application';
  readonly application: Application;
}

/** What an application answers to other origins. */
export interface CorsSite extends Common<'configure'> {
  readonly kind: 'cors';
  readonly application: Application;
  readonly cors: Cors;
}

/** Another session middleware in front of an application that serves logins. */
export interface OtherSessionSite extends Common<'configure'> {
  readonly kind: 'other-session';
  readonly application: Application;
}
