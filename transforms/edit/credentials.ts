import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyIn } from '../project/browser/requests.js';
import type { Project } from '../project/project.js';
import type { AttachSite, CredentialsSite } from '../project/site.js';
import { endOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { contentsOf, type Receivers, withoutHeader } from './header.js';
import { objectOf, withProperty } from './options.js';
import { quoted, styleOf } from './style.js';

/** Takes a login token's header out of a request, whose options stay where they get to say that cookies go. */
export function withoutTokenHeader(project: Project, site: AttachSite): Edit[] | undefined {
  return withoutHeader(project.sources, site.attached, receiversOf(project));
}

/** Says of a request that cookies go with it; undefined where its options are not in sight. */
export function withCredentials(project: Project, site: CredentialsSite): Edit[] | undefined {
  const { request, file } = site;
  if (request.client === 'superagent') {
    const at = endOf(request.path.node);
    return [{ file: file.path, start: at, end: at, text: '.withCredentials()', stays: true }];
  }
  const { call, index } = optionsAt(site);
  const style = styleOf(file.text);
  const property =
    request.client === 'fetch' ? `credentials: ${quoted(style, 'include')}` : 'withCredentials: true';
  const object = receiverOf(site);
  return withProperty(file, call, index, property, Boolean(object && isEmptied(project, site, object)));
}

/** Whether a request says already that cookies go with it. */
export function sendsCredentials({ sources }: Project, site: CredentialsSite): boolean {
  const { request, file } = site;
  if (request.client === 'superagent')
    return /^\s*\.withCredentials\(/.test(file.text.slice(endOf(request.path.node)));
  const options = request.instance ? request.instance.get('arguments')[0] : request.options;
  const name = request.client === 'fetch' ? 'credentials' : 'withCredentials';
  return Boolean(options && propertyIn(sources, options, name));
}

/** Where the options of a request stand, or of the instance that sends it. */
function optionsAt({ request }: CredentialsSite) {
  const { instance, path, optionsIndex } = request;
  return instance ? { call: instance, index: 0 } : { call: path, index: optionsIndex };
}

function receiverOf(site: CredentialsSite): NodePath | undefined {
  const { call, index } = optionsAt(site);
  const options = (call.get('arguments') as NodePath[])[index];
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
