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
