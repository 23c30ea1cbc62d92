// https://github.com/expressjs/cors#configuration-options
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName } from '../edit/names.js';
import { indentationAt, styleOf } from '../edit/style.js';
import { propertyOf } from '../project/acceptance/doors.js';
import { definitionOf } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import { requestNameAt } from '../project/requests.js';
import type { CorsSite } from '../project/site.js';
import { endOf, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';
import { specifierOf } from './module-path.js';
import { readinessOf } from './readiness.js';

const TODO =
  "Answer your client's own origin with its name in Access-Control-Allow-Origin and with Access-Control-Allow-Credentials: true.";

/** Lets the client's own origins send the session cookie; what others are answered stays as it was. */
export const rule: Rule<CorsSite> = {
  step: 'install',
  hints: [],
  knows: [],
  owns: (site): site is CorsSite => site.kind === 'cors',
  decide,
  edit,
};

function decide({ application, cors }: CorsSite, project: Project): Decision {
  if (cors.form === 'done') return { action: 'kept', reason: 'it allows credentials already' };
  const readiness = readinessOf(application, project);
  if (readiness.state === 'blocked')
    return {
      action: 'manual',
      reason: 'the session cookie comes from other origins only with credentials, once the shim is mounted',
      todo: TODO,
    };
  if (readiness.state === 'mounted')
    return { action: 'kept', reason: 'the shim was mounted with it as it is' };
  switch (cors.form) {
    case 'any':
    case 'elsewhere':
      return {
        action: 'rewritten',
        reason: 'the client gets credentials, other origins are answered as before',
      };
    case 'listed':
      return { action: 'rewritten', reason: 'the origins that it lists get credentials' };
    case 'header':
      return handNames(cors.path)
        ? { action: 'rewritten', reason: 'the client gets credentials, other origins are answered as before' }
        : {
            action: 'manual',
            reason: 'it answers other origins by hand',
            todo: TODO,
          };
    default:
      return {
        action: 'manual',
        reason: 'how it answers other origins is decided elsewhere',
        todo: TODO,
      };
  }
}

function edit(site: CorsSite, decision: Decision, project: Project): readonly Edit[] {
  const { cors, file } = site;
  const readiness = readinessOf(site.application, project);
  if (decision.action !== 'rewritten' || readiness.state !== 'ready') return [];
  if (cors.form === 'listed') return credentialEdits(site, project);
  const specifier = specifierOf(file, readiness.module, project.sources);
  if (cors.form === 'header') return headerEdits(site, specifier);
  if (cors.form === 'elsewhere') {
    const first = localName(file, specifier, 'clientCredentials');
    const at = startOf(cors.path.node);
    return [{ file: file.path, start: at, end: at, text: `${first.local}, `, needs: [first] }];
  }
  const need = localName(file, specifier, 'withCredentials');
  const { options, path } = cors;
  const needs = [need];
  if (options) {
    return [
      {
        file: file.path,
        start: startOf(options.node),
        end: startOf(options.node),
        text: `${need.local}(`,
        needs,
      },
      { file: file.path, start: endOf(options.node), end: endOf(options.node), text: ')' },
    ];
  }
  const at = endOf(path.node) - 1;
  return [{ file: file.path, start: at, end: at, text: `${need.local}()`, needs }];
}

/** `credentials: true` in the options, wherever they are written. */
function credentialEdits({ cors }: CorsSite, { sources }: Project): Edit[] {
  const { options } = cors;
  const object = options && definitionOf(sources, options);
  if (!options || object?.kind !== 'object') return [];
  const file = sources.fileOf(object.path);
  const given = propertyOf(sources, options, 'credentials');
  const because = 'the origins that its CORS options list get credentials';
  if (given) {
    const holder = sources.fileOf(given);
    return [{ file: holder.path, start: startOf(given.node), end: endOf(given.node), text: 'true', because }];
  }
  const last = object.path.node.properties.at(-1);
  if (!last) return [];
  const { newline } = styleOf(file.text);
  const multiline = file.text.slice(startOf(object.path.node), startOf(last)).includes('\n');
  const at = endOf(last);
  const text = multiline
    ? `,${newline}${indentationAt(file, startOf(last))}credentials: true`
    : ', credentials: true';
  return [{ file: file.path, start: at, end: at, text, because }];
}

/** The names of request and response where a header is set by hand. */
function handNames(path: NodePath): { request: string; response: string } | undefined {
  const request = requestNameAt(path);
  const callee = path.isCallExpression() ? path.get('callee') : undefined;
  const response = callee?.isMemberExpression() ? callee.get('object') : undefined;
  return request && response?.isIdentifier() ? { request, response: response.node.name } : undefined;
}

function headerEdits({ cors, file }: CorsSite, specifier: string): Edit[] {
  const names = handNames(cors.path);
  const statement = cors.path.getStatementParent();
  if (!names || !statement) return [];
  const need = localName(file, specifier, 'allowCredentials');
  const { newline, semicolon } = styleOf(file.text);
  const at = endOf(statement.node);
  const text = `${newline}${indentationAt(file, startOf(statement.node))}${need.local}(${names.request}, ${names.response})${semicolon}`;
  return [{ file: file.path, start: at, end: at, text, needs: [need] }];
}

export default alone('manifest/cors', rule);
export const parser = 'tsx';
