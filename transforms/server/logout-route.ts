// https://expressjs.com/en/guide/routing.html#route-handlers
import { alone } from '../alone.js';
import { before } from '../edit/chains.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { styleOf } from '../edit/style.js';
import { otherFramework } from '../project/frameworks.js';
import type { Project } from '../project/project.js';
import { requestParameter } from '../project/requests.js';
import type { LogoutRouteSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** The handler of a logout route ends the session: with JWTs there was nothing to end. */
export const rule: Rule<LogoutRouteSite> = {
  step: 'server',
  hints: ['logout', 'logOut', 'log-out', 'signout', 'signOut', 'sign-out', 'logoff'],
  knows: [],
  owns: (site): site is LogoutRouteSite => site.kind === 'logout-route',
  decide,
  edit,
};

function decide(site: LogoutRouteSite, { sources, sites }: Project): Decision {
  const framework = otherFramework(sources, site.file);
  if (framework) return { action: 'kept', reason: `this server runs on ${framework}` };
  if (
    !sites.some((other) => other.role !== 'drop' && other.family === 'session' && other.role !== 'configure')
  )
    return { action: 'kept', reason: 'no login by JWT was found that it would end' };
  return { action: 'rewritten', reason: 'ends the session, on the server too' };
}

function edit(site: LogoutRouteSite, decision: Decision): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { file } = site;
  const request = requestParameter(site.function);
  const name = localName(file, SHIM, 'endSession');
  const text = `${name.local}(${request ?? 'req'})`;
  const body = site.function.get('body');
  if (Array.isArray(body)) return [];
  if (!body.isBlockStatement()) {
    const { semicolon } = styleOf(file.text);
    const answer = textOf(file, body.node);
    return [
      {
        file: file.path,
        start: startOf(body.node),
        end: endOf(body.node),
        text: `{ ${text}${semicolon || ';'} return ${answer}${semicolon} }`,
        needs: [name],
      },
    ];
  }
  const [first] = body.get('body');
  if (!first) {
    const at = startOf(body.node) + 1;
    return [{ file: file.path, start: at, end: at, text: ` ${text}; `, needs: [name] }];
  }
  const inner = first.isTryStatement() ? first.get('block').get('body')[0] : undefined;
  return [{ ...before(file, inner ?? first, text), needs: [name] }];
}

export default alone('server/logout-route', rule);
export const parser = 'tsx';
