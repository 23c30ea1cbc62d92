// https://expressjs.com/en/api.html#req.get
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { patternEdits } from '../edit/patterns.js';
import { replacement } from '../edit/replacement.js';
import { requestText } from '../edit/request.js';
import { withoutDeclaration } from '../edit/statements.js';
import { readByCall, type TokenTaker, takerOf } from '../edit/token-takers.js';
import { lineBreaksAround } from '../edit/whole-lines.js';
import { credentialKind, widestCredential } from '../project/credential.js';
import { isChecked, leaves, mentionsOf, oddUse, putInVain, readsIn } from '../project/credential-mentions.js';
import { extractorsOf, gatewayObstacle, gatewayServedBy, servesOnlyGateways } from '../project/gateways.js';
import { plainGuards } from '../project/guards.js';
import { checksOf, isLoginToken, readObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { isOpaque } from '../project/refresh.js';
import { requestAt } from '../project/requests.js';
import type { ReadSite, ToldHeaderSite } from '../project/site.js';
import { socketDoorAt } from '../project/sockets.js';
import { outerEndOf, textOf } from '../project/source.js';
import { isInGoneRecord, isInStayingRecord } from '../project/stored/unit.js';
import type { Decision, Rule } from '../rule.js';

/** The login token's way out of the request → `sessionPresented(req)`, where all that is asked is whether it is there. */
export const rule: Rule<ReadSite | ToldHeaderSite> = {
  step: 'server',
  hints: [
    'authorization',
    'Authorization',
    'x-auth-token',
    'x-access-token',
    'cookies',
    'refreshToken',
    'refresh_token',
  ],
  knows: [],
  owns: (site): site is ReadSite | ToldHeaderSite =>
    site.role === 'read' && (site.kind === 'request' || site.kind === 'told-header'),
  decide,
  edit,
};

const TOLD = 'it tells how a token is sent, which is so until the window closes: word it anew after that';

function decide(site: ReadSite | ToldHeaderSite, project: Project): Decision {
  if (site.kind === 'told-header') return { action: 'kept', reason: TOLD };
  if (site.family === 'one-time') return { action: 'kept', reason: site.evidence };
  if (site.family === 'third-party')
    return { action: 'kept', reason: `somebody else issues these tokens: ${site.evidence}` };
  if (!isLoginToken(site, project)) {
    if (readBeside(site, project)) return { action: 'kept', reason: GOES_WITH_CHECKED };
    if (checksOf(site, project).some(({ family, file }) => family === 'refresh' && file === site.file))
      return { action: 'kept', reason: 'goes together with the check of the refresh token that it reads' };
    if (site.family === 'refresh' && isOpaque(project.sites))
      return { action: 'kept', reason: 'the refresh token that it reads is still made and looked up' };
    return {
      action: 'manual',
      reason: `a ${site.family} token is read here`,
      todo: 'It goes together with what makes, stores and checks that token.',
    };
  }
  if (socketDoorAt(site.path))
    return {
      action: 'kept',
      reason: 'a socket comes with it, and whoever sends a token is let in until the window closes',
    };
  const obstacle = readObstacle(site, project);
  if (obstacle) return { action: 'manual', reason: obstacle, todo: adviceOn(obstacle) };
  const beside = readBeside(site, project);
  if (beside && readObstacle(beside, project)) return { action: 'kept', reason: GOES_WITH_CHECKED };
  if (goesWithLibrary(site, project))
    return {
      action: 'rewritten',
      reason: 'goes with the library that it takes the token from the request for',
    };
  if (takerOf(site, project))
    return {
      action: 'rewritten',
      reason:
        'goes with the function that takes the token out of the request: its callers ask for the session',
    };
  if (isInStayingRecord(site, project))
    return {
      action: 'manual',
      reason: 'the token is taken out of, or put into, what the application keeps',
      todo: 'It moves together with it.',
    };
  const odd = oddUse(site, project);
  if (odd)
    return { action: 'bridged', reason: `the token is also used in ${odd}, so that code keeps its shape` };
  return {
    action: 'rewritten',
    reason: 'asks whether a session came with the request instead of reading a token',
  };
}

const GOES_WITH_CHECKED = 'goes together with where the same token is read to be checked';

/** Where a read only asks whether there is a token: the one of the same function that reads it to have it checked. */
function readBeside(site: ReadSite, project: Project): ReadSite | undefined {
  if (checksOf(site, project).length) return undefined;
  return project.sites.find(
    (other): other is ReadSite =>
      other.kind === 'request' &&
      other !== site &&
      other.place.name === site.place.name &&
      other.path.getFunctionParent()?.node === site.path.getFunctionParent()?.node &&
      checksOf(other, project).length > 0,
  );
}

function adviceOn(obstacle: string): string {
  return /not seen$/.test(obstacle)
    ? "If it lets users in, ask requireSession(req) from '@jwt-to-session/shim' in its place: it returns the claims or throws."
    : 'It moves together with it.';
}

/** Whether a read is a part of what a library is told to find the token by, and of nothing else. */
function goesWithLibrary(site: ReadSite, project: Project): boolean {
  const { sources, sites } = project;
  const gateways = sites
    .filter((other) => other.kind === 'gateway')
    .filter((gateway) => !gatewayObstacle(gateway, project));
  const gateway = gatewayServedBy(site.path, gateways, sources);
  const [extractor] = (gateway ? extractorsOf(gateway, sources) : []).filter((one) =>
    site.path.isDescendant(one),
  );
  return Boolean(extractor && servesOnlyGateways(extractor, gateways));
}

function edit(site: ReadSite | ToldHeaderSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action === 'kept' || decision.action === 'manual' || site.kind !== 'request') return [];
  if (goesWithLibrary(site, project)) return [];
  const taker = takerOf(site, project);
  if (taker) return taker.reads[0] === site ? takerEdits(taker, project) : [];
  const { file } = site;
  const request = requestText(project, file, requestAt(project.sources, site.path));
  if (decision.action === 'bridged') {
    const left = bridgedBefore(site, project);
    if (left)
      return [
        {
          file: file.path,
          start: outerEndOf(file, left.node),
          end: outerEndOf(file, site.path.node),
          text: '',
        },
      ];
    const name = localName(file, SHIM, 'bridgedAuthorization');
    const needs = [name, ...request.needs];
    const text = `${name.local}(${request.text})`;
    const bridge = site.path.isObjectProperty()
      ? patternEdits(file, site.path, text)
      : [replacement(site.file, site.path, text)];
    return [...bridge.map((one) => ({ ...one, needs })), ...request.edits];
  }
  const reads = readsIn(site, project);
  const name = localName(file, SHIM, 'sessionPresented');
  const asked =
    site.family === 'refresh'
      ? `${name.local}(${request.text}, { refresh: true })`
      : `${name.local}(${request.text})`;
  const edits = mentionsOf(site.path, reads).flatMap((mention) =>
    mentionEdits(site, mention, reads, asked, project),
  );
  return [
    ...edits.map((one) => ({ ...one, needs: one.text.includes(asked) ? [name, ...request.needs] : [] })),
    ...request.edits,
  ];
}

/** `const token = tokenOf(req); if (!token) …` → `if (!sessionPresented(req)) …`, and the function goes. */
function takerEdits(taker: TokenTaker, project: Project): Edit[] {
  const asking = taker.calls.flatMap((call) => {
    const read = readByCall(taker, call, project);
    const [request] = call.get('arguments') as NodePath[];
    if (!read || !request) return [];
    const reads = new Set<t.Node>([...readsIn(read, project), call.node]);
    const name = localName(read.file, SHIM, 'sessionPresented');
    const asked = `${name.local}(${textOf(read.file, request.node)})`;
    return mentionsOf(call, reads)
      .flatMap((mention) => mentionEdits(read, mention, reads, asked, project))
      .map((one) => ({ ...one, needs: one.text.includes(asked) ? [name] : [] }));
  });
  return [...taker.removal, ...asking];
}

/** The left side of `header ?? cookie` where it is bridged already: both would ask the same. */
function bridgedBefore(site: ReadSite, project: Project): NodePath | undefined {
  const { parentPath: parent, key } = site.path;
  if (!parent?.isLogicalExpression() || parent.node.operator === '&&' || key !== 'right') return undefined;
  const left = parent.get('left');
  const bridged = project.sites.some(
    (other) =>
      other.kind === 'request' &&
      other.family === site.family &&
      (other.path === left || other.path.isDescendant(left)) &&
      decide(other, project).action === 'bridged',
  );
  return bridged ? left : undefined;
}

function mentionEdits(
  site: ReadSite,
  mention: NodePath,
  reads: ReadonlySet<t.Node>,
  asked: string,
  project: Project,
): Edit[] {
  // `const { authorization } = req.headers` loses the name when nothing asks for it any more.
  if (mention.isObjectProperty()) return [];
  const widest = widestCredential(mention, reads);
  if (!widest || isChecked(widest.path, project) || leaves(widest.path, site, project)) return [];
  const { path, kind } = widest;
  // Asks for the claims instead, which the rule of the check sees to.
  if (plainGuards(project).some(({ absent }) => absent.node.test === path.node)) return [];
  const put = putInVain(path, project);
  if (put) return [withoutDeclaration(site.file, put.statement)];
  const declarator = path.parentPath;
  if (declarator?.isVariableDeclarator()) {
    const held = path.isIdentifier() ? path.node.name : asked;
    return t.isIdentifier(declarator.node.id) ? [replacement(site.file, path, held)] : [];
  }
  const subject = subjectFor(path, reads, asked, project);
  const text = kind === 'absent' ? `!${subject}` : subject;
  if (text === textOf(site.file, path.node)) return [];
  return [
    replacement(site.file, path, text),
    ...(path.key === 'test' ? lineBreaksAround(site.file, path.node) : []),
  ];
}

/** A variable that holds the answer and is asked for it more than once stays; else the request is asked. */
function subjectFor(path: NodePath, reads: ReadonlySet<t.Node>, asked: string, project: Project): string {
  let name: string | undefined;
  const consider = (at: NodePath) => {
    if (name || !at.isIdentifier() || !at.isReferencedIdentifier()) return;
    const binding = at.scope.getBinding(at.node.name);
    const held = binding?.path.isVariableDeclarator() && t.isIdentifier(binding.path.node.id);
    if (!binding?.constant || !held || credentialKind(at, reads) !== 'token') return;
    const asking = binding.referencePaths.map((reference) => widestCredential(reference, reads)?.path);
    const questions = asking.filter(
      (one) => one && isQuestion(one, project) && !isInGoneRecord(one, project),
    );
    if (new Set(questions).size > 1) name = at.node.name;
  };
  consider(path);
  path.traverse({ Identifier: consider });
  return name ?? asked;
}

/** Whether an expression asks for a credential and does not only hand it on. */
function isQuestion(path: NodePath, project: Project): boolean {
  return !path.parentPath?.isVariableDeclarator() && !isChecked(path, project);
}

export default alone('server/request-token', rule);
export const parser = 'tsx';
