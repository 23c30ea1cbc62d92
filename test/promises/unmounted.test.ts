import { expect, test } from 'vitest';
import type { ListedFile } from '../../transforms/project/files.js';
import { migrated } from './inputs.js';

const SERVER = `const express = require('express');
const session = require('cookie-session');
const jwt = require('jsonwebtoken');

const app = express();
app.use(express.json());
app.use(session({ keys: [process.env.CART_SECRET] }));
app.post('/login', (req, res) => {
  res.json({ token: jwt.sign({ id: req.body.id }, process.env.JWT_SECRET, { expiresIn: '7d' }) });
});
app.get('/me', (req, res) => {
  try {
    const { id } = jwt.verify(req.get('authorization').slice(7), process.env.JWT_SECRET);
    res.json({ id });
  } catch {
    res.sendStatus(401);
  }
});
app.listen(3000);
`;

test('P4: nothing asks for sessions before the shim that serves them is mounted', () => {
  const files: ListedFile[] = [
    { path: 'server.js', text: SERVER },
    {
      path: 'package.json',
      text: '{ "dependencies": { "express": "^4.21.0", "jsonwebtoken": "^9.0.0" } }\n',
    },
  ];
  const { sites, files: outcomes } = migrated(files);
  const of = (rule: string) => sites.filter((site) => site.rule === rule).map(({ action }) => action);
  expect(of('manifest/mount')).toEqual(['manual']);
  expect(new Set([...of('server/sign'), ...of('server/verify'), ...of('server/request-token')])).toEqual(
    new Set(['kept']),
  );
  const after = outcomes.find(({ path }) => path === 'server.js')?.after ?? '';
  expect(after).toContain('jwt.verify(');
  expect(after).toContain('jwt.sign(');
  expect(after).toContain('TODO(jwt-to-session)');
});

const USER = `const express = require('express');
const session = require('cookie-session');
const { requireLogin } = require('@shop/logins');

const app = express();
app.use(session({ keys: [process.env.CART_SECRET] }));
app.get('/orders', requireLogin, (req, res) => res.json([]));
app.listen(3001);
`;

const LOGINS = `const jwt = require('jsonwebtoken');

exports.requireLogin = (req, res, next) => {
  try {
    req.user = jwt.verify(req.get('authorization').slice(7), process.env.JWT_SECRET);
    next();
  } catch {
    res.sendStatus(401);
  }
};
`;

const ISSUER = `const express = require('express');
const jwt = require('jsonwebtoken');

const app = express();
app.post('/login', (req, res) => {
  res.json({ token: jwt.sign({ id: req.body.id }, process.env.JWT_SECRET, { expiresIn: '7d' }) });
});
app.listen(3002);
`;

test('P4: what applications share waits until the shim is mounted in front of all of them', () => {
  const dependencies = '{ "express": "^4.21.0", "jsonwebtoken": "^9.0.0" }';
  const outcome = migrated([
    { path: 'orders/package.json', text: `{ "name": "orders", "dependencies": ${dependencies} }\n` },
    { path: 'orders/server.js', text: USER },
    { path: 'issuer/package.json', text: `{ "name": "issuer", "dependencies": ${dependencies} }\n` },
    { path: 'issuer/server.js', text: ISSUER },
    { path: 'logins/package.json', text: `{ "name": "@shop/logins", "dependencies": ${dependencies} }\n` },
    { path: 'logins/index.js', text: LOGINS },
    { path: 'worker/package.json', text: `{ "name": "worker", "dependencies": ${dependencies} }\n` },
    { path: 'worker/index.js', text: LOGINS },
  ]);
  const after = (path: string) => outcome.files.find((file) => file.path === path)?.after ?? '';
  expect(after('issuer/server.js')).toContain('startSession(');
  expect(after('logins/index.js')).toEqual(LOGINS);
  const reasons = outcome.sites.filter(({ rule }) => rule === 'server/verify');
  expect(reasons.map(({ file, action, reason }) => [file, action, reason])).toEqual([
    [
      'logins/index.js',
      'kept',
      'waits until the session middleware is mounted: see orders/server.js:5, then run this again',
    ],
    ['worker/index.js', 'kept', 'nothing shows that an application which the shim is in front of runs this'],
  ]);
});

const CHECKER = `import { createExpressServer } from 'routing-controllers';
import jwt from 'jsonwebtoken';
import { Logins } from './logins.js';

createExpressServer({
  controllers: [Logins],
  currentUserChecker: async ({ request }) => jwt.verify(request.headers.authorization.split(' ')[1], process.env.JWT_SECRET),
}).listen(3000);
`;

const CONTROLLER = `import jwt from 'jsonwebtoken';

export class Logins {
  logIn({ id }) {
    return { token: jwt.sign({ id }, process.env.JWT_SECRET, { expiresIn: '7d' }) };
  }
}
`;

const PAGE = `import axios from 'axios';

export async function logIn(name, password) {
  const { data } = await axios.post('/api/login', { name, password });
  localStorage.setItem('token', data.token);
}
axios.defaults.headers.common.Authorization = 'Bearer ' + localStorage.getItem('token');
`;

test('P4: where no application is seen that the shim could stand in front of, neither server nor pages move', () => {
  const { sites, files } = migrated([
    { path: 'server/index.js', text: CHECKER },
    { path: 'server/logins.js', text: CONTROLLER },
    {
      path: 'server/package.json',
      text: '{ "type": "module", "dependencies": { "express": "^4.21.0", "routing-controllers": "^0.11.0", "jsonwebtoken": "^9.0.0" } }\n',
    },
    { path: 'client/src/main.js', text: PAGE },
    {
      path: 'client/package.json',
      text: '{ "type": "module", "dependencies": { "axios": "^1.7.0" }, "devDependencies": { "vite": "^6.0.0" } }\n',
    },
  ]);
  expect(sites.filter(({ action }) => action === 'manual').map(({ rule }) => rule)).toHaveLength(1);
  expect(sites.filter(({ action }) => action === 'rewritten' || action === 'bridged')).toEqual([]);
  const changed = files.filter(({ before, after }) => before !== after).map(({ path }) => path);
  expect(changed.filter((path) => path.startsWith('client'))).toEqual([]);
});
