import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { deniedIn } from '../project/browser/denied-credentials.js';
import { propertyOf } from '../project/browser/endpoints.js';
import { propertyIn, type SendingClient } from '../project/browser/requests.js';
import type { CallPath } from '../project/callers.js';
import type { Project } from '../project/project.js';
import type { AttachSite, CredentialsSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { contentsOf, type Receivers, withoutHeader } from './header.js';
import { interceptorSends, throughInterceptor } from './interceptor.js';
import { withoutAttribute } from './markup.js';
import { intoObject, objectOf, withProperty } from './options.js';
import { afterStatement } from './statements.js';
import { quoted, styleOf } from './style.js';

/** Takes a login token's header out of a request, whose options stay where they get to say that cookies go. */
export function withoutTokenHeader(project: Project, site: AttachSite): Edit[] | undefined {
  const elsewhere = isElsewhere(project, site);
  return (
    outOfElement(site, elsewhere) ??
    withoutHeader(project.sources, site.attached, receiversOf(project), elsewhere)
  );
}

/** Whether the API of a client is on another origin than its pages. */
function isElsewhere({ sites }: Project, { file }: AttachSite): boolean {
  return sites.some(
    (site) =>
      site.kind === 'client-entry' && site.client.files.includes(file) && site.client.base.origin === 'other',
  );
}

/** `<Upload headers={{ Authorization: … }}>`: the attribute goes, or tells that cookies go where they do not by themselves. */
function outOfElement(
  { attached: { path, form }, file }: AttachSite,
  elsewhere: boolean,
): Edit[] | undefined {
  const object = form === 'property' ? path.parentPath : undefined;
  // `<el-upload :headers="{ Authorization: … }">`
  if (object?.isObjectExpression() && object.node.properties.length === 1) {
    const given = withoutAttribute(file, object, elsewhere ? 'with-credentials' : '');
    if (given) return [given];
  }
  const attribute = object?.parentPath?.isJSXExpressionContainer() ? object.parentPath.parentPath : undefined;
  if (!object?.isObjectExpression() || object.node.properties.length > 1 || !attribute?.isJSXAttribute())
    return undefined;
  const start = startOf(attribute.node);
  const before = /\s*$/.exec(file.text.slice(0, start))?.[0].length ?? 0;
  return [
    {
      file: file.path,
      start: elsewhere ? start : start - before,
      end: endOf(attribute.node),
      text: elsewhere ? 'withCredentials' : '',
    },
  ];
}

/** How a client is told to send cookies along: by a property of its options, or by a statement of its own. */
interface Saying {
  readonly names: readonly string[];
  /** The property, given `'include'` in the file's quotes. */
  readonly property: (include: string) => string;
}

const FETCH: Saying = { names: ['credentials'], property: (include) => `credentials: ${include}` };
const SAYINGS: Partial<Record<SendingClient, Saying>> = {
  fetch: FETCH,
  axios: { names: ['withCredentials'], property: () => 'withCredentials: true' },
  angular: { names: ['withCredentials'], property: () => 'withCredentials: true' },
  'with-credentials': { names: ['withCredentials'], property: () => 'withCredentials: true' },
  tus: {
    names: ['onBeforeRequest'],
    property: () => 'onBeforeRequest: (request) => { request.getUnderlyingObject().withCredentials = true }',
  },
  jquery: { names: ['xhrFields'], property: () => 'xhrFields: { withCredentials: true }' },
  trpc: {
    names: ['fetch'],
    property: (include) => `fetch: (input, init) => fetch(input, { ...init, credentials: ${include} })`,
  },
  urql: {
    names: ['fetchOptions'],
    property: (include) => `fetchOptions: { credentials: ${include} }`,
  },
  'swagger-typescript-api': {
    names: ['baseApiParams'],
    property: (include) => `baseApiParams: { credentials: ${include} }`,
  },
};

/** Says of a request that cookies go with it; undefined where its options are not in sight. */
export function withCredentials(project: Project, site: CredentialsSite): Edit[] | undefined {
  const { request, file } = site;
  if (request.client === 'angular' && request.shared !== undefined)
    return throughInterceptor(project, request.shared);
  const style = styleOf(file.text);
  const at = endOf(request.path.node);
  if (request.client === 'superagent')
    return [{ file: file.path, start: at, end: at, text: '.withCredentials()', stays: true }];
  if (request.client === 'xhr' || request.client === 'vue-resource') {
    const callee = request.path.get('callee');
    const statement = request.path.parentPath;
    if (Array.isArray(callee) || !callee.isMemberExpression() || !statement?.isExpressionStatement())
      return undefined;
    const holder = textOf(file, callee.node.object);
    const text =
      request.client === 'xhr'
        ? `${holder}.withCredentials = true`
        : `${holder}.http.options.credentials = true`;
    return [afterStatement(file, statement, `${text}${style.semicolon}`)];
  }
  const target = targetOf(site);
  if (!target) return undefined;
  const { call, index, inside, saying } = target;
  const property = saying.property(quoted(style, 'include'));
  const object = receiverOf(site);
  const denied = object && deniedIn(project.sources, object, saying.names);
  if (denied) {
    const [start, end] = [startOf(denied.node), endOf(denied.node)];
    return [{ file: file.path, start, end, text: property.replace(/^\w+: /, ''), covers: true }];
  }
  const alone = Boolean(object && isEmptied(project, site, object));
  return inside
    ? [intoObject(file, inside, property, alone)]
    : withProperty(file, call, index, property, alone);
}

/** Whether a request says already that cookies go with it. */
export function sendsCredentials(project: Project, site: CredentialsSite): boolean {
  const { sources } = project;
  const { request, file } = site;
  if (request.client === 'angular' && request.shared !== undefined) return interceptorSends(project);
  if (request.client === 'superagent')
    return /^\s*\.withCredentials\(/.test(file.text.slice(endOf(request.path.node)));
  if (request.client === 'xhr' || request.client === 'vue-resource')
    return /\.withCredentials = true|\.http\.options\.credentials = true/.test(
      textOf(file, (request.path.getFunctionParent() ?? file.program).node),
    );
  const target = targetOf(site);
  const options =
    target?.inside ?? (target?.call.get('arguments') as NodePath[] | undefined)?.[target?.index ?? 0];
  if (!options || !target || deniedIn(sources, options, target.saying.names)) return false;
  return target.saying.names.some((name) => propertyIn(sources, options, name) !== undefined);
}

/** Where it is said that cookies go. */
interface Target {
  readonly call: CallPath;
  readonly index: number;
  readonly saying: Saying;
  /** The object further inside that takes the property. */
  readonly inside?: NodePath;
}

/** The options of a request, or of the instance that sends it; undefined where it takes none. */
function targetOf({ request }: CredentialsSite): Target | undefined {
  const { instance, path, optionsIndex, client } = request;
  const saying = SAYINGS[client];
  if (!saying || optionsIndex < 0) return undefined;
  const target = instance
    ? { call: instance, index: 0, saying }
    : { call: path, index: optionsIndex, saying };
  const [name] = client === 'urql' || client === 'swagger-typescript-api' ? saying.names : [];
  if (name === undefined || !request.options) return target;
  const options = objectOf(request.options);
  const given = options?.isObjectExpression() ? propertyOf(options, name) : undefined;
  if (!given) return target;
  const inside = given.isObjectProperty() ? objectGiven(given.get('value') as NodePath) : undefined;
  return inside && { ...target, inside, saying: FETCH };
}

/** An object, or the one that a function always returns. */
function objectGiven(path: NodePath): NodePath | undefined {
  if (!path.isFunction()) return objectOf(path);
  const body = path.get('body');
  if (Array.isArray(body)) return undefined;
  if (!body.isBlockStatement()) return objectOf(body);
  const returns: NodePath[] = [];
  body.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement: (found) => {
      returns.push(found);
    },
  });
  const [only] = returns;
  const value = returns.length === 1 && only?.isReturnStatement() ? only.get('argument') : undefined;
  return value?.isObjectExpression() ? value : undefined;
}

function receiverOf(site: CredentialsSite): NodePath | undefined {
  const target = targetOf(site);
  if (!target || target.inside) return target?.inside;
  const options = (target.call.get('arguments') as NodePath[])[target.index];
  return options && objectOf(options);
}

const receiversByProject = new WeakMap<Project, Receivers>();

/** The objects that get to say that cookies go. */
function receiversOf(project: Project): Receivers {
  const known = receiversByProject.get(project);
  if (known) return known;
  const found = new Set<t.Node>();
  for (const site of project.sites) {
    if (site.kind !== 'credentials' || sendsCredentials(project, site)) continue;
    const receiver = receiverOf(site);
    if (receiver) found.add(receiver.node);
  }
  receiversByProject.set(project, found);
  return found;
}

/** Whether all that an object holds goes with headers. */
function isEmptied(project: Project, { file }: CredentialsSite, object: NodePath): boolean {
  const { start, end } = contentsOf(file, object.node);
  return project.sites.some(
    (site) =>
      site.kind === 'header' &&
      site.family === 'session' &&
      site.file === file &&
      withoutTokenHeader(project, site)?.some((edit) => edit.start === start && edit.end === end),
  );
}
