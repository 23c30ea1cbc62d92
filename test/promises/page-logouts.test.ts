import { expect, test } from 'vitest';
import { migrated } from './inputs.js';

const SERVER = `const express = require('express');
const jwt = require('jsonwebtoken');
const app = express();
app.use(express.json());
app.post('/api/enter', (req, res) => {
  res.json({ token: jwt.sign({ id: req.body.id }, process.env.JWT_SECRET) });
});
app.get('/api/me', (req, res) => {
  res.json(jwt.verify(req.headers.authorization.split(' ')[1], process.env.JWT_SECRET));
});
app.listen(3000);
`;

const pages = (more = '') => `import axios from 'axios';
import { createApp } from 'vue';
import App from './App.vue';

export async function enter(id) {
  const { data } = await axios.post('/api/enter', { id });
  localStorage.setItem('token', data.token);
}
export const me = () =>
  axios.get('/api/me', { headers: { Authorization: \`Bearer \${localStorage.getItem('token')}\` } });
export async function leave() {${more}
  localStorage.removeItem('token');
}
createApp(App).mount('#app');
`;

const files = (text: string) => [
  { path: 'server.js', text: SERVER },
  { path: 'package.json', text: '{ "dependencies": { "express": "^4.18.0", "jsonwebtoken": "^9.0.0" } }\n' },
  { path: 'client/src/main.js', text },
  { path: 'client/package.json', text: '{ "dependencies": { "vue": "^3.0.0", "axios": "^1.0.0" } }\n' },
];

const TITLE = 'Pages log out by forgetting their token alone';

test('pages that get the cookie and do not tell the server of a logout are named, until they do', () => {
  const { findings } = migrated(files(pages()));
  expect(findings).toContainEqual(
    expect.objectContaining({ title: TITLE, file: 'client/src/main.js', line: 12 }),
  );
  const told = migrated(files(pages("\n  await axios.post('/api/logout');")));
  expect(told.findings.map(({ title }) => title)).not.toContain(TITLE);
});
