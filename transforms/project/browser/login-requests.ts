import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callersOf } from '../callers.js';
import { surroundingNames } from '../families.js';
import type { Sources } from '../sources.js';
import { tokenNameInResult, tokenNameInType } from './answer-types.js';
import { type LoginAnswer, membersAbove } from './answers.js';
import { type Body, bodyOf, type Holder, holderOf, withNames } from './bodies.js';
import { trailsHandedOn } from './handed-answers.js';
import { startsOf, successesOf } from './mutations.js';
import { isLoginName, isRegistrationName, isRenewalName } from './names.js';
import type { OutgoingRequest } from './requests.js';
import { tokenTrails } from './token-trails.js';
import { handedOut, leadsToLogin, takenAtOnce, wrappedLogins } from './wrapped-requests.js';

/**
 * The answers to a request that logs a user in by its path or by the function around it: one, or where that function
 * only hands the request on, one for each caller that waits for it.
 *
 * @param field what the token is called where the answer itself does not show it
 * @param way the property names to what has that field, in what is answered by a function around the request
 */
export function loginAnswers(
  sources: Sources,
  request: OutgoingRequest,
  field: string | undefined,
  way: readonly string[] = [],
): LoginAnswer[] {
  if (request.shared) return [];
  const names = [
    (request.url ? String(request.url) : '').replace(/[`'"]/g, ''),
    ...surroundingNames(request.path),
  ];
  // A login sends something; to prolong one, the cookie that goes along may be enough.
  const sends = request.method !== 'get' && request.method !== 'delete';
  const named = names.some(isRenewalName) || (sends && names.some(isLoginName));
  const body = bodyOf(sources, request);
  const handedIn = sends && request.url && leadsToLogin(sources, request.url);
  const bodies = !body
    ? []
    : named
      ? [body]
      : [...(handedIn ? [body] : []), ...wrappedLogins(sources, body, sends)];
  const typed = tokenNameInType(sources, request.path) ?? tokenNameInResult(sources, request.path);
  return bodies
    .flatMap((one) =>
      holdersOf(sources, one, 0)
        .flatMap((holder) => readersOf(sources, one, holder))
        .map((holder) => ({ holder, called: one.called ?? (named ? names : []) })),
    )
    .flatMap(({ holder, called }): LoginAnswer[] => {
      const common = {
        file: sources.fileOf(holder.function),
        function: holder.function,
        binding: holder.binding,
        ...(holder.declaration ? { declaration: holder.declaration } : {}),
      };
      if (holder.token) return called.length ? [{ ...common, trail: [], shown: true }] : [];
      const [shown = called.length ? trailsHandedOn(sources, holder)[0] : undefined] = tokenTrails(
        holder.function,
        holder.binding,
        holder.names,
      );
      const sent = sends || called.some(isLoginName);
      const told = typed === undefined ? field && [...wayReturned(holder), ...way, field] : [typed];
      const trail = shown ?? (called.length && told && sent ? told : undefined);
      if (!trail) return [];
      const names = shown ? holder.names : namesToBody(holder);
      const container = [holder.binding.identifier.name, ...names].join('.');
      return [
        {
          ...common,
          container: [container, ...trail.slice(0, -1)].join('.'),
          trail: trail.slice(-1),
          shown: shown !== undefined,
          unsure:
            shown === undefined &&
            !called.some((name) => isLoginName(name) && !isRegistrationName(name) && !isRenewalName(name)),
        },
      ];
    });
}

/** The names down to the body, in which there may be an envelope: `{ code, data }`, of which only `data` is read. */
function namesToBody({ binding, names }: Holder): readonly string[] {
  const read = binding.referencePaths.map((reference) => membersAbove(reference).names[0]);
  return !names.length && read.length && read.every((name) => name === 'data') ? ['data'] : names;
}

/** Whether a function only hands the answer on to its callers. */
export function isReturned({ binding, function: owner }: LoginAnswer): boolean {
  return binding.referencePaths.some((reference) => {
    const { path } = membersAbove(reference);
    return Boolean(path.parentPath?.isReturnStatement() || path.parentPath === owner);
  });
}

/** Names of what is a part of an answer and has its token, or is kept with it. */
const PARTS = /^(?:data|user|account|profile|member|result|results|payload|auth|session|body|tokens?)$/i;

/** `user` of `return response.data.user`: a function may yield a part of what is answered, and hand on nothing else. */
function wayReturned({ binding, function: owner, names }: Holder): readonly string[] {
  const parts = binding.referencePaths.map((reference) => {
    const { path, names: read } = membersAbove(reference);
    const within = names.every((name, index) => read[index] === name);
    const isYielded = path.parentPath?.isReturnStatement() || path.parentPath === owner;
    return { part: within ? read.slice(names.length) : [], isYielded };
  });
  const yielded = parts.find(({ part, isYielded }) => isYielded && part.length === 1)?.part ?? [];
  const isWhole = parts.some(({ part }) => !part.length);
  return isWhole || !yielded.every((name) => PARTS.test(name)) ? [] : yielded;
}

const DEEPEST = 3;

/** The variables that receive the body of an answer, in the callers where a function returns the request as it is. */
function holdersOf(sources: Sources, given: Body, depth: number): Holder[] {
  const body = takenAtOnce(given) ?? given;
  const holder = holderOf(body);
  if (holder || depth >= DEEPEST) return holder ? [holder] : [];
  const { parentPath: parent } = body.path;
  const owner = body.path.getFunctionParent();
  if (!owner || (parent !== owner && !parent?.isReturnStatement())) return [];
  return receivers(sources, owner, body, depth);
}

/** Who is handed what a function answers: its callers, and callbacks that a library calls with it. */
function receivers(sources: Sources, owner: NodePath<t.Function>, body: Body, depth: number): Holder[] {
  const called = [...callersOf(sources, owner), ...startsOf(sources, owner)].flatMap((path) =>
    holdersOf(sources, { ...body, path }, depth + 1),
  );
  const told = successesOf(sources, owner).flatMap((success) => {
    const [parameter] = success.get('params') as NodePath[];
    return (parameter && withNames(success, parameter, body.names)) ?? [];
  });
  return [...called, ...told];
}

/** Those that read the token from what a function only hands on; the function's own variable where none is seen to. */
function readersOf(sources: Sources, body: Body, holder: Holder): Holder[] {
  const shows = (one: Holder) => one.token || tokenTrails(one.function, one.binding, one.names).length > 0;
  if (shows(holder)) return [holder];
  const handed = handedOut(sources, body);
  if (!handed || handed.path.getFunctionParent() !== holder.function) return [holder];
  const reading = receivers(sources, holder.function, handed, 0).filter(shows);
  return reading.length ? reading : [holder];
}
