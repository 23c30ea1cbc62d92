import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { CallPath } from '../callers.js';
import { type Definition, definitionOf, lastNameOf, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { parsedCall } from './made-clients.js';
import { type OutgoingRequest, propertyIn } from './requests.js';
import { fixedString } from './strings.js';

type Sender = (
  sources: Sources,
  file: SourceFile,
  path: CallPath,
  callee: Definition,
) => OutgoingRequest | undefined;

/** Requests of what is neither axios nor `fetch`, and requests that are made before they are sent. */
export const byOtherSender: Sender = (sources, file, path, callee) =>
  byRequest(sources, file, path, callee) ??
  byKy(sources, file, path, callee) ??
  byNuxt(sources, file, path, callee) ??
  byNuxtAxios(sources, file, path, callee) ??
  byGraphqlRequest(sources, file, path, callee) ??
  byJquery(sources, file, path, callee) ??
  byXhr(sources, file, path, callee) ??
  byVueResource(sources, file, path, callee) ??
  byUploader(sources, file, path, callee) ??
  byAngular(sources, file, path, callee);

/** `this.http.post(url, body)` of Angular's `HttpClient`, and of the `Http` that came before it */
const byAngular: Sender = (_sources, file, path) => {
  const callee = path.get('callee') as NodePath;
  if (!callee.isMemberExpression() || !/\bHttpClient\b|@angular\/http/.test(file.text)) return undefined;
  const method = propertyName(callee.node) ?? '';
  if (!/^(?:get|post|put|patch|delete)$/.test(method)) return undefined;
  const object = callee.get('object');
  const holder = object.isIdentifier() ? object.node.name : propertyName(object.node);
  if (!/^[_#]?http(?:Client)?$/i.test(holder ?? '')) return undefined;
  const optionsIndex = /^p/.test(method) ? 2 : 1;
  const given = path.get('arguments') as NodePath[];
  const [url] = given;
  const options = given[optionsIndex];
  if (!url) return undefined;
  return {
    file,
    path,
    client: 'angular',
    method,
    url,
    body: [],
    optionsIndex,
    ...(options ? { options } : {}),
  };
};

/** `new EventSource(url)`, `new Dropzone(element, { url })`, `uppy.use(XHRUpload, { endpoint })`, `new tus.Upload(file, { endpoint })` */
const byUploader: Sender = (sources, file, path, callee) => {
  const given = path.get('arguments') as NodePath[];
  const [first, second] = given;
  const name = callee.kind === 'global' || callee.kind === 'package' ? (callee.name.at(-1) ?? '') : '';
  const module = callee.kind === 'package' ? callee.module : '';
  const common = { file, path, body: [], optionsIndex: 1, ...(second ? { options: second } : {}) } as const;
  const streams = callee.kind === 'global' || /event-?source/.test(module);
  if (path.isNewExpression() && streams && /^(?:\w*EventSource\w*)?$/.test(name) && (name || module))
    return { ...common, client: 'with-credentials', method: 'get', ...(first ? { url: first } : {}) };
  if (module === '@microsoft/fetch-event-source' && name === 'fetchEventSource') return asFetch(file, path);
  const plugin = propertyName(path.node.callee) === 'use' && first ? definitionOf(sources, first) : undefined;
  const uploads =
    (path.isNewExpression() && /^dropzone(?:\/|$)/.test(module)) ||
    (plugin?.kind === 'package' && /^@uppy\/xhr-upload$|^uppy$/.test(plugin.module));
  const resumes = path.isNewExpression() && module === 'tus-js-client' && name === 'Upload';
  if (!uploads && !resumes) return undefined;
  const url = second && (propertyIn(sources, second, 'url') ?? propertyIn(sources, second, 'endpoint'));
  return { ...common, client: resumes ? 'tus' : 'with-credentials', ...(url ? { url } : {}) };
};

/** `new Request(url, options)` */
const byRequest: Sender = (_sources, file, path, callee) =>
  path.isNewExpression() && callee.kind === 'global' && callee.name.join('.') === 'Request'
    ? asFetch(file, path)
    : undefined;

/** `ky(url, options)`, `ky.post(url, options)` */
const byKy: Sender = (_sources, file, path, callee) => {
  if (callee.kind !== 'package' || callee.module !== 'ky') return undefined;
  const name = callee.name.filter((part) => part !== 'default').join('.');
  if (!/^(?:|get|post|put|patch|delete|head)$/.test(name)) return undefined;
  const bodyAt = parsedCall(path as NodePath);
  return { ...asFetch(file, path, name || 'get'), ...(bodyAt ? { bodyAt } : {}) };
};

/** `$fetch(url, options)`, `useFetch(url, options)`, which are known everywhere in Nuxt. */
const byNuxt: Sender = (sources, file, path, callee) => {
  const name = callee.kind === 'global' || callee.kind === 'package' ? callee.name.join('.') : '';
  const known = callee.kind === 'global' || (callee.kind === 'package' && callee.module === 'ofetch');
  if (!known || !/^(?:\$fetch|ofetch|use(?:Lazy)?Fetch)$/.test(name)) return undefined;
  const request = asFetch(file, path);
  const base = request.options && propertyIn(sources, request.options, 'baseURL');
  return base ? { ...request, url: base } : request;
};

/** `this.$axios.$post(url, body)` of Nuxt 2, where `$` stands for the body of the answer */
const byNuxtAxios: Sender = (sources, file, path) => {
  const callee = path.get('callee') as NodePath;
  if (!callee.isMemberExpression() || lastNameOf(callee.get('object')) !== '$axios') return undefined;
  const [, short, method] = /^(\$?)(get|post|put|patch|delete)$/.exec(propertyName(callee.node) ?? '') ?? [];
  if (!method || !sources.packageOf(file)?.dependencies.has('@nuxtjs/axios')) return undefined;
  const given = path.get('arguments') as NodePath[];
  const [url] = given;
  const optionsIndex = /^p/.test(method) ? 2 : 1;
  const options = given[optionsIndex];
  return {
    file,
    path,
    client: 'axios',
    method,
    body: short ? [] : ['data'],
    optionsIndex,
    ...(url ? { url } : {}),
    ...(options ? { options } : {}),
  };
};

function asFetch(file: SourceFile, path: CallPath, method?: string): OutgoingRequest {
  const [url, options] = path.get('arguments') as NodePath[];
  return {
    file,
    path,
    client: 'fetch',
    body: [],
    optionsIndex: 1,
    ...(method ? { method } : {}),
    ...(url ? { url } : {}),
    ...(options ? { options } : {}),
  };
}

/** `request(url, document)` of graphql-request, whose options are headers only. */
const byGraphqlRequest: Sender = (sources, file, path, callee) => {
  if (callee.kind !== 'package' || callee.module !== 'graphql-request') return undefined;
  if (!/^(?:request|rawRequest|default)$/.test(callee.name.join('.'))) return undefined;
  const [first] = path.get('arguments') as NodePath[];
  const url = first && (propertyIn(sources, first, 'url') ?? first);
  return {
    file,
    path,
    client: 'graphql-request',
    body: [],
    optionsIndex: -1,
    ...(url ? { url } : {}),
  };
};

/** `$.ajax({ url })`, `$.ajaxSetup({})`, `$.post(url, data)` */
const byJquery: Sender = (sources, file, path, callee) => {
  const name =
    callee.kind === 'package' && callee.module === 'jquery'
      ? callee.name.filter((part) => part !== 'default')
      : callee.kind === 'global' && /^(?:\$|jQuery)$/.test(callee.name[0] ?? '')
        ? callee.name.slice(1)
        : [];
  const [method = ''] = name;
  if (name.length !== 1 || !/^(?:ajax|ajaxSetup|get|post|getJSON)$/.test(method)) return undefined;
  const given = path.get('arguments') as NodePath[];
  const [first, second] = given;
  const common = { file, path, client: 'jquery', body: [] } as const;
  if (!/^ajax/.test(method))
    return {
      ...common,
      method: method === 'post' ? 'post' : 'get',
      optionsIndex: -1,
      ...(first ? { url: first } : {}),
    };
  const byUrl = first && fixedString(sources, first) !== undefined;
  const options = byUrl ? second : first;
  const url = byUrl ? first : options && propertyIn(sources, options, 'url');
  const verb = options && (propertyIn(sources, options, 'method') ?? propertyIn(sources, options, 'type'));
  const fixed = verb && fixedString(sources, verb)?.toLowerCase();
  return {
    ...common,
    ...(method === 'ajaxSetup' ? { shared: true } : {}),
    optionsIndex: byUrl ? 1 : 0,
    ...(fixed === undefined ? {} : { method: fixed }),
    ...(url ? { url } : {}),
    ...(options ? { options } : {}),
  };
};

/** `xhr.open(method, url)` of a `new XMLHttpRequest()` */
const byXhr: Sender = (sources, file, path) => {
  const callee = path.get('callee') as NodePath;
  if (!callee.isMemberExpression() || propertyName(callee.node) !== 'open') return undefined;
  const made = definitionOf(sources, callee.get('object'));
  const constructed =
    made.kind === 'value' && made.path.isNewExpression() ? made.path.node.callee : undefined;
  if (!t.isIdentifier(constructed, { name: 'XMLHttpRequest' })) return undefined;
  const [verb, url] = path.get('arguments') as NodePath[];
  const method = verb && fixedString(sources, verb)?.toLowerCase();
  return {
    file,
    path,
    client: 'xhr',
    body: [],
    optionsIndex: -1,
    ...(method === undefined ? {} : { method }),
    ...(url ? { url } : {}),
  };
};

/** `Vue.use(VueResource)`: what all of its requests share is set on `Vue.http.options`. */
const byVueResource: Sender = (sources, file, path) => {
  const callee = path.get('callee') as NodePath;
  if (!callee.isMemberExpression() || propertyName(callee.node) !== 'use') return undefined;
  const [plugin] = path.get('arguments') as NodePath[];
  const made = plugin && definitionOf(sources, plugin);
  if (made?.kind !== 'package' || made.module !== 'vue-resource') return undefined;
  const url = rootOf(file);
  return {
    file,
    path,
    client: 'vue-resource',
    shared: true,
    body: ['body'],
    optionsIndex: -1,
    method: 'get',
    ...(url ? { url } : {}),
  };
};

/** The value that `Vue.http.options.root` is set to. */
function rootOf(file: SourceFile): NodePath | undefined {
  for (const path of file.paths.values()) {
    if (!path.isAssignmentExpression()) continue;
    if (/\.http\.options\.root$/.test(String(path.get('left')))) return path.get('right');
  }
  return undefined;
}
