import type { NodePath } from '@babel/traverse';
import { callsOf } from '../callers.js';
import type { Sources } from '../sources.js';
import { propertyIn } from './requests.js';
import { fixedString } from './strings.js';

/** What a library makes of a key before it stores anything under it. */
export interface KeyForm {
  readonly prefix: string;
  readonly lowerCase?: true;
}

/** The key that something is stored under which code calls by a name, and that name where a library makes another of it. */
export function keyStored(
  named: string | undefined,
  form: KeyForm | undefined,
): { readonly key?: string; readonly named?: string } {
  if (named === undefined) return {};
  return form ? { key: form.prefix + (form.lowerCase ? named.toLowerCase() : named), named } : { key: named };
}

const SETTING = /^(?:NgxWebstorageModule\.forRoot|withNgxWebstorageConfig)$/;

/** How ngx-webstorage forms its keys, as `NgxWebstorageModule.forRoot({ prefix: 'app', separator: '-' })` tells it. */
export function webstorageForm(sources: Sources): KeyForm {
  const options = sources
    .mentioning('NgxWebstorageModule', 'withNgxWebstorageConfig')
    .filter(({ test }) => !test)
    .flatMap((file) => callsOf(sources, file))
    .filter(({ callee }) => callee.kind === 'package' && SETTING.test(callee.name.join('.')))
    .map(({ path }) => (path.get('arguments') as NodePath[])[0])
    .find((one) => one !== undefined);
  const told = (name: string) => options && propertyIn(sources, options, name);
  const text = (name: string) => {
    const value = told(name);
    return value && fixedString(sources, value);
  };
  const prefix = (text('prefix') ?? 'ngx-webstorage') + (text('separator') ?? '|');
  return told('caseSensitive')?.isBooleanLiteral({ value: true }) ? { prefix } : { prefix, lowerCase: true };
}
