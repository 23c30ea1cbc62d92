// Written by `npm run registry` from the folders: do not edit.

import type { RegisteredRule } from './rule.js';
import { rule as serverLibraryImport } from './server/library-import.js';
import { rule as serverRequestToken } from './server/request-token.js';
import { rule as serverSign } from './server/sign.js';
import { rule as serverVerify } from './server/verify.js';

/** Every rule under its name, in the order of the folders. */
export const RULES: readonly RegisteredRule[] = [
  { id: 'server/library-import', rule: serverLibraryImport },
  { id: 'server/request-token', rule: serverRequestToken },
  { id: 'server/sign', rule: serverSign },
  { id: 'server/verify', rule: serverVerify },
];
