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
 * `header` sets the header for every origin by hand · `unclear` is none of these.
 */
export interface Cors {
  readonly form: 'any' | 'listed' | 'done' | 'header' | 'unclear';
  readonly file: SourceFile;
  /** The call of `cors`, or the statement that sets the header. */
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
    return made.kind === 'function' && (kind === 'cors' || kind === 'route')
      ? byHand(sources, made.path)
      : [];
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

/** The origins that an application's CORS names, where they are written out. */
export function namedOrigins(sources: Sources, answers: readonly Cors[]): string[] {
  const origins = answers.flatMap(({ form, origin }) => {
    if (!origin || form === 'any' || form === 'unclear') return [];
    const definition = definitionOf(sources, origin);
    const value = unwrapped(definition.kind === 'value' ? definition.path : origin);
    const parts = value.isArrayExpression() ? value.node.elements : [value.node];
    return parts.flatMap((part) =>
      t.isStringLiteral(part) && /^https?:/.test(part.value) ? [part.value] : [],
    );
  });
  return [...new Set(origins)];
}

/** The expression that says which origin an application's CORS lets in, when it can be said elsewhere too. */
export function originExpression(sources: Sources, answers: readonly Cors[]): Portable | undefined {
  for (const { form, origin } of answers) {
    if (!origin || form === 'any' || form === 'unclear' || isAnyOrigin(sources, origin)) continue;
    const portable = portableOf(sources, origin);
    if (portable && !/\bnew RegExp\b|\/[^/]+\/[gimsuy]*[\],]/.test(portable.text)) return portable;
  }
  return undefined;
}
