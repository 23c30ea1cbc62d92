import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyOf } from '../acceptance/doors.js';
import type { CallPath } from '../callers.js';
import { definitionOf, propertyName } from '../definitions.js';
import { type Portable, portableOf } from '../portable.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import type { Application } from './application.js';
import type { Registration } from './registrations.js';

/**
 * How an application answers other origins: `any` lets every origin read, so credentials need an origin to be
 * named · `listed` knows its origins, and says nothing of credentials · `done` allows credentials already ·
 * `header` sets the header for every origin by hand · `elsewhere` is a middleware of another file that does ·
 * `unclear` is none of these.
 */
export interface Cors {
  readonly form: 'any' | 'listed' | 'done' | 'header' | 'elsewhere' | 'unclear';
  readonly file: SourceFile;
  /** The call of `cors`, the call that sets the header, or the middleware where it is mounted. */
  readonly path: NodePath;
  /** The options that `cors` is called with. */
  readonly options?: NodePath;
  /** The origins it names. */
  readonly origin?: NodePath;
}

/** Everything that an application answers to other origins with. */
export function corsOf(sources: Sources, { registrations }: Application): Cors[] {
  const found = registrations.flatMap((registration) => ofRegistration(sources, registration));
  return [...new Map(found.map((cors) => [cors.path.node, cors])).values()];
}

function ofRegistration(sources: Sources, { handlers, kind }: Registration): Cors[] {
  return handlers.flatMap((handler): Cors[] => {
    const made = definitionOf(sources, handler);
    const call = made.kind === 'value' && made.path.isCallExpression() ? made.path : handler;
    if (call.isCallExpression()) {
      const callee = definitionOf(sources, call.get('callee') as NodePath);
      if (callee.kind === 'package' && callee.module === 'cors') return [ofCall(sources, call)];
    }
    if (made.kind !== 'function' || (kind !== 'cors' && kind !== 'route')) return [];
    const set = byHand(sources, made.path);
    const file = sources.fileOf(handler);
    // One word where it is mounted, rather than an import and a call in a file that knows of no session.
    return kind === 'cors' && set.length && sources.fileOf(made.path) !== file
      ? set.slice(0, 1).map((cors) => ({ ...cors, form: 'elsewhere', file, path: handler }))
      : set;
  });
}

function ofCall(sources: Sources, call: CallPath): Cors {
  const file = sources.fileOf(call);
  const [options] = call.get('arguments') as NodePath[];
  if (!options) return { form: 'any', file, path: call };
  const object = definitionOf(sources, options);
  if (object.kind !== 'object') {
    const made = options.isCallExpression()
      ? definitionOf(sources, options.get('callee') as NodePath)
      : object;
    const answers = made.kind === 'function' ? textOf(sources.fileOf(made.path), made.path.node) : '';
    return { form: /credentials\s*:\s*true/.test(answers) ? 'done' : 'unclear', file, path: call, options };
  }
  const origin = propertyOf(sources, options, 'origin');
  const found = { file, path: call, options, ...(origin ? { origin } : {}) };
  if (propertyOf(sources, options, 'credentials')?.isBooleanLiteral({ value: true }))
    return { form: 'done', ...found };
  return { form: !origin || isAnyOrigin(sources, origin) ? 'any' : 'listed', ...found };
}

function isAnyOrigin(sources: Sources, origin: NodePath): boolean {
  const definition = definitionOf(sources, origin);
  const value = unwrapped(definition.kind === 'value' ? definition.path : origin);
  if (value.isStringLiteral({ value: '*' }) || value.isBooleanLiteral({ value: true })) return true;
  if (value.isArrayExpression())
    return value.node.elements.some((one) => t.isStringLiteral(one, { value: '*' }));
  if (definition.kind !== 'function') return false;
  // A function that never asks lets everybody in.
  return !/\b(?:if|includes|indexOf|test|has|some|find)\b|\?/.test(
    textOf(sources.fileOf(definition.path), definition.path.node),
  );
}

/** `res.header('Access-Control-Allow-Origin', '*')` in a middleware, or in a route of its own. */
function byHand(sources: Sources, middleware: NodePath<t.Function>): Cors[] {
  const file = sources.fileOf(middleware);
  if (/Access-Control-Allow-Credentials/i.test(textOf(file, middleware.node))) return [];
  const found: Cors[] = [];
  middleware.traverse({
    CallExpression(call) {
      const callee = call.get('callee');
      if (!callee.isMemberExpression() || !/^(?:header|set|setHeader)$/.test(propertyName(callee.node) ?? ''))
        return;
      const [name] = call.get('arguments');
      if (!name?.isStringLiteral() || !/^access-control-allow-origin$/i.test(name.node.value)) return;
      if (!call.parentPath.isExpressionStatement()) return;
      const value = call.get('arguments')[1];
      found.push({ form: 'header', file, path: call, ...(value ? { origin: value as NodePath } : {}) });
    },
  });
  return found;
}

/** Which origins an application's CORS lets in, as far as it says so in a way that can be said elsewhere too. */
export interface AllowedOrigins {
  /** Those that are written out, where none is known from anything else. */
  readonly named: readonly string[];
  readonly expression?: OriginExpression;
}

/**
 * An expression of origins. It is a list of `origins` and nothing else, of `texts`, of texts and things that may be
 * `unset`, or it is `one` text, or nobody knows.
 */
export interface OriginExpression {
  readonly portable: Portable;
  readonly has: 'origins' | 'texts' | 'unset' | 'one';
}

/** The origins that an application's CORS names. */
export function allowedOrigins(sources: Sources, answers: readonly Cors[]): AllowedOrigins {
  const asked = answers.flatMap(({ form, origin }) => {
    if (!origin || form === 'any' || form === 'unclear') return [];
    return isAnyOrigin(sources, origin) ? [] : [listAskedBy(sources, origin) ?? origin];
  });
  const parts = asked.flatMap((path) => partsOf(sources, path));
  const named = parts.flatMap((part) => (isOrigin(part) ? [part.node.value] : []));
  const fixed = parts.every((part) => part.isStringLiteral() || part.isRegExpLiteral());
  const [only, more] = asked;
  const portable = only && !more ? portableOf(sources, only) : undefined;
  const isShared = portable?.imports.length && parts.every(isOrigin);
  if (!only || !portable || (fixed && !isShared)) return { named: [...new Set(named)] };
  if (/\bnew RegExp\b|\/[^/]+\/[gimsuy]*[\],]/.test(portable.text)) return { named: [...new Set(named)] };
  return { named: [], expression: { portable, has: contentOf(sources, only, portable) } };
}

function isOrigin(part: NodePath): part is NodePath<t.StringLiteral> {
  return part.isStringLiteral() && /^https?:/.test(part.node.value);
}

/** What a function that decides about an origin looks it up in: `allowed` in `allowed.includes(origin)`. */
function listAskedBy(sources: Sources, decides: NodePath): NodePath | undefined {
  const definition = definitionOf(sources, decides);
  if (definition.kind !== 'function') return undefined;
  const [asked] = definition.path.get('params');
  const lists: NodePath[] = [];
  definition.path.traverse({
    'CallExpression|OptionalCallExpression'(call: NodePath) {
      if (!call.isCallExpression() && !call.isOptionalCallExpression()) return;
      const callee = call.get('callee') as NodePath;
      if (!callee.isMemberExpression() && !callee.isOptionalMemberExpression()) return;
      const [given] = call.get('arguments') as NodePath[];
      if (!given || !/^(?:includes|indexOf)$/.test(propertyName(callee.node) ?? '')) return;
      if (t.isIdentifier(unwrapped(given).node, { name: asked?.isIdentifier() ? asked.node.name : '' }))
        lists.push(callee.get('object') as NodePath);
    },
  });
  return lists[0];
}

/** The elements of a list, or what is no list by itself. */
function partsOf(sources: Sources, path: NodePath): NodePath[] {
  const definition = definitionOf(sources, path);
  const value = unwrapped(definition.kind === 'value' ? definition.path : path);
  return value.isArrayExpression()
    ? value.get('elements').flatMap((one) => (one.node ? [one as NodePath] : []))
    : [value];
}

function contentOf(sources: Sources, path: NodePath, { text }: Portable): OriginExpression['has'] {
  const definition = definitionOf(sources, path);
  const value = unwrapped(definition.kind === 'value' ? definition.path : path);
  if (value.isArrayExpression()) return partsOf(sources, path).every(isOrigin) ? 'origins' : 'unset';
  if (value.isCallExpression() && propertyName(value.node.callee) === 'split') return 'texts';
  return text.startsWith('[') ? 'unset' : 'one';
}
