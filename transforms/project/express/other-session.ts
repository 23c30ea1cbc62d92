import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import { isSource, isTest } from '../files.js';
import { type Portable, portableOf } from '../portable.js';
import { sideOf } from '../sides.js';
import { positionOf, type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import type { Application } from './application.js';
import type { Registration } from './registrations.js';

/** One option of the session middleware that is there: it means the same in another file. */
export interface SessionOption {
  readonly name: string;
  readonly value: Portable;
}

/** `app.use(session({ … }))` of express-session: the shim can take its place. */
export interface ReplaceableSession {
  /** The call that makes the middleware. */
  readonly call: NodePath<t.CallExpression>;
  readonly options: readonly SessionOption[];
}

/** Passport keeps its user in whatever session serves the request. */
function isPassport(sources: Sources, { handlers }: Registration): boolean {
  return handlers.every((handler) => packageOf(sources, handler) === 'passport');
}

/** The session middleware of an application, those aside that live in another one's session. */
export function otherSessions(sources: Sources, { registrations }: Application): Registration[] {
  return registrations.filter(
    (registration) => registration.kind === 'session' && !isPassport(sources, registration),
  );
}

/**
 * The session middleware that the shim can take the place of: express-session with options that can be written
 * elsewhere, its store included, behind what prepares requests and before what answers them.
 *
 * @param readsBody whether the shim looks for tokens in bodies, so that it comes after what parses them
 */
export function replaceableSession(
  sources: Sources,
  application: Application,
  readsBody: boolean,
): ReplaceableSession | undefined {
  const [session, another] = otherSessions(sources, application);
  if (!session || another || session.method !== 'use' || session.mount !== undefined) return undefined;
  const [call, more] = session.handlers;
  if (more || !call?.isCallExpression() || packageOf(sources, call) !== 'express-session') return undefined;
  if (!standsRight(application.registrations, session, readsBody)) return undefined;
  const options = optionsOf(sources, call);
  return options && { call, options };
}

/** Whether the shim would be mounted where this middleware is: see `placementOf`. */
function standsRight(
  registrations: readonly Registration[],
  session: Registration,
  readsBody: boolean,
): boolean {
  const at = registrations.indexOf(session);
  const answers = ({ kind }: Registration) => kind === 'route' || kind === 'reader';
  const prepares = ({ kind }: Registration) => kind === 'cors' || (readsBody && kind === 'parser');
  return !registrations.slice(0, at).some(answers) && !registrations.slice(at).some(prepares);
}

function optionsOf(sources: Sources, call: NodePath<t.CallExpression>): SessionOption[] | undefined {
  const [given, ...others] = call.get('arguments');
  if (!given?.isObjectExpression() || others.length) return undefined;
  const options: SessionOption[] = [];
  for (const property of given.get('properties')) {
    if (!property.isObjectProperty() || property.node.computed) return undefined;
    const name = t.isIdentifier(property.node.key) ? property.node.key.name : undefined;
    const value = portableOf(sources, property.get('value') as NodePath);
    if (name === undefined || !value) return undefined;
    // A store made of what another line has made would be a second one, with a connection of its own.
    if (name === 'store' && value.text !== textOf(sources.fileOf(property), property.node.value))
      return undefined;
    options.push({ name, value });
  }
  return options.some(({ name }) => name === 'secret') ? options : undefined;
}

/** Whether a session middleware keeps what is in `req.session` in the browser's cookie, where no store has it. */
export function keepsInCookie(sources: Sources, { handlers }: Registration): boolean {
  return handlers.some((handler) => packageOf(sources, handler) === 'cookie-session');
}

const OF_SESSION = /\b(?!passport\b|mongoose\b)[\w$]+\??\.session\b(?!\s*\()/;

/** The first place where an application's own code reads or writes what a session keeps. */
export function sessionUse(
  sources: Sources,
  { file }: Application,
): { file: SourceFile; line: number } | undefined {
  const home = sources.packageOf(file);
  for (const { path, text } of sources.listed) {
    const at = OF_SESSION.exec(text);
    const other = at && isSource(path) && !isTest(path) ? sources.at(path) : undefined;
    if (!at || !other || sources.packageOf(other) !== home || sideOf(sources, other) === 'client') continue;
    return { file: other, line: positionOf(text, at.index).line };
  }
  return undefined;
}

/** The package that makes a middleware. */
function packageOf(sources: Sources, handler: NodePath): string | undefined {
  if (!handler.isCallExpression()) return undefined;
  const callee = definitionOf(sources, handler.get('callee') as NodePath);
  return callee.kind === 'package' ? callee.module : undefined;
}
