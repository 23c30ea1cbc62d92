import * as t from '@babel/types';
import { isTokenName } from '../project/browser/names.js';
import { CUTS, PICKS } from '../project/cuts.js';
import { endOf, startOf } from '../project/source.js';
import type { Edit } from './edits.js';

/** Functions of the shim that only ask: a variable that holds their answer can go when nothing reads it. */
const QUESTIONS = new Set([
  'sessionPresented',
  'sessionFound',
  'sessionTakenBack',
  'sessionMarker',
  'bridgedAuthorization',
  'sessionClaims',
  'currentRequest',
  'hasSession',
  'sessionInfo',
]);

/** What applications call the question whether somebody is logged in. */
const LOGGED_IN = /^(?:is_?)?(?:logged|signed)_?in$|^(?:is|has)(?:Auth|Authenticated|Token|Session|Login)$/i;

/** What hands the token out, and is called so: `accessToken()`. */
const TOKEN = /^(?:access|auth|id|session|current)?_?(?:token|jwt)$/i;

/** Methods of strings, regular expressions and encoders that only tell. */
const ASKING = /^(?:encode|exec|test|startsWith|endsWith|includes|indexOf|match|to(?:Lower|Upper)Case)$/;

/** `?? readIt()` that goes with its operator. */
function takesOut({ start, end, text }: Edit, node: t.Node): boolean {
  return text === '' && start < startOf(node) && endOf(node) === end;
}

/** `getToken(user)` → `getToken(req, user)`: a call that a request is handed to starts a session. */
function isPutInto(
  { start, end, text, needs }: Edit,
  call: t.CallExpression | t.OptionalCallExpression,
): boolean {
  if (start !== end || !text || start <= endOf(call.callee) || endOf(call) <= start) return false;
  return !needs?.length || !needs.every(({ name }) => QUESTIONS.has(name));
}

/** `getToken(user)`, `user.getToken(req)` make one; `getToken()` and `getToken(req)` look it up. */
function makesToken(
  name: string,
  { arguments: given }: t.CallExpression | t.OptionalCallExpression,
  member: boolean,
): boolean {
  if (!/token|jwt|session/i.test(name) || !given.length) return false;
  const [only, another] = given;
  return member || another !== undefined || !t.isIdentifier(only) || !/^req(?:uest)?$/.test(only.name);
}

/** `getToken()`, `tokens.read()` */
function looksUp({ callee, arguments: given }: t.CallExpression): boolean {
  const of = t.isMemberExpression(callee) && t.isIdentifier(callee.object) ? callee.object.name : '';
  const named = t.isMemberExpression(callee) ? callee.property : callee;
  const name = t.isIdentifier(named) ? named.name : '';
  return !given.length && /^(?:get|read|load)/.test(name) && [name, of].some((one) => /token|jwt/i.test(one));
}

/** Reading it has no effect: names, properties, literals, `require` of a package or a file, a cut-out string. */
export function isPure(node: t.Node | null | undefined, replaced: readonly Edit[]): boolean {
  if (!node) return false;
  const pure = (other: t.Node | null | undefined) => isPure(other, replaced);
  const now = replaced.find((edit) => edit.start === startOf(node) && edit.end === endOf(node));
  if (now)
    return now.needs
      ? now.needs.every((need) => QUESTIONS.has(need.name))
      : /^(?:!?[\w$.]+|''|"")$/.test(now.text);
  if (t.isMetaProperty(node) || replaced.some((edit) => takesOut(edit, node))) return true;
  if (t.isIdentifier(node) || t.isThisExpression(node) || t.isLiteral(node))
    return !t.isTemplateLiteral(node) || node.expressions.every(pure);
  // A document of GraphQL
  if (t.isTaggedTemplateExpression(node))
    return t.isIdentifier(node.tag) && /^(?:gql|graphql)$/.test(node.tag.name) && pure(node.quasi);
  if (t.isUnaryExpression(node) && /^(?:!|typeof)$/.test(node.operator)) return pure(node.argument);
  if (t.isMemberExpression(node) || t.isOptionalMemberExpression(node))
    return pure(node.object) && (!node.computed || pure(node.property));
  if (t.isObjectExpression(node))
    return node.properties.every((property) => t.isObjectProperty(property) && pure(property.value));
  if (t.isArrayExpression(node)) return node.elements.every(pure);
  if (t.isFunctionExpression(node) || t.isArrowFunctionExpression(node)) return true;
  if (t.isBinaryExpression(node)) return pure(node.left) && pure(node.right);
  if (t.isNewExpression(node))
    return (
      t.isIdentifier(node.callee) &&
      /^(?:Date|(?:Http)?Headers|TextEncoder|Mutex|SecureLS|SecureStorage|EncryptStorage|Cookies?|UniversalCookie|(?:Behavior|Replay)?Subject)$/.test(
        node.callee.name,
      ) &&
      node.arguments.every(pure)
    );
  if (t.isLogicalExpression(node)) return pure(node.left) && pure(node.right);
  if (t.isConditionalExpression(node))
    return pure(node.test) && pure(node.consequent) && pure(node.alternate);
  if (t.isTSAsExpression(node) || t.isTSNonNullExpression(node)) return pure(node.expression);
  // `await import('jsonwebtoken')`, as the statement `import` of a package goes with its last name.
  if (t.isAwaitExpression(node))
    return (
      (t.isCallExpression(node.argument) && t.isImport(node.argument.callee)) ||
      t.isImportExpression(node.argument) ||
      (t.isCallExpression(node.argument) && looksUp(node.argument))
    );
  if (!t.isCallExpression(node) && !t.isOptionalCallExpression(node)) return false;
  if (replaced.some((edit) => isPutInto(edit, node))) return false;
  const [first] = node.arguments;
  if (t.isIdentifier(node.callee, { name: 'require' })) return t.isStringLiteral(first);
  // `promisify(jwt.verify)`, `config.get('secret')`, `header.split(' ')`
  const { callee } = node;
  const member = t.isMemberExpression(callee) || t.isOptionalMemberExpression(callee) ? callee : undefined;
  const named = member?.property ?? callee;
  if (!t.isIdentifier(named) || !node.arguments.every(pure)) return false;
  if (member && (CUTS.has(named.name) || PICKS.has(named.name) || ASKING.test(named.name)))
    return pure(member.object);
  if (member && named.name === 'from') return t.isIdentifier(member.object, { name: 'Buffer' });
  if (!member && (QUESTIONS.has(named.name) || (!node.arguments.length && TOKEN.test(named.name))))
    return true;
  if (LOGGED_IN.test(named.name) && (!member || pure(member.object))) return true;
  // A signal or a method that hands out the token, or says whether there is one.
  const tells =
    isTokenName(named.name) ||
    /^(?:(?:is|has)[A-Z]\w*|(?:current)?(?:user|account|profile))$/i.test(named.name);
  if (member && !node.arguments.length && tells && pure(member.object)) return true;
  if (makesToken(named.name, node, Boolean(member))) return false;
  // `ExtractJwt.fromAuthHeaderAsBearerToken()`, `Date.now()`, `useAuthStore()` of Pinia, hooks that only tell
  return /^(?:promisify|createInstance|get|getState|inject|use\w*Store|use(?:Ref|State|Context|Navigate|Location|Dispatch|Selector|Params|Callback|Memo|Cookies)|(?:get|select)[A-Z]\w*|getItem|parse|now|Number|parseInt|from[A-Z]\w*)$/.test(
    named.name,
  );
}
