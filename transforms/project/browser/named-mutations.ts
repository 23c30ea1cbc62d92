import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from '../acceptance/doors.js';
import { callsOf } from '../callers.js';
import { definitionOf, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import type { LoginAnswer } from './answers.js';
import { type Holder, withNames } from './bodies.js';
import { isLoginName, isRegistrationName } from './names.js';
import { tokenTrails } from './token-trails.js';

/**
 * What mutations are answered whose names say that they log users in, where no request is in sight:
 * `trpc.auth.login.useMutation({ onSuccess })`, `useLoginMutation(client, { onSuccess })`. None where one of them is
 * not seen to be answered: its login would be lost.
 */
export function namedMutationAnswers(sources: Sources, files: readonly SourceFile[]): LoginAnswer[] {
  const answers: LoginAnswer[] = [];
  for (const file of files.filter(({ text, test }) => !test && text.includes('Mutation('))) {
    for (const { path } of callsOf(sources, file)) {
      if (!isNamed(path as NodePath)) continue;
      const told = toldBy(sources, path as NodePath);
      const found = told.flatMap((owner) => answersTo(sources, owner));
      // A registration may be answered with a message alone, and a page sent on to log in.
      const without = told.length > 0 && isRegistrationName(String(path.get('callee')));
      if (!found.length && !without) return [];
      answers.push(...found);
    }
  }
  return answers;
}

/** Whether a hook makes a mutation that logs users in, by its own name or by what it is given. */
function isNamed(path: NodePath): boolean {
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee') as NodePath;
  const name = propertyName(callee.node) ?? (callee.isIdentifier() ? callee.node.name : '');
  if (!/^use\w*Mutation$/.test(name)) return false;
  const given = (path.get('arguments') as NodePath[]).filter((one) => one.isIdentifier());
  return [callee, ...given].map(String).some(isLoginName);
}

/** The functions that a hook is given to be told of success. */
function toldBy(sources: Sources, path: NodePath): NodePath<t.Function>[] {
  const given = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  return given.flatMap((options) => {
    const told = options.isObjectExpression()
      ? (propertyOf(sources, options, 'onSuccess') ?? propertyOf(sources, options, 'onCompleted'))
      : undefined;
    const definition = told && definitionOf(sources, told);
    return definition?.kind === 'function' ? [definition.path] : [];
  });
}

function answersTo(sources: Sources, owner: NodePath<t.Function>): LoginAnswer[] {
  const [parameter] = owner.get('params') as NodePath[];
  const holder = parameter && withNames(owner, parameter, []);
  return holder ? answerIn(sources.fileOf(owner), holder) : [];
}

function answerIn(file: SourceFile, { function: owner, binding, names, token }: Holder): LoginAnswer[] {
  const common: Pick<LoginAnswer, 'file' | 'function' | 'binding' | 'shown'> = {
    file,
    function: owner,
    binding,
    shown: true,
  };
  if (token) return [{ ...common, trail: [] }];
  const [trail] = tokenTrails(owner, binding, names);
  if (!trail) return [];
  const container = [binding.identifier.name, ...names, ...trail.slice(0, -1)].join('.');
  return [{ ...common, container, trail: trail.slice(-1) }];
}
