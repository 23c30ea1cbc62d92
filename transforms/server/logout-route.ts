// https://expressjs.com/en/guide/routing.html#route-handlers
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { requestText } from '../edit/request.js';
import { indentationAt, styleOf } from '../edit/style.js';
import { otherFramework } from '../project/frameworks.js';
import type { Project } from '../project/project.js';
import { requestAt, requestParameter } from '../project/requests.js';
import type { LogoutRouteSite } from '../project/site.js';
import { LOGOUT_WORDS } from '../project/sites/logouts.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/**
 * The handler of a logout route ends the session, where with JWTs there was nothing to end. A part of `install`:
 * as soon as there are sessions, a logout that left them alone would log nobody out.
 */
export const rule: Rule<LogoutRouteSite> = {
  step: 'install',
  hints: LOGOUT_WORDS,
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

function edit(site: LogoutRouteSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { file } = site;
  const body = site.function.get('body');
  if (Array.isArray(body)) return [];
  const parameter = requestParameter(site.function);
  const request = parameter
    ? { text: parameter, needs: [], edits: [] }
    : requestText(project, file, requestAt(project.sources, body));
  const name = localName(file, SHIM, 'endSession');
  const text = `${name.local}(${request.text})`;
  const needs = [name, ...request.needs];
  if (!body.isBlockStatement()) {
    const { semicolon } = styleOf(file.text);
    const answer = textOf(file, body.node);
    return [
      {
        file: file.path,
        start: startOf(body.node),
        end: endOf(body.node),
        text: `{ ${text}${semicolon || ';'} return ${answer}${semicolon} }`,
        needs,
      },
      ...request.edits,
    ];
  }
  const [first] = body.get('body');
  if (!first) {
    const at = startOf(body.node) + 1;
    return [{ file: file.path, start: at, end: at, text: ` ${text}; `, needs }, ...request.edits];
  }
  // At the opening brace, so that it stays when the first statement goes.
  const within = first.isTryStatement() && first.node.block.body[0] ? first.node.block : body.node;
  const at = startOf(within) + 1;
  const [next = first.node] = within.body;
  const { newline, semicolon } = styleOf(file.text);
  const line = `${newline}${indentationAt(file, startOf(next))}${text}${semicolon}`;
  const sameLine = !file.text.slice(at, startOf(next)).includes('\n');
  return [
    { file: file.path, start: at, end: at, text: sameLine ? ` ${text};` : line, needs },
    ...request.edits,
  ];
}

export default alone('server/logout-route', rule);
export const parser = 'tsx';
